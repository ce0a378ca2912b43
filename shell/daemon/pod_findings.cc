#include "daemon/pod_findings.h"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "api/text_rules.h"
#include "api/view_fields.h"
#include "control/object_parts.h"
#include "local/pod_past.h"

namespace graylane::daemon {

namespace {

namespace fields = api::fields;
using doc::Value;
using std::chrono::milliseconds;

/// A Pod that is not ready for so long is worth a word.
constexpr milliseconds kReadyWait{10'000};

struct Trouble {
  std::string reason;  // "CrashLoopBackOff"
  std::string message;
  std::string fix;
  milliseconds patience{0};
};

std::string kebab(std::string_view reason) {
  std::string out = "pod";
  for (const char c : reason) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper) out += '-';
    out += upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

std::string waiting_reason(const Value& container) {
  return fields::text(fields::find_object(fields::find_object(&container, "state"), "waiting"), "reason", "ContainerCreating");
}

/// It went down with an earlier life of this program, which is no fault of its own.
bool went_with_us(const Value* end) { return fields::text(end, "reason") == local::kNodeRestart; }

/// The end of the container's last life, unless it was meant to end so.
const Value* last_failure(const Value& container) {
  const bool restarts = waiting_reason(container) == "CrashLoopBackOff";  // whatever the exit code
  for (const char* member : {"state", "lastState"}) {
    const Value* end = fields::find_object(fields::find_object(&container, member), "terminated");
    if (end && (restarts || fields::number(end, "exitCode") != 0)) return end;
  }
  return nullptr;
}

bool is_steady(const Value& container, int64_t now) {
  const Value* running = fields::find_object(fields::find_object(&container, "state"), "running");
  const auto since = api::parse_time(fields::text(running, "startedAt"));
  return since && now - *since >= kSteadyAfter.count();
}

/// Most run again; of restartPolicy Never some do not.
std::optional<Trouble> trouble_of_lost(const Value& container, const Value* end) {
  const bool stays = fields::find_object(fields::find_object(&container, "state"), "terminated") != nullptr;
  if (!stays) return std::nullopt;
  return Trouble{local::kNodeRestart, fields::text(end, "message") + "; its restartPolicy does not run it again",
                 "delete the Pod and make it anew, if it is to run again"};
}

std::optional<Trouble> trouble_of_crash(const Value& container, const std::string& pod, int64_t now) {
  const Value* end = last_failure(container);
  if (!end || is_steady(container, now)) return std::nullopt;
  if (went_with_us(end)) return trouble_of_lost(container, end);
  const std::string reason = fields::text(end, "reason", "Error");
  const std::string message = fields::text(end, "message");
  if (reason == "PortTaken" || reason == "PortNotAllowed") return Trouble{reason, message, {}};
  const int32_t signal = fields::number(end, "signal");
  const std::string how = signal != 0 ? fmt::format("was ended by signal {}", signal)
                                      : fmt::format("ended with exit code {}", fields::number(end, "exitCode"));
  return Trouble{"CrashLoopBackOff", how + (message.empty() ? "" : ": " + message),
                 "mend its program or its settings; all it said: graylane logs " + pod};
}

std::optional<Trouble> trouble_of_container(const Value& container, const std::string& pod, int64_t now) {
  if (auto crash = trouble_of_crash(container, pod, now)) return crash;
  const std::string reason = waiting_reason(container);
  const Value* waiting = fields::find_object(fields::find_object(&container, "state"), "waiting");
  if (reason == "ContainerCreating" || reason == "PodInitializing") return std::nullopt;
  return Trouble{reason, fields::text(waiting, "message"), {}};
}

/// Of the Pod as a whole: it has no address, or it is not ready.
std::optional<Trouble> trouble_of_pod(const Value* status) {
  for (const Value& condition : fields::items(status, "conditions")) {
    const std::string type = fields::text(&condition, "type");
    const bool holds = fields::text(&condition, "status") == "True";
    const std::string reason = fields::text(&condition, "reason");
    const std::string message = fields::text(&condition, "message");
    const bool is_cordoned = message.contains("were unschedulable");
    if (type == "PodScheduled" && !holds)
      return Trouble{reason, message, is_cordoned ? "the node is cordoned: kubectl uncordon graylane" : ""};
    if (type != "Ready" || reason.empty() || reason == "PodCompleted") continue;
    if (holds) return Trouble{reason, message, {}};  // ready, with a warning
    return Trouble{"NotReady", message, {}, kReadyWait};
  }
  return std::nullopt;
}

class Collector {
 public:
  Collector(const std::function<api::ObjectPtr(const api::ObjectKey&)>& find, int64_t now) : find_(find), now_(now) {}

  void add(const api::Object& pod) {
    const Value* status = fields::find_object(&pod.content, "status");
    bool found = false;
    for (const char* list : {"initContainerStatuses", "containerStatuses"}) {
      for (const Value& container : fields::items(status, list)) {
        const auto trouble = trouble_of_container(container, pod.key.name, now_);
        if (!trouble) continue;
        found = true;
        add(pod, fields::text(&container, "name"), *trouble);
      }
    }
    if (found) return;
    if (const auto trouble = trouble_of_pod(status)) add(pod, {}, *trouble);
  }

  std::vector<Finding> take() {
    std::vector<Finding> findings;
    for (auto& [key, finding] : found_) findings.push_back(std::move(finding));
    return findings;
  }

 private:
  void add(const api::Object& pod, const std::string& container, const Trouble& trouble) {
    const Value* metadata = fields::find_object(&pod.content, "metadata");
    const std::string hash = fields::text(fields::find_object(metadata, "labels"), "pod-template-hash");
    const api::ObjectPtr owner = owner_of(pod);
    const api::Object& about = owner ? *owner : pod;
    const std::string object = about.key.to_string();
    std::string key = object + '\n' + hash + '\n' + container + '\n' + trouble.reason;
    if (found_.contains(key)) return;
    const std::string place = container.empty() ? "" : "container " + container + " ";
    const bool is_crash = trouble.reason == "CrashLoopBackOff";
    const std::string message = "Pod " + pod.key.name + ": " + place + (is_crash ? "" : trouble.reason + ": ") + trouble.message;
    Diagnostic diagnostic{Severity::kWarning, kebab(trouble.reason), object, {}, message, trouble.fix, {}, {}};
    if (about.file) diagnostic.where = about.at(about.content.at());
    found_.emplace(key, Finding{std::move(diagnostic), key, trouble.patience});
  }

  /// Who stands behind a Pod, through its ReplicaSet: what somebody wrote. Null: the Pod stands alone.
  api::ObjectPtr owner_of(const api::Object& pod) const {
    const api::ObjectPtr set = controller_of(pod);
    const api::ObjectPtr workload = set ? controller_of(*set) : nullptr;
    return workload ? workload : set;
  }

  api::ObjectPtr controller_of(const api::Object& object) const {
    for (const control::OwnerReference& owner : control::owners_of(object)) {
      if (owner.controls) return find_({group_of(owner.api_version), owner.kind, object.key.ns, owner.name});
    }
    return nullptr;
  }

  static std::string group_of(const std::string& api_version) {
    const size_t slash = api_version.find('/');
    return slash == api_version.npos ? "" : api_version.substr(0, slash);
  }

  const std::function<api::ObjectPtr(const api::ObjectKey&)>& find_;
  const int64_t now_;
  std::map<std::string, Finding> found_;  // by key
};

}  // namespace

std::vector<Finding> pod_findings(const std::vector<api::ObjectPtr>& pods,
                                  const std::function<api::ObjectPtr(const api::ObjectKey&)>& find, int64_t now) {
  Collector collector(find, now);
  for (const api::ObjectPtr& pod : pods) {
    const Value* metadata = fields::find_object(&pod->content, "metadata");
    if (!fields::find(metadata, "deletionTimestamp")) collector.add(*pod);
  }
  return collector.take();
}

}  // namespace graylane::daemon
