// What the rules of kinds share. Internal to rules*.cc.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/quantity.h"
#include "apiserver/causes.h"
#include "apiserver/columns_text.h"
#include "apiserver/status.h"
#include "doc/print.h"
#include "doc/value.h"

namespace graylane::apiserver {

/// Gathers causes behind those that are there.
class Causes {
 public:
  explicit Causes(std::vector<patch::Cause>& causes) : causes_(causes), before_(causes.size()) {}

  bool empty() const { return causes_.size() == before_; }
  void add(patch::Cause cause) {
    if (causes_.size() < kCausesMax) causes_.push_back(std::move(cause));
  }
  void required(std::string field, std::string_view detail = {}) { add(apiserver::required(std::move(field), detail)); }
  void invalid(std::string field, const std::string& value_text, std::string_view detail) {
    add(invalid_value(std::move(field), value_text, detail));
  }
  void invalid(std::string field, const doc::Value* value, std::string_view detail) {
    invalid(std::move(field), value ? doc::to_json(*value) : "null", detail);
  }
  void forbidden(std::string field, std::string_view why) {
    add({"FieldValueForbidden", "Forbidden: " + std::string(why), std::move(field)});
  }
  void duplicate(std::string field, const std::string& value_text) {
    add({"FieldValueDuplicate", "Duplicate value: " + value_text, std::move(field)});
  }
  void too_many(std::string field, size_t count, size_t most) {
    add({"FieldValueTooMany", "Too many: " + std::to_string(count) + ": must have at most " + std::to_string(most) + " items",
         std::move(field)});
  }
  void unsupported(std::string field, const std::string& value_text, std::initializer_list<std::string_view> supported) {
    std::string names;
    for (std::string_view name : supported) names += (names.empty() ? "" : ", ") + go_quoted(name);
    add({"FieldValueNotSupported", "Unsupported value: " + value_text + ": supported values: " + names, std::move(field)});
  }

 private:
  std::vector<patch::Cause>& causes_;
  size_t before_;  // causes that were there
};

/// Calls visit(item, "spec.rules[0]") for every item of a list.
template <class Visit>
void each_item(const doc::Value& owner, const char* path, const std::string& field, Visit visit) {
  const doc::Value* found = find_path(owner, path);
  const doc::Array* items = found ? found->as_array() : nullptr;
  for (size_t i = 0; items && i < items->size(); ++i) visit((*items)[i], field + "[" + std::to_string(i) + "]");
}

// Each of these tells what is wrong with one value, as `field`; one that is absent is fine.
void check_label_text(const std::string& text, const std::string& field, Causes& causes);
void check_subdomain_text(const std::string& text, const std::string& field, Causes& causes);
void check_qualified(const std::string& text, const std::string& field, Causes& causes);
void check_path_segment(const std::string& text, const std::string& field, Causes& causes);
/// "acme.io/foo".
void check_prefixed_path(const std::string& text, const std::string& field, Causes& causes);
void check_address(const std::string& text, const std::string& field, Causes& causes);
/// An address that leads to somebody else: neither loopback nor link-local.
void check_endpoint_address(const std::string& text, const std::string& field, Causes& causes);
void check_port_number(int64_t number, const std::string& field, Causes& causes);
void check_port_name(const std::string& name, const std::string& field, Causes& causes);
void check_not_negative(const doc::Value* number, const std::string& field, Causes& causes);
void check_count_or_percent(const doc::Value* value, const std::string& field, Causes& causes);
void check_at_most_whole(const doc::Value* value, const std::string& field, Causes& causes);
/// Of the text or number of an intOrString: 0 where it is absent or neither.
int64_t count_or_percent(const doc::Value* value);

/// Those of one owner, each a member of it.
void check_not_negative(const doc::Value& owner, const std::string& field, std::initializer_list<const char*> members,
                        Causes& causes);

/// Keys and values of labels at a path; told as `field`, or as the path.
void check_label_map(const doc::Value& owner, const char* path, Causes& causes, const std::string& field = {});
/// Of matchLabels and matchExpressions. Whether it can be asked at all.
bool check_label_selector(const doc::Value* selector, const std::string& field, Causes& causes);
bool is_empty_selector(const doc::Value& selector);
/// `labels`: null for none.
bool selects(const doc::Value& selector, const doc::Value* labels);
/// Labels, as they are shown: sorted.
std::string map_text(const doc::Value* map);

/// Nothing when it is absent or no quantity.
std::optional<api::Quantity> amount_of(const doc::Value* value);
void check_amount_not_negative(const doc::Value* value, const std::string& field, Causes& causes);
/// The name of a resource that containers ask for.
void check_container_resource(const std::string& name, const std::string& field, Causes& causes);
/// What anything is counted or measured by.
void check_resource_name(const std::string& name, const std::string& field, Causes& causes);
/// Of somebody's own: "example.com/gpu".
bool is_extended_resource(const std::string& name);

struct AddressRange {
  std::string bytes;  // 4 or 16
  size_t prefix = 0;  // bits
};
/// Nothing, and told, when it is none.
std::optional<AddressRange> check_range(const std::string& text, const std::string& field, Causes& causes);

/// One write: `live` is null when it makes the object.
struct RuleCall {
  const doc::Value& document;
  const std::string& kind;
  const doc::Value* live = nullptr;
};

// One function for each file of rules.
void check_autoscaler_rules(const RuleCall& call, Causes& causes);
void check_core_rules(const RuleCall& call, Causes& causes);
void check_ingress_rules(const RuleCall& call, Causes& causes);
void check_job_rules(const RuleCall& call, Causes& causes);
void check_limit_rules(const RuleCall& call, Causes& causes);
void check_network_rules(const RuleCall& call, Causes& causes);
void check_policy_rules(const RuleCall& call, Causes& causes);
void check_service_rules(const RuleCall& call, Causes& causes);
void check_workload_rules(const RuleCall& call, Causes& causes);
/// `field`: where the Pod's spec stands.
void check_pod_rules(const RuleCall& call, const std::string& field, Causes& causes);
void check_container(const doc::Value& container, const std::string& field, Causes& causes);
// Of a Pod's spec, which stands at `owner`.
void check_affinity(const doc::Value& spec, const std::string& owner, Causes& causes);
void check_spread(const doc::Value& spec, const std::string& owner, Causes& causes);
void check_tolerations(const doc::Value& spec, const std::string& owner, Causes& causes);

}  // namespace graylane::apiserver
