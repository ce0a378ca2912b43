#include "api/conform_custom.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "api/fields.h"

namespace graylane::api {
namespace {

using doc::Value;

/// All of it is where what it is filled into is: positions in the definition's file mean nothing here.
void put_at(Value& value, Position at) {
  value.set_at(at);
  if (doc::Array* items = value.as_array()) {
    for (Value& item : *items) put_at(item, at);
  }
  if (doc::Object* members = value.as_object()) {
    for (doc::Member& member : *members) {
      member.key_at = at;
      put_at(member.value, at);
    }
  }
}

bool is_identity(std::string_view member) { return member == "apiVersion" || member == "kind" || member == "metadata"; }

/// Takes away and fills in.
class Shaper {
 public:
  explicit Shaper(Report& report) : report_(report) {}

  void value(Value& value, const Schema& schema, const Path& path) {
    if (doc::Object* members = value.as_object()) object(*members, value.at(), schema, path, schema.embedded);
    else if (doc::Array* items = value.as_array(); items && schema.items) {
      for (size_t i = 0; i < items->size(); ++i) this->value((*items)[i], *schema.items, Path(&path, i));
    } else if (schema.type == Schema::Type::kInteger) {
      round(value);
    }
  }

  void object(doc::Object& object, Position at, const Schema& schema, const Path& path, bool whole) {
    std::vector<const doc::Member*> dropped;
    for (doc::Member& member : object) {
      if (whole && is_identity(member.key)) continue;
      if (!keep(member, schema, Path(&path, member.key))) dropped.push_back(&member);
    }
    if (!dropped.empty())
      erase_members(object, [&](const doc::Member& member) { return std::ranges::binary_search(dropped, &member); });
    fill(object, at, schema, path);
  }

 private:
  /// 80.0 is 80 to Kubernetes.
  static void round(Value& value) {
    const double* number = value.as_double();
    if (number && std::trunc(*number) == *number && std::abs(*number) < 9e15)
      value = Value(static_cast<int64_t>(*number), value.at());
  }

  bool keep(doc::Member& member, const Schema& schema, const Path& path) {
    if (const Property* property = schema.find(member.key)) {
      if (member.value.is_null() && !property->schema->nullable) return false;  // the default, if any, is filled in later
      value(member.value, *property->schema, path);
    } else if (schema.additional) {
      value(member.value, *schema.additional, path);
    } else if (!schema.preserve_unknown) {
      const bool can_have_members = schema.type == Schema::Type::kObject || schema.type == Schema::Type::kAny;
      if (!can_have_members) return true;  // it has the wrong type, which is said
      report_.warning("unknown-field", path, member.key_at, "is no field of this kind, so it is not kept");
      return false;
    }
    return true;
  }

  void fill(doc::Object& object, Position at, const Schema& schema, const Path& path) {
    for (const Property& property : schema.properties) {
      if (!property.default_value || object.find(property.name)) continue;
      Value filled = *property.default_value;
      put_at(filled, at);
      value(object.append(property.name, std::move(filled), at), *property.schema, Path(&path, property.name));
    }
  }

  Report& report_;
};

}  // namespace

void conform_custom(Value& document, const Schema& schema, Report& report) {
  Shaper(report).object(*document.as_object(), document.at(), schema, {}, true);
  Objections findings;
  check_custom(document, schema, {}, findings);
  report.add(findings);
}

}  // namespace graylane::api
