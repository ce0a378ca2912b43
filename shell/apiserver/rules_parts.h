// What the rules of kinds share. Internal to rules*.cc.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "apiserver/columns_text.h"
#include "apiserver/status.h"
#include "doc/print.h"
#include "doc/value.h"

namespace graylane::apiserver {

/// Gathers causes.
class Causes {
 public:
  explicit Causes(std::vector<patch::Cause>& causes) : causes_(causes) {}

  void add(patch::Cause cause) { causes_.push_back(std::move(cause)); }
  void required(std::string field, std::string_view detail = {}) {
    causes_.push_back(apiserver::required(std::move(field), detail));
  }
  void invalid(std::string field, const std::string& value_text, std::string_view detail) {
    causes_.push_back(invalid_value(std::move(field), value_text, detail));
  }
  void invalid(std::string field, const doc::Value* value, std::string_view detail) {
    invalid(std::move(field), value ? doc::to_json(*value) : "null", detail);
  }
  void forbidden(std::string field, std::string_view why) {
    causes_.push_back({"FieldValueForbidden", "Forbidden: " + std::string(why), std::move(field)});
  }
  void unsupported(std::string field, const std::string& value_text, std::initializer_list<std::string_view> supported) {
    std::string names;
    for (std::string_view name : supported) names += (names.empty() ? "" : ", ") + go_quoted(name);
    causes_.push_back(
        {"FieldValueNotSupported", "Unsupported value: " + value_text + ": supported values: " + names, std::move(field)});
  }

 private:
  std::vector<patch::Cause>& causes_;
};

/// Calls visit(item, "spec.rules[0]") for every item of a list.
template <class Visit>
void each_item(const doc::Value& owner, const char* path, const std::string& field, Visit visit) {
  const doc::Value* found = find_path(owner, path);
  const doc::Array* items = found ? found->as_array() : nullptr;
  for (size_t i = 0; items && i < items->size(); ++i) visit((*items)[i], field + "[" + std::to_string(i) + "]");
}

// One function for each file of rules.
void check_workload_rules(const doc::Value& document, const std::string& kind, Causes& causes);
void check_core_rules(const doc::Value& document, const std::string& kind, Causes& causes);
void check_policy_rules(const doc::Value& document, const std::string& kind, Causes& causes);
void check_service_rules(const doc::Value& document, const std::string& kind, Causes& causes);
/// `field`: where the Pod's spec stands.
void check_pod_rules(const doc::Value& pod, const std::string& field, Causes& causes);
/// Keys and values of labels at a path; told as `field`, or as the path.
void check_label_map(const doc::Value& owner, const char* path, Causes& causes, const std::string& field = {});

}  // namespace graylane::apiserver
