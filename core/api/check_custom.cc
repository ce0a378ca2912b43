#include <algorithm>
#include <cmath>
#include <set>

#include "api/conform_custom.h"
#include "api/custom_text.h"
#include "api/schema_rules.h"
#include "doc/print.h"

namespace graylane::api {
namespace {

using doc::Value;
using Type = Schema::Type;

constexpr size_t kFindingsMax = Report::kDiagnosticsMax;

class Checker {
 public:
  explicit Checker(Objections& findings) : findings_(findings) {}

  void value(const Value& value, const Schema& schema, const Path& path) {
    if (findings_.size() >= kFindingsMax) return;
    type(value, schema, path);
    const Rules* rules = schema.rules;
    if (rules && !value.is_null()) {
      combined(value, *rules, path);
      if (const std::string* text = value.as_string()) check_text(*text, value.at(), *rules, path, findings_);
      if (value.is_int() || value.is_double()) check_number(value, *rules, path, findings_);
    }
    if (rules && !rules->enum_values.empty()) check_enum(value, *rules, path, findings_);
    if (const doc::Array* items = value.as_array()) list(*items, value.at(), schema, path);
    if (const doc::Object* object = value.as_object()) members(*object, value.at(), schema, path);
  }

 private:
  void invalid(const Path& path, Position at, const std::string& shown, const std::string& problem) {
    findings_.push_back({"field-value-invalid", path.to_string(),
                         "Invalid value: " + shown + ": " + path.to_string() + " in body " + problem, at});
  }

  void type(const Value& value, const Schema& schema, const Path& path) {
    if (has_json_type(value, schema)) return;
    const std::string is = quoted_json(json_type_of(value));
    findings_.push_back({"field-value-type-invalid", path.to_string(),
                         "Invalid value: " + is + ": " + path.to_string() + " in body must be of type " +
                             std::string(json_type_name(schema.type)) + ": " + is,
                         value.at()});
  }

  void list(const doc::Array& items, Position at, const Schema& schema, const Path& path) {
    if (schema.items) {
      for (size_t i = 0; i < items.size(); ++i) value(items[i], *schema.items, Path(&path, i));
    }
    const auto size = static_cast<int64_t>(items.size());
    const Rules* rules = schema.rules;
    if (!rules) return;
    const std::string shown = std::to_string(size);
    if (size < rules->min_items) invalid(path, at, shown, "should have at least " + std::to_string(rules->min_items) + " items");
    if (size > rules->max_items) too_many(path, at, size, rules->max_items);
    if (rules->unique_items && has_duplicates(items)) invalid(path, at, "\"\"", "shouldn't contain duplicates");
  }

  void too_many(const Path& path, Position at, int64_t size, int64_t max) {
    findings_.push_back(
        {"field-value-too-many", path.to_string(),
         "Too many: " + std::to_string(size) + ": must have at most " + std::to_string(max) + (max == 1 ? " item" : " items"),
         at});
  }

  static bool has_duplicates(const doc::Array& items) {
    std::set<std::string> seen;
    return !std::ranges::all_of(items, [&](const Value& item) { return seen.insert(doc::to_json(item)).second; });
  }

  void members(const doc::Object& object, Position at, const Schema& schema, const Path& path) {
    const auto size = static_cast<int64_t>(object.size());
    const Rules* rules = schema.rules;
    if (rules && size < rules->min_properties)
      invalid(path, at, std::to_string(size), "should have at least " + std::to_string(rules->min_properties) + " properties");
    if (rules && size > rules->max_properties) too_many(path, at, size, rules->max_properties);
    for (const doc::Member& member : object) {
      const Property* property = schema.find(member.key);
      if (property) value(member.value, *property->schema, Path(&path, member.key));
      else if (schema.additional) value(member.value, *schema.additional, Path(&path, member.key));
    }
    if (!rules) return;
    for (const std::string& name : rules->required) {
      if (!object.find(name)) findings_.push_back({"field-value-required", Path(&path, name).to_string(), "Required value", at});
    }
  }

  /// What the value gets from one of several schemas.
  Objections of(const Value& value, const Schema& schema, const Path& path) const {
    Objections found;
    Checker(found).value(value, schema, path);
    return found;
  }

