#include "store/footprint.h"

#include <cmath>
#include <optional>
#include <string>

#include "doc/path_text.h"
#include "doc/text.h"

namespace graylane::store {

using doc::Value;

namespace {

constexpr size_t kAllocation = 16;  // what an allocation costs beside its bytes, about

size_t heap_bytes(const std::string& text) {
  static const size_t kInside = std::string().capacity();
  return text.capacity() > kInside ? text.capacity() + 1 + kAllocation : 0;
}

// Beside the value itself.
size_t heap_bytes(const Value& value) {
  if (const auto* text = value.as_string()) return heap_bytes(*text);
  if (const auto* packed = value.as_packed()) return heap_bytes(packed->json);
  size_t bytes = 0;
  if (const auto* array = value.as_array()) {
    bytes = array->capacity() * sizeof(Value) + kAllocation;
    for (const Value& item : *array) bytes += heap_bytes(item);
  } else if (const auto* object = value.as_object()) {
    bytes = object->size() * sizeof(doc::Member) + kAllocation;
    for (const doc::Member& member : *object) bytes += heap_bytes(member.key) + heap_bytes(member.value);
  }
  return bytes;
}

// What is wrong, and the path to it.
struct Flaw {
  std::string what;
  std::string path = {};
};

/// Puts the child's own step before the path that goes on from it.
void put_before(std::string& path, const Value& container, size_t index) {
  std::string whole;
  doc::append_child(whole, container, index);
  if (!path.empty() && !path.starts_with('[')) whole += '.';
  path = whole + path;
}

/// The beginning of one that no line holds.
std::string shown(const std::string& path) {
  constexpr size_t kBytesMax = 80;
  if (path.size() <= kBytesMax) return path;
  size_t end = kBytesMax;
  while (end > 0 && (static_cast<unsigned char>(path[end]) & 0xC0) == 0x80) --end;
  return path.substr(0, end) + "...";
}

std::optional<Flaw> find_flaw(const Value& value, uint32_t depth);

std::optional<Flaw> find_flaw_of_text(const std::string& text) {
  if (!doc::find_bad_utf8(text)) return std::nullopt;
  return Flaw{"is not UTF-8"};
}

std::optional<Flaw> find_flaw_below(const Value& value, uint32_t depth) {
  if (depth == kDepthMax) return Flaw{"is nested deeper than " + std::to_string(kDepthMax) + " levels"};
  const auto* array = value.as_array();
  const size_t size = array ? array->size() : value.as_object()->size();
  for (size_t i = 0; i < size; ++i) {
    const doc::Member* member = array ? nullptr : &*(value.as_object()->begin() + static_cast<std::ptrdiff_t>(i));
    auto flaw = member ? find_flaw_of_text(member->key) : std::nullopt;
    if (flaw) flaw->what = "has a key that " + flaw->what;
    if (!flaw) {
      flaw = find_flaw(member ? member->value : (*array)[i], depth + 1);
      if (flaw) put_before(flaw->path, value, i);
    }
    if (flaw) return flaw;
  }
  return std::nullopt;
}

std::optional<Flaw> find_flaw(const Value& value, uint32_t depth) {
  if (const auto* text = value.as_string()) return find_flaw_of_text(*text);
  if (const auto* number = value.as_double()) {
    if (std::isfinite(*number)) return std::nullopt;
    return Flaw{"is not a finite number"};
  }
  if (value.is_array() || value.is_object()) return find_flaw_below(value, depth);
  return std::nullopt;
}

}  // namespace

size_t footprint(const api::Object& object) {
  const auto& [group, kind, ns, name] = object.key;
  size_t bytes = sizeof(object) + kAllocation + heap_bytes(object.content);
  for (const std::string* text : {&group, &kind, &ns, &name, &object.gvk.group, &object.gvk.version, &object.gvk.kind}) {
    bytes += heap_bytes(*text);
  }
  return bytes;
}

Result<void> check_storable(const api::Object& object) {
  const auto flaw = find_flaw(object.content, 0);
  if (!flaw) return {};
  return fail(ErrorCode::kInvalid,
              object.key.to_string() + " cannot be stored: " + (flaw->path.empty() ? "it" : shown(flaw->path)) + " " + flaw->what,
              object.at(object.content.at()), "write it as JSON can carry it");
}

}  // namespace graylane::store
