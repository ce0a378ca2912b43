#include "control/content_hash.h"

#include <algorithm>
#include <string_view>
#include <vector>

namespace graylane::control {

namespace {

/// As Kubernetes: no vowels and no digits that look like them, so that no name says anything.
constexpr std::string_view kAlphabet = "bcdfghjklmnpqrstvwxz2456789";
constexpr size_t kHashLength = 10;

class Fnv {
 public:
  void add(std::string_view text) {
    for (const char c : text) add_byte(static_cast<uint8_t>(c));
    add_byte(0xff);  // no byte of UTF-8: "a", "b" is not "ab", ""
  }
  uint64_t value() const { return value_; }

 private:
  void add_byte(uint8_t byte) { value_ = (value_ ^ byte) * 0x100000001b3U; }
  uint64_t value_ = 0xcbf29ce484222325U;
};

void add(const doc::Value& value, Fnv& hash);

void add_members(const doc::Object& object, Fnv& hash) {
  std::vector<const doc::Member*> members;
  for (const doc::Member& member : object) members.push_back(&member);
  std::ranges::sort(members, {}, &doc::Member::key);
  for (const doc::Member* member : members) {
    hash.add(member->key);
    add(member->value, hash);
  }
}

void add(const doc::Value& value, Fnv& hash) {
  hash.add(doc::name_of(value.kind()));
  if (const auto* text = value.as_string()) hash.add(*text);
  if (const auto* number = value.as_int()) hash.add(std::to_string(*number));
  if (const auto* number = value.as_double()) hash.add(std::to_string(*number));
  if (const auto* truth = value.as_bool()) hash.add(*truth ? "1" : "0");
  if (const auto* object = value.as_object()) add_members(*object, hash);
  if (const auto* array = value.as_array()) {
    for (const doc::Value& item : *array) add(item, hash);
  }
  hash.add("end");
}

}  // namespace

std::string content_hash(const doc::Value& value) {
  Fnv hash;
  add(value, hash);
  uint64_t rest = hash.value();
  std::string text;
  for (size_t i = 0; i < kHashLength; ++i, rest /= kAlphabet.size()) text += kAlphabet[rest % kAlphabet.size()];
  return text;
}

}  // namespace graylane::control