  /// Problems of a combination belong to no field.
  void combination(const Path& path, Position at, const std::string& demand) {
    findings_.push_back(
        {"field-value-invalid", "<nil>", "Invalid value: \"\": " + quoted_json(path.to_string()) + " " + demand, at});
  }

  void append(Objections found) { std::ranges::move(found, std::back_inserter(findings_)); }

  void combined(const Value& value, const Rules& rules, const Path& path) {
    if (!rules.any_of.empty()) any_of(value, rules.any_of, path);
    if (!rules.one_of.empty()) one_of(value, rules.one_of, path);
    if (!rules.all_of.empty()) all_of(value, rules.all_of, path);
    if (rules.none_of && of(value, *rules.none_of, path).empty())
      combination(path, value.at(), "must not validate the schema (not)");
  }

  void any_of(const Value& value, const std::vector<const Schema*>& schemas, const Path& path) {
    Objections first;
    for (const Schema* schema : schemas) {
      Objections found = of(value, *schema, path);
      if (found.empty()) return;
      if (first.empty()) first = std::move(found);
    }
    combination(path, value.at(), "must validate at least one schema (anyOf)");
    append(std::move(first));
  }

  void one_of(const Value& value, const std::vector<const Schema*>& schemas, const Path& path) {
    size_t valid = 0;
    Objections first;
    for (const Schema* schema : schemas) {
      Objections found = of(value, *schema, path);
      if (found.empty()) ++valid;
      else if (first.empty()) first = std::move(found);
    }
    if (valid == 1) return;
    const std::string count = valid == 0 ? "Found none valid" : "Found " + std::to_string(valid) + " valid alternatives";
    combination(path, value.at(), "must validate one and only one schema (oneOf). " + count);
    if (valid == 0) append(std::move(first));
  }

  void all_of(const Value& value, const std::vector<const Schema*>& schemas, const Path& path) {
    size_t valid = 0;
    for (const Schema* schema : schemas) {
      Objections found = of(value, *schema, path);
      if (found.empty()) ++valid;
      append(std::move(found));
    }
    if (valid == schemas.size()) return;
    combination(path, value.at(), std::string("must validate all the schemas (allOf)") + (valid == 0 ? ". None validated" : ""));
  }

  Objections& findings_;
};

/// Lists whose entries must differ.
class Duplicates {
 public:
  explicit Duplicates(Objections& findings) : findings_(findings) {}

  void value(const Value& value, const Schema& schema, const Path& path) {
    if (findings_.size() >= kFindingsMax) return;
    if (const doc::Array* items = value.as_array()) list(*items, schema, path);
    const doc::Object* object = value.as_object();
    if (!object) return;
    for (const doc::Member& member : *object) {
      const Property* property = schema.find(member.key);
      const Schema* below = property ? property->schema : schema.additional;
      if (below) this->value(member.value, *below, Path(&path, member.key));
    }
  }

 private:
  void list(const doc::Array& items, const Schema& schema, const Path& path) {
    if (schema.list_type != Schema::ListType::kAtomic) distinct(items, schema, path);
    if (!schema.items) return;
    for (size_t i = 0; i < items.size(); ++i) value(items[i], *schema.items, Path(&path, i));
  }

  void distinct(const doc::Array& items, const Schema& schema, const Path& path) {
    std::set<std::string> seen, told;
    for (size_t i = 0; i < items.size(); ++i) {
      const std::string key = doc::to_json(schema.list_type == Schema::ListType::kMap ? keys_of(items[i], schema) : items[i]);
      if (seen.insert(key).second || !told.insert(key).second) continue;
      findings_.push_back({"field-value-duplicate", Path(&path, i).to_string(), "Duplicate value: " + key, items[i].at()});
    }
  }

  static Value keys_of(const Value& item, const Schema& schema) {
    doc::Object keys;
    for (const std::string& name : schema.list_keys) {
      if (const Value* value = item.find(name)) keys.append(name, *value, {});
    }
    return Value(std::move(keys));
  }

  Objections& findings_;
};

}  // namespace

void check_custom(const Value& value, const Schema& schema, const Path& path, Objections& findings) {
  Checker(findings).value(value, schema, path);
  Duplicates(findings).value(value, schema, path);
}

}  // namespace graylane::api
