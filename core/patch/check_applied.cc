#include <unordered_set>

#include "patch/go_text.h"
#include "patch/schema_walk.h"
#include "patch/shape.h"
#include "patch/typed.h"

namespace graylane::patch {
namespace {

using Type = api::Schema::Type;

constexpr size_t kProblemsMax = 20;

class Checker {
 public:
  void value(const doc::Value& value, const api::Schema* schema);
  std::expected<void, std::string> result() const;

 private:
  void map(const doc::Object& object, const api::Schema* schema);
  void list(const doc::Array& items, const api::Schema& schema);
  void scalar(const doc::Value& value, Type type);
  void problem(const std::string& message) {
    if (problems_.size() <= kProblemsMax) problems_.push_back(to_string(path_) + ": " + message);
  }

  Path path_;
  std::vector<std::string> problems_;
};

void Checker::map(const doc::Object& object, const api::Schema* schema) {
  for (const doc::Member& member : object) {
    const bool known = is_deduced(schema) || schema->find(member.key) || schema->additional || schema->preserve_unknown;
    path_.push_back(PathElement::field(member.key));
    if (known) value(member.value, member_schema(schema, member.key));
    else problem("field not declared in schema");
    path_.pop_back();
  }
}

void Checker::list(const doc::Array& items, const api::Schema& schema) {
  const bool atomic = schema.list_type == api::Schema::ListType::kAtomic;
  std::unordered_set<std::string> seen;
  for (size_t i = 0; i < items.size(); ++i) {
    auto element = atomic ? PathElement{"i:" + std::to_string(i)} : element_of(items[i], schema);
    if (!element) {
      problem("element " + std::to_string(i) + ": " + element.error());
      return;
    }
    if (!atomic && !seen.insert(element->text).second) problem("duplicate entries for key " + to_string(Path{*element}));
    path_.push_back(*std::move(element));
    value(items[i], schema.items);
    path_.pop_back();
  }
}

void Checker::scalar(const doc::Value& value, Type type) {
  const bool is_number = value.is_int() || value.is_double();
  const bool is_scalar = is_number || value.is_string() || value.is_bool();
  if ((type == Type::kInteger || type == Type::kNumber) && !is_number)
    problem("expected numeric (int or float), got " + std::string(go_type(value)));
  else if (type == Type::kString && !value.is_string())
    problem("expected string, got &value.valueUnstructured{Value:" + go_text(value) + "}");
  else if (type == Type::kBoolean && !value.is_bool()) problem("expected boolean, got &{" + go_text(value) + "}");
  else if (!is_scalar) problem("expected any scalar, got &{" + go_text(value) + "}");
}

void Checker::value(const doc::Value& value, const api::Schema* schema) {
  if (value.is_null()) return;
  if (is_deduced(schema)) {
    if (value.is_object()) map(*value.as_object(), schema);
  } else if (schema->type == Type::kObject) {
    if (value.is_object()) map(*value.as_object(), schema);
    else problem("expected map, got &{" + go_text(value) + "}");
  } else if (schema->type == Type::kArray) {
    if (value.is_array()) list(*value.as_array(), *schema);
    else problem("expected list, got &{" + go_text(value) + "}");
  } else {
    scalar(value, schema->type);
  }
}

std::expected<void, std::string> Checker::result() const {
  if (problems_.empty()) return {};
  if (problems_.size() == 1) return std::unexpected(problems_.front());
  std::string text = "errors:";
  for (const std::string& problem : problems_) text += "\n  " + problem;
  return std::unexpected(std::move(text));
}

}  // namespace

std::expected<void, std::string> check_applied(const doc::Value& config, const api::Schema* schema) {
  Checker checker;
  checker.value(config, schema);
  return checker.result();
}

}  // namespace graylane::patch
