// HostMap and SharedSlots: persistent containers for tables that change a little at a time. Values; a copy shares everything;
// changing a copy copies only the part that is touched. Reading is safe from any thread while nobody changes that copy.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "route/hash.h"

namespace graylane::route {

inline constexpr size_t kLineBytes = 64;

/// Asks for lines of memory before they are needed: what is asked for together costs one wait.
inline void prefetch(const void* from, size_t bytes) {
  for (size_t offset = 0; offset < bytes; offset += kLineBytes) __builtin_prefetch(static_cast<const char*>(from) + offset);
}

struct Nothing {};

/// What T's target leads to, where there is a function read_next(const T&): a view of
/// the memory [begin(), begin() + bytes().size()), to be asked for.
template <class T>
struct ReadNext {
  using Type = Nothing;
};
template <class T>
  requires requires(const T& value) { read_next(value); }
struct ReadNext<T> {
  using Type = decltype(read_next(std::declval<const T&>()));
};

/// Text -> value, a shared pointer. 256 shards, each an open-addressing table. A slot holds all that a search needs: where
/// the key is, the value's target and what that leads to. So once a slot is read all the rest is asked for together.
template <class T>
class HostMap {
  static constexpr size_t kShards = 256;
  static constexpr size_t kLinesMax = 16;  // of what is read next
  static constexpr uint32_t kTagMask = 0xff'ffffU;
  using Target = typename T::element_type;
  using Next = typename ReadNext<T>::Type;
  static constexpr bool kHasNext = !std::is_same_v<Next, Nothing>;

 public:
  struct Found {
    const Target* target = nullptr;
    [[no_unique_address]] Next next;
    explicit operator bool() const { return target != nullptr; }
  };

 private:
  struct Slot {
    Found found;
    uint32_t value = 0;  // its index + 1; 0: free
    uint32_t key_at = 0;
    uint32_t key_size = 0;
    uint32_t tag : 24 = 0;  // of the hash
    uint32_t next_lines : 8 = 0;
  };
  struct Shard {
    std::vector<Slot> slots;  // at most three quarters full
    std::vector<T> values;
    std::string keys;  // one after another
  };
  /// A shard while it is changed.
  struct Entry {
    uint64_t hash;
    std::string key;
    T value;
  };
  using Draft = std::vector<Entry>;
  /// Of a shard, for searches.
  struct Head {
    const Slot* slots = nullptr;
    const char* keys = nullptr;
    size_t mask = 0;
    std::string_view key(const Slot& slot) const { return {keys + slot.key_at, slot.key_size}; }
  };

 public:
  HostMap() = default;
  HostMap(const HostMap&) = default;  // there is no move: heads would be left behind
  HostMap& operator=(const HostMap&) = default;
  ~HostMap() = default;

  const T* find(std::string_view key) const {
    const uint64_t hash = hash_name(key);
    const Slot* slot = find_slot(key, hash);
    return slot == nullptr ? nullptr : &shards_[hash % kShards]->values[slot->value - 1];
  }

  /// What the value of that key points to. `hash` is hash_name(key).
  Found find_target(std::string_view key, uint64_t hash) const {
    const Slot* slot = find_slot(key, hash);
    return slot == nullptr ? Found() : slot->found;
  }

  /// Asks for the slot that a find of this hash reads first.
  void prefetch_slot(uint64_t hash) const {
    const Head& head = heads_[hash % kShards];
    __builtin_prefetch(head.slots + (first_of(hash) & head.mask));
  }

  /// Changes several entries of one map; takes effect when it goes out of scope. Each touched shard is copied once.
  class Edit {
   public:
    explicit Edit(HostMap& map) : map_(map) {}
    Edit(const Edit&) = delete;
    Edit& operator=(const Edit&) = delete;
    ~Edit() {
      for (size_t i = 0; i < kShards; ++i) {
        if (drafts_[i]) map_.publish(i, std::move(*drafts_[i]));
      }
    }

    void set(std::string_view key, T value) {
      const uint64_t hash = hash_name(key);
      Draft& entries = draft(hash);
      const auto found = position(entries, hash, key);
      if (found != entries.end()) {
        found->value = std::move(value);
      } else {
        entries.push_back({hash, std::string(key), std::move(value)});
      }
    }

    void erase(std::string_view key) {
      const uint64_t hash = hash_name(key);
      Draft& entries = draft(hash);
      const auto found = position(entries, hash, key);
      if (found == entries.end()) return;
      if (found != entries.end() - 1) *found = std::move(entries.back());
      entries.pop_back();
    }

   private:
    static auto position(Draft& entries, uint64_t hash, std::string_view key) {
      return std::find_if(entries.begin(), entries.end(),
                          [&](const Entry& entry) { return entry.hash == hash && entry.key == key; });
    }
    Draft& draft(uint64_t hash) {
      std::optional<Draft>& copy = drafts_[hash % kShards];
      if (!copy) copy = map_.draft_of(hash % kShards);
      return *copy;
    }

    HostMap& map_;
    std::array<std::optional<Draft>, kShards> drafts_;
  };

