#include "apiserver/eviction.h"

#include <optional>
#include <utility>
#include <vector>

#include "api/build.h"
#include "api/crd.h"
#include "api/text_rules.h"
#include "api/workload.h"
#include "apiserver/columns_text.h"
#include "apiserver/delete_options.h"
#include "apiserver/part_body.h"
#include "apiserver/pipeline.h"
#include "apiserver/reading.h"
#include "control/disruption_budget.h"
#include "doc/print.h"
#include "protobuf/decode.h"

namespace graylane::apiserver {
namespace {

using doc::Value;
using Reply = std::function<void(httpd::Response)>;

constexpr int kTriesMax = 20;  // of a Pod that others write to meanwhile

const api::Kind& eviction_kind(bool beta) {
  static const api::Kind kStable = part_kind("policy", "v1", "Eviction"), kBeta = part_kind("policy", "v1beta1", "Eviction");
  return beta ? kBeta : kStable;
}

/// Both versions are read, whatever discovery names.
bool is_beta(const httpd::Request& request) {
  constexpr std::string_view kBeta = "policy/v1beta1";
  if (const auto envelope = protobuf::open_envelope(request.body)) return envelope->api_version == kBeta;
  const auto value = request.body.size() <= kBodyBytesMax ? read_value(request.body, true) : Outcome<Value>(Value());
  return value && value->is_object() && text_at(*value, "apiVersion") == kBeta;
}

/// Its end disturbs nobody: it does not run yet, not any more, or is ending already.
bool may_always_go(const api::Pod& pod) { return pod.phase == "Pending" || pod.ended() || pod.terminating; }

ApiError over_budget(std::string why) {
  ApiError error{429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget."};
  error.details.causes.push_back({"DisruptionBudget", std::move(why), ""});
  return error;
}

/// The budget's decision about one more Pod that is healthy, or is not and may only go when the others are enough.
Outcome<void> ask_budget(const std::string& name, const control::DisruptionBudget& budget, const control::BudgetCount& count,
                         bool ready) {
  const bool enough = count.problem.empty() && count.healthy >= count.desired && count.desired > 0;
  if (!ready && (budget.unhealthy_may_go || enough)) return {};
  if (count.allowed() > 0) return {};
  const std::string subject = "The disruption budget " + name;
  if (!count.problem.empty())
    return refuse(over_budget(subject + " does not allow evicting pods currently because it failed sync: " + count.problem));
  if (count.healthy <= count.desired)
    return refuse(over_budget(subject + " needs " + std::to_string(count.desired) + " healthy pods and has " +
                              std::to_string(count.healthy) + " currently"));
  return refuse(over_budget(subject + " does not allow evicting pods currently"));
}

/// The Pod, told why it ends.
api::Object marked(const api::Object& pod, int64_t now_unix_seconds) {
  constexpr const char* kType = "DisruptionTarget";
  api::Object next = pod;
  api::set_condition(next.content, kType, true, "EvictionByEvictionAPI", "Eviction API: evicting",
                     api::format_time(now_unix_seconds));
  for (Value& condition : *api::object_member(*next.content.as_object(), "status").find("conditions")->as_array()) {
    if (text_at(condition, "type") == kType) condition.as_object()->set("lastProbeTime", Value());
  }
  return next;
}

struct Asked {
  DeleteOptions options;
  std::vector<std::string> warnings;
};

Outcome<Asked> read_eviction(const WriteCall& call) {
  const api::Kind& kind = eviction_kind(is_beta(call.request));
  auto body = read_part(call.request, call.target, kind);
  if (!body) return refuse(std::move(body.error()));
  if (text_at(body->value, "metadata.name") != call.target.name)
    return refuse(bad_request("name in URL does not match name in Eviction object"));
  constexpr const char* kUnsafe = "deleteOptions.ignoreStoreReadErrorWithClusterBreakingPotential";
  if (flag_at(body->value, kUnsafe))
    return refuse(invalid(eviction_kind(false), call.target.name,
                          {invalid_value(kUnsafe, "true", "can not be set for pod eviction, try after removing the option")}));
  const Value* given = body->value.find("deleteOptions");
  auto options = to_delete_options(given && given->is_object() ? *given : Value(doc::Object()));
  if (!options) return refuse(std::move(options.error()));
  options->dry_run = options->dry_run || body->options.dry_run;
  return Asked{*std::move(options), std::move(body->warnings)};
}

}  // namespace

/// One under way. Kept by what waits for it: the store, then the server's thread.
class Evictions::Eviction : public std::enable_shared_from_this<Eviction> {
 public:
  Eviction(const WriteCall& call, std::shared_ptr<Leaving> leaving, Asked asked, Form form, Reply reply)
      : store_(call.store),
        world_(call.world),
        leaving_(std::move(leaving)),
        asked_(std::move(asked)),
        form_(std::move(form)),
        reply_(std::move(reply)) {
    writer_.kind = &call.kind;
    writer_.kinds = &call.kinds;
    writer_.target = call.target;
    writer_.now_unix_seconds = world_.unix_seconds();
    writer_.keeps_kinds = call.catalog;
  }

