// One object that several managers write to, one second after the other. For the tests of this folder.
#pragma once

#include <string>
#include <string_view>

#include "api/kinds.h"
#include "api/object.h"
#include "api/text_rules.h"
#include "patch/apply.h"
#include "patch/managed_fields.h"
#include "patch/test_values.h"

namespace graylane::patch {

class Written {
 public:
  Written(std::string_view api_version, std::string_view kind) {
    write.api_version = api_version;
    write.kind = kind;
    const api::Kind* known = api::builtin_kinds().find(api_version, kind);
    write.schema = known ? known->schema : nullptr;
    write.builtin = known != nullptr;
  }

  /// The YAML lacks apiVersion and kind.
  doc::Value whole(std::string_view yaml) const {
    doc::Value document = value_of(yaml);
    document.as_object()->set("apiVersion", doc::Value(write.api_version));
    document.as_object()->set("kind", doc::Value(write.kind));
    return document;
  }
  void update(const std::string& manager, std::string_view yaml) { put(manager, whole(yaml)); }
  /// With what the object has, but its owners.
  void put(const std::string& manager, doc::Value next) {
    tick(manager);
    keep(track_update(exists ? &value : nullptr, std::move(next), write));
  }
  Outcome<doc::Value> try_apply(const std::string& manager, std::string_view yaml, bool force = false) {
    tick(manager);
    return apply(exists ? &value : nullptr, whole(yaml), write, force);
  }
  void apply_ok(const std::string& manager, std::string_view yaml, bool force = false) {
    auto result = try_apply(manager, yaml, force);
    ASSERT_TRUE(result) << result.error().message;
    keep(*std::move(result));
  }
  /// As a store does.
  void keep(doc::Value next) {
    value = std::move(next);
    api::pack_managed_fields(value);
    exists = true;
  }

  Owners owners() const {
    const doc::Value* metadata = value.find("metadata");
    const auto decoded = decode_managed_fields(metadata ? metadata->find("managedFields") : nullptr);
    EXPECT_TRUE(decoded);
    return decoded.value_or(Owners());
  }
  /// fieldsV1 of a manager's only entry as JSON; "" when it has none.
  std::string fields(std::string_view manager) const {
    std::string text;
    for (const Owner& owner : owners()) {
      if (owner.manager == manager) text += doc::to_json(owner.fields.to_fields_v1());
    }
    return text;
  }
  /// The object without its owners.
  doc::Value content() const {
    doc::Value copy = value;
    set_managed_fields(copy, {});
    return copy;
  }
  const doc::Value& at(std::initializer_list<std::string_view> path) const {
    static const doc::Value kNothing;
    const doc::Value* found = &value;
    for (std::string_view name : path) found = found ? found->find(name) : nullptr;
    return found ? *found : kNothing;
  }

  Write write;
  doc::Value value;
  bool exists = false;

 private:
  void tick(const std::string& manager) {
    write.manager = manager;
    write.time = api::format_time(1'700'000'000 + ++seconds_);
  }
  int64_t seconds_ = 0;
};

}  // namespace graylane::patch