  size_t size() const { return size_; }

  /// In no particular order.
  template <class F>
  void for_each(F&& visit) const {
    for (size_t i = 0; i < kShards; ++i) {
      if (!shards_[i]) continue;
      for (const Slot& slot : shards_[i]->slots) {
        if (slot.value != 0) visit(std::string(heads_[i].key(slot)), shards_[i]->values[slot.value - 1]);
      }
    }
  }

 private:
  static size_t first_of(uint64_t hash) { return hash >> 32; }
  static uint32_t tag_of(uint64_t hash) { return static_cast<uint32_t>(hash >> 8) & kTagMask; }

  const Slot* find_slot(std::string_view key, uint64_t hash) const {
    const Head& head = heads_[hash % kShards];
    if (head.slots == nullptr) return nullptr;
    for (size_t i = first_of(hash) & head.mask;; i = (i + 1) & head.mask) {
      const Slot& slot = head.slots[i];
      if (slot.value == 0) return nullptr;
      if (slot.tag != tag_of(hash)) continue;
      if constexpr (kHasNext) prefetch(slot.found.next.begin(), slot.next_lines * kLineBytes);
      if (head.key(slot) == key) return &slot;
    }
  }

  Draft draft_of(size_t index) const {
    Draft draft;
    const Shard* shard = shards_[index].get();
    if (shard == nullptr) return draft;
    draft.reserve(shard->values.size() + 1);
    for (const Slot& slot : shard->slots) {
      if (slot.value == 0) continue;
      const std::string_view key = heads_[index].key(slot);
      draft.push_back({hash_name(key), std::string(key), shard->values[slot.value - 1]});
    }
    return draft;
  }

  static Slot slot_of(const Entry& entry, Shard& shard) {
    Slot slot;
    slot.found.target = entry.value.get();
    if constexpr (kHasNext) {
      slot.found.next = read_next(entry.value);
      const size_t lines = (slot.found.next.bytes().size() + kLineBytes - 1) / kLineBytes;
      slot.next_lines = static_cast<uint8_t>(std::min(lines, kLinesMax));
    }
    slot.value = static_cast<uint32_t>(shard.values.size() + 1);
    slot.key_at = static_cast<uint32_t>(shard.keys.size());
    slot.key_size = static_cast<uint32_t>(entry.key.size());
    slot.tag = tag_of(entry.hash) & kTagMask;
    return slot;
  }

  void publish(size_t index, Draft draft) {
    size_ += draft.size() - (shards_[index] ? shards_[index]->values.size() : 0);
    shards_[index] = nullptr;
    heads_[index] = {};
    if (draft.empty()) return;
    auto shard = std::make_shared<Shard>();
    shard->slots.resize(std::bit_ceil(draft.size() + draft.size() / 3 + 1));
    shard->values.reserve(draft.size());
    const size_t mask = shard->slots.size() - 1;
    for (Entry& entry : draft) {
      size_t i = first_of(entry.hash) & mask;
      while (shard->slots[i].value != 0) i = (i + 1) & mask;
      shard->slots[i] = slot_of(entry, *shard);
      shard->keys += entry.key;
      shard->values.push_back(std::move(entry.value));
    }
    shard->keys.shrink_to_fit();
    heads_[index] = {shard->slots.data(), shard->keys.data(), mask};
    shards_[index] = std::move(shard);
  }

  std::array<Head, kShards> heads_;
  std::array<std::shared_ptr<const Shard>, kShards> shards_;
  size_t size_ = 0;  // of all shards
};

/// Small integer -> value, in chunks. Where there is a function slot_flag(const T&), its answer is kept apart from the
/// values, so that asking for it reads neither value nor chunk.
template <class T>
class SharedSlots {
  static constexpr size_t kChunk = 64;
  using Chunk = std::array<T, kChunk>;

 public:
  const T& operator[](size_t index) const { return (*chunks_[index / kChunk])[index % kChunk]; }
  bool flag(size_t index) const { return (flags_[index / kChunk] >> (index % kChunk) & 1) != 0; }
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
      while (slots_.capacity() <= index) {
        slots_.chunks_.push_back(std::make_shared<const Chunk>());
        slots_.flags_.push_back(0);
      }
      std::shared_ptr<Chunk>& copy = chunks_[index / kChunk];
      if (!copy) copy = std::make_shared<Chunk>(*slots_.chunks_[index / kChunk]);
      if constexpr (requires { slot_flag(value); }) {
        const uint64_t bit = uint64_t{1} << (index % kChunk);
        uint64_t& flags = slots_.flags_[index / kChunk];
        flags = slot_flag(value) ? flags | bit : flags & ~bit;
      }
      (*copy)[index % kChunk] = std::move(value);
    }

   private:
    SharedSlots& slots_;
    std::unordered_map<size_t, std::shared_ptr<Chunk>> chunks_;
  };

 private:
  std::vector<std::shared_ptr<const Chunk>> chunks_;
  std::vector<uint64_t> flags_;  // one bit for each value
};

}  // namespace graylane::route
