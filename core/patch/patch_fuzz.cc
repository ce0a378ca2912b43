// Any object and any patch of any kind: patching ends, what it returns reads back, owners stay readable, and applying twice is
// applying once. The input: a byte that chooses the operation, then YAML documents: the object (its kind decides), the patch.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "api/kinds.h"
#include "doc/parse.h"
#include "doc/print.h"
#include "patch/apply.h"
#include "patch/json_patch.h"
#include "patch/managed_fields.h"
#include "patch/strategic_patch.h"

namespace {

using graylane::doc::Value;
using namespace graylane::patch;

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const Value& value) {
  const auto parsed = graylane::doc::parse_json(graylane::doc::to_json(value), nullptr, {.depth_max = 200});
  require(parsed.documents.size() == 1);
}

void check_owners(const Value& object) {
  const Value* metadata = object.find("metadata");
  const Value* list = metadata ? metadata->find("managedFields") : nullptr;
  const auto owners = decode_managed_fields(list);
  require(owners.has_value());
  require(!list || encode_managed_fields(*owners) == *list);
}

std::string_view text_at(const Value& object, std::string_view member) {
  const Value* value = object.find(member);
  return value && value->as_string() ? std::string_view(*value->as_string()) : "";
}

const graylane::api::Kind* kind_of(const Value& object) {
  return graylane::api::builtin_kinds().find(text_at(object, "apiVersion"), text_at(object, "kind"));
}

Write write_of(const graylane::api::Kind* kind, const Value& patch) {
  Write write;
  if (kind) write.schema = kind->schema;
  write.api_version = text_at(patch, "apiVersion").empty() ? "v1" : text_at(patch, "apiVersion");
  write.kind = text_at(patch, "kind");
  write.builtin = kind != nullptr;
  write.manager = "kubectl";
  write.time = "2026-01-01T00:00:00Z";
  return write;
}

void fuzz_apply(const Value& object, const Value& patch, const graylane::api::Kind* kind, bool force) {
  Write write = write_of(kind, patch);
  // Where it can be, the object is itself applied first, so that the patch drops fields of it.
  const auto base = apply(nullptr, object, write, false);
  const auto first = apply(base ? &*base : &object, patch, write, force);
  if (!first) return require(!first.error().message.empty());
  check(*first);
  check_owners(*first);
  write.time = "2026-01-02T00:00:00Z";
  const auto second = apply(&*first, patch, write, false);
  require(second.has_value());
  // What nobody owns any more falls to "before-first-apply" at the next apply.
  const Value* metadata = first->find("metadata");
  require(*second == *first || !metadata || !metadata->find("managedFields"));
}

void fuzz_update(const Value& object, const Value& patch, const graylane::api::Kind* kind) {
  Write write = write_of(kind, patch);
  const Value created = track_update(nullptr, object, write);
  check_owners(created);
  write.manager = "other";
  Value updated = track_update(&created, patch, write);
  check(updated);
  check_owners(updated);
  keep_times_if_unchanged(created, updated);
  check_owners(updated);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const auto parsed = graylane::doc::parse_yaml({reinterpret_cast<const char*>(data) + 1, size - 1}, nullptr,
                                                {.bytes_max = 1 << 16, .depth_max = 40, .nodes_max = 20'000});
  if (parsed.documents.size() < 2) return 0;
  const Value& object = parsed.documents[0];
  const Value& patch = parsed.documents[1];
  const graylane::api::Kind* kind = kind_of(object);
  switch (data[0] % 8) {
    case 0:
      if (const auto result = apply_json_patch(object, patch, {.visits_max = 100'000})) check(*result);
      break;
    case 1:
      if (const auto result = apply_merge_patch(object, patch)) check(*result);
      break;
    case 2:
      if (!kind) break;
      if (const auto result = apply_strategic_patch(object, patch, *kind->schema)) check(*result);
      break;
    case 3: fuzz_update(object, patch, kind); break;
    default: fuzz_apply(object, patch, kind, data[0] % 2 == 1);
  }
  return 0;
}
