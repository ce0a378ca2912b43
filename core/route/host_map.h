// HostMap and SharedSlots: persistent containers for tables that change a little at a time. Values; a copy shares everything;
// changing a copy copies only the part that is touched. Reading is safe from any thread while nobody changes that copy.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace graylane::route {

/// FNV-1a, finished so that low bits are as good as high ones.
inline uint64_t hash_text(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash ^ (hash >> 29);
}

/// Asks for lines of memory before they are needed: what is asked for together costs one wait.
inline void prefetch(const void* from, size_t bytes) {
  for (size_t offset = 0; offset < bytes; offset += 64) __builtin_prefetch(static_cast<const char*>(from) + offset);
}

/// Text -> value. 256 shards, each an open-addressing table. Where there are functions read_first(const T&) and
/// read_next(const T&), std::span<const std::byte> both, a find asks for that memory: the first is known from the value
/// itself, the second is kept beside it, since reading it would mean to wait for the first.
template <class T>
class HostMap {
  static constexpr size_t kShards = 256;
  static constexpr bool kPrefetches = requires(const T& value) { read_next(value); };
  struct Entry {
    uint64_t hash;
    std::string key;
    T value;
    std::span<const std::byte> next;
    Entry(uint64_t its_hash, std::string_view its_key, T its_value) : hash(its_hash), key(its_key) { set(std::move(its_value)); }
    void set(T changed) {
      value = std::move(changed);
      if constexpr (kPrefetches) next = read_next(value);
    }
  };
  struct Shard {
    std::vector<Entry> entries;
    std::vector<uint32_t> slots;  // index + 1 of an entry; 0: free. At most half full.
  };

 public:
  const T* find(std::string_view key) const {
    const uint64_t hash = hash_text(key);
    const Shard* shard = shards_[hash % kShards].get();
    if (shard == nullptr) return nullptr;
    const size_t mask = shard->slots.size() - 1;
    for (size_t i = (hash >> 8) & mask;; i = (i + 1) & mask) {
      const uint32_t entry = shard->slots[i];
      if (entry == 0) return nullptr;
      const Entry& found = shard->entries[entry - 1];
      if (found.hash != hash) continue;
      if constexpr (kPrefetches) {
        prefetch(read_first(found.value).data(), read_first(found.value).size());
        prefetch(found.next.data(), found.next.size());
      }
      if (found.key == key) return &found.value;
    }
  }

  /// Changes several entries of one map; takes effect when it goes out of scope. Each touched shard is copied once.
  class Edit {
   public:
    explicit Edit(HostMap& map) : map_(map) {}
    Edit(const Edit&) = delete;
    Edit& operator=(const Edit&) = delete;
    ~Edit() {
      for (size_t i = 0; i < kShards; ++i) {
        if (shards_[i]) map_.publish(i, std::move(shards_[i]));
      }
    }

    void set(std::string_view key, T value) {
      const uint64_t hash = hash_text(key);
      std::vector<Entry>& entries = shard(hash).entries;
      const auto found = position(entries, hash, key);
      if (found != entries.end()) {
        found->set(std::move(value));
      } else {
        entries.emplace_back(hash, key, std::move(value));
      }
    }

    void erase(std::string_view key) {
      const uint64_t hash = hash_text(key);
      std::vector<Entry>& entries = shard(hash).entries;
      const auto found = position(entries, hash, key);
      if (found != entries.end()) entries.erase(found);
    }

   private:
    static auto position(std::vector<Entry>& entries, uint64_t hash, std::string_view key) {
      return std::find_if(entries.begin(), entries.end(),
                          [&](const Entry& entry) { return entry.hash == hash && entry.key == key; });
    }
    Shard& shard(uint64_t hash) {
      std::shared_ptr<Shard>& copy = shards_[hash % kShards];
      if (!copy) {
        const Shard* old = map_.shards_[hash % kShards].get();
        copy = old == nullptr ? std::make_shared<Shard>() : std::make_shared<Shard>(Shard{old->entries, {}});
      }
      return *copy;
    }

    HostMap& map_;
    std::array<std::shared_ptr<Shard>, kShards> shards_;
  };

  size_t size() const { return size_; }

  /// In no particular order.
  template <class F>
  void for_each(F&& visit) const {
    for (const auto& shard : shards_) {
      if (!shard) continue;
      for (const Entry& entry : shard->entries) visit(entry.key, entry.value);
    }
  }

 private:
  void publish(size_t index, std::shared_ptr<Shard> shard) {
    size_ += shard->entries.size() - (shards_[index] ? shards_[index]->entries.size() : 0);
    if (shard->entries.empty()) {
      shards_[index] = nullptr;
      return;
    }
    shard->slots.assign(std::bit_ceil(shard->entries.size() * 2), 0);
    const size_t mask = shard->slots.size() - 1;
    for (size_t n = 0; n < shard->entries.size(); ++n) {
      size_t i = (shard->entries[n].hash >> 8) & mask;
      while (shard->slots[i] != 0) i = (i + 1) & mask;
      shard->slots[i] = static_cast<uint32_t>(n + 1);
    }
    shards_[index] = std::move(shard);
  }

  std::array<std::shared_ptr<const Shard>, kShards> shards_;
  size_t size_ = 0;  // of all shards
};

/// Small integer -> value, in chunks. Where there is a function slot_flag(const T&), its answer is kept apart from the
/// values, so that asking for it reads no value.
template <class T>
class SharedSlots {
  static constexpr size_t kChunk = 64;
  struct Chunk {
    uint64_t flags = 0;
    std::array<T, kChunk> values;
  };

 public:
  const T& operator[](size_t index) const { return chunks_[index / kChunk]->values[index % kChunk]; }
  bool flag(size_t index) const { return (chunks_[index / kChunk]->flags >> (index % kChunk) & 1) != 0; }
  size_t capacity() const { return chunks_.size() * kChunk; }

  /// Changes several values; takes effect when it goes out of scope. Each touched chunk is copied once.
  class Edit {
   public:
    explicit Edit(SharedSlots& slots) : slots_(slots) {}
    Edit(const Edit&) = delete;
    Edit& operator=(const Edit&) = delete;
    ~Edit() {
      for (auto& [index, chunk] : chunks_) slots_.chunks_[index] = std::move(chunk);
    }

    void set(size_t index, T value) {
      while (slots_.capacity() <= index) slots_.chunks_.push_back(std::make_shared<const Chunk>());
      std::shared_ptr<Chunk>& copy = chunks_[index / kChunk];
      if (!copy) copy = std::make_shared<Chunk>(*slots_.chunks_[index / kChunk]);
      if constexpr (requires { slot_flag(value); }) {
        const uint64_t bit = uint64_t{1} << (index % kChunk);
        copy->flags = slot_flag(value) ? copy->flags | bit : copy->flags & ~bit;
      }
      copy->values[index % kChunk] = std::move(value);
    }

   private:
    SharedSlots& slots_;
    std::unordered_map<size_t, std::shared_ptr<Chunk>> chunks_;
  };

 private:
  std::vector<std::shared_ptr<const Chunk>> chunks_;
};

}  // namespace graylane::route