  void try_once() {
    const auto found = store_.get(key_of(writer_.target, *writer_.kind));
    if (!found) return fail_with(from_store(found.error(), *writer_.kind, writer_.target.name));
    const api::Object& live = **found;
    if (auto ok = ask_budgets(live); !ok) return fail_with(ok.error());
    auto change = plan(live);
    if (!change) return fail_with(change.error());
    if (asked_.options.dry_run || !*change) return finish();
    submit(live.key, **std::move(change));
  }

 private:
  void fail_with(const ApiError& error) { reply_(error_response(error)); }

  Outcome<void> ask_budgets(const api::Object& live) {
    const api::Pod pod = api::read_pod(live);
    if (may_always_go(pod)) return {};
    auto budgets = store_.list({"policy", "PodDisruptionBudget", live.key.ns});
    if (!budgets) return refuse(internal_error(budgets.error().what));
    std::optional<control::DisruptionBudget> its;
    std::string name;
    for (const api::ObjectPtr& object : budgets->items) {
      control::DisruptionBudget budget = control::read_disruption_budget(*object);
      if (!budget.covers(pod.pod.labels)) continue;
      if (its)
        return refuse(
            {500, "", "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."});
      its = std::move(budget);
      name = object->key.name;
    }
    return its ? ask_budget(name, *its, count(*its, live.key), pod.ready) : Outcome<void>();
  }

  control::BudgetCount count(const control::DisruptionBudget& budget, const api::ObjectKey& own) {
    std::vector<api::ObjectPtr> covered;
    if (auto pods = store_.list({"", "Pod", own.ns})) {
      for (api::ObjectPtr& pod : pods->items) {
        if (budget.covers(api::read_pod(*pod).pod.labels)) covered.push_back(std::move(pod));
      }
    }
    return control::count_budget(budget, covered, store_,
                                 [&](const api::ObjectKey& key) { return key != own && leaving_->contains(key); });
  }

  /// Nothing: it is ending already, and no sooner by this.
  Outcome<std::optional<control::Change>> plan(const api::Object& live) {
    auto deletion = plan_delete(writer_, marked(live, writer_.now_unix_seconds), asked_.options);
    if (!deletion) return refuse(std::move(deletion.error()));
    if (deletion->effect == Plan::Effect::kRemove) return control::Change::remove(live.key, live.revision);
    if (deletion->object.content == live.content) return std::nullopt;
    deletion->object.revision = live.revision;
    return control::Change::update(std::move(deletion->object));
  }

  void submit(const api::ObjectKey& key, control::Change change) {
    const auto at = leaving_->insert(key);
    store_.submit({std::move(change)}, [self = shared_from_this(), at](Result<control::Written> written) {
      self->world_.post([self, at, outcome = std::make_shared<Result<control::Written>>(std::move(written))] {
        self->leaving_->erase(at);
        self->settled(*outcome);
      });
    });
  }

  void settled(const Result<control::Written>& written) {
    if (written) return finish();
    if (written.error().code == ErrorCode::kConflict && ++tries_ < kTriesMax) return try_once();
    fail_with(from_store(written.error(), *writer_.kind, writer_.target.name));
  }

  void finish() {
    httpd::Response response = document_response(201, doc::to_json(success_status()), form_);
    add_warnings(response, asked_.warnings);
    reply_(std::move(response));
  }

  store::Store& store_;
  const World& world_;
  const std::shared_ptr<Leaving> leaving_;
  const Asked asked_;
  const Form form_;
  const Reply reply_;
  Writer writer_;
  int tries_ = 0;
};

Outcome<void> Evictions::create(const WriteCall& call, const Reply& reply) {
  auto form = choose_form(call.request.header("Accept"), true);
  if (!form) return refuse(std::move(form.error()));
  auto asked = read_eviction(call);
  if (!asked) return refuse(std::move(asked.error()));
  std::make_shared<Eviction>(call, leaving_, *std::move(asked), *std::move(form), reply)->try_once();
  return {};
}

}  // namespace graylane::apiserver
