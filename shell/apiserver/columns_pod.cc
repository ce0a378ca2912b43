#include "apiserver/columns_pod.h"

#include <algorithm>
#include <optional>

#include "api/text_rules.h"
#include "apiserver/columns.h"
#include "apiserver/columns_text.h"

namespace graylane::apiserver {

using doc::Value;

namespace {

struct Restarts {
  int64_t count = 0;
  std::optional<int64_t> last = {};  // seconds since 1970

  void add(const Value& status) {
    count += number_at(status, "restartCount");
    const auto at = api::parse_time(text_at(status, "lastState.terminated.finishedAt"));
    if (at) last = std::max(last.value_or(*at), *at);
  }
  std::string text(int64_t now) const {
    std::string words = std::to_string(count);
    if (count > 0 && last) words += " (" + age_text(now - *last) + " ago)";
    return words;
  }
};

/// Why a container ended.
std::string end_reason(const Value& status) {
  if (std::string reason = text_at(status, "state.terminated.reason"); !reason.empty()) return reason;
  const int64_t signal = number_at(status, "state.terminated.signal");
  return signal ? "Signal:" + std::to_string(signal)
                : "ExitCode:" + std::to_string(number_at(status, "state.terminated.exitCode"));
}

bool has_ended(const Value& status) { return find_path(status, "state.terminated") != nullptr; }
bool has_failed(const Value& status) { return has_ended(status) && number_at(status, "state.terminated.exitCode") != 0; }

bool is_true(const Value& pod, std::string_view condition) {
  for (const Value& one : items_at(pod, "status.conditions")) {
    if (text_at(one, "type") == condition) return text_at(one, "status") == "True";
  }
  return false;
}

/// Sidecars: init containers that go on beside the others.
bool is_sidecar(const Value& pod, const std::string& container) {
  for (const Value& one : items_at(pod, "spec.initContainers")) {
    if (text_at(one, "name") == container) return text_at(one, "restartPolicy") == "Always";
  }
  return false;
}

class Summary {
 public:
  Summary(const Value& pod, int64_t now) : pod_(pod), now_(now) {}

  PodSummary make() {
    status_ = text_at(pod_, "status.phase");
    if (std::string reason = text_at(pod_, "status.reason"); !reason.empty()) status_ = std::move(reason);
    for (const Value& condition : items_at(pod_, "status.conditions")) {
      if (text_at(condition, "type") == "PodScheduled" && text_at(condition, "reason") == "SchedulingGated")
        status_ = "SchedulingGated";
    }
    const bool initializing = read_init_containers();
    if (!initializing || is_true(pod_, "Initialized")) read_containers();
    read_deletion();
    return {std::to_string(ready_) + "/" + std::to_string(size_at(pod_, "spec.containers") + sidecars()), status_,
            restarts_.text(now_), gates()};
  }

 private:
  /// Whether one of them is still to do its work; those behind it are not looked at.
  bool read_init_containers() {
    const doc::Array& statuses = items_at(pod_, "status.initContainerStatuses");
    for (size_t i = 0; i < statuses.size(); ++i) {
      const Value& status = statuses[i];
      const bool sidecar = is_sidecar(pod_, text_at(status, "name"));
      restarts_.add(status);
      if (sidecar) sidecar_restarts_.add(status);
      if (has_ended(status) && !has_failed(status)) continue;
      if (sidecar && flag_at(status, "started")) {
        ready_ += flag_at(status, "ready") ? 1 : 0;
        continue;
      }
      status_ = "Init:" + init_reason(status, i);
      return true;
    }
    return false;
  }

  std::string init_reason(const Value& status, size_t index) const {
    if (has_ended(status)) return end_reason(status);
    const std::string waiting = text_at(status, "state.waiting.reason");
    if (!waiting.empty() && waiting != "PodInitializing") return waiting;
    return std::to_string(index) + "/" + std::to_string(size_at(pod_, "spec.initContainers"));
  }

  /// From the last to the first: what the first one says is shown.
  void read_containers() {
    restarts_ = sidecar_restarts_;
    const doc::Array& statuses = items_at(pod_, "status.containerStatuses");
    bool running = false;
    std::string failure;
    for (auto status = statuses.rbegin(); status != statuses.rend(); ++status) {
      restarts_.add(*status);
      const std::string waiting = text_at(*status, "state.waiting.reason");
      if (!waiting.empty()) {
        status_ = waiting;
      } else if (has_ended(*status)) {
        status_ = end_reason(*status);
        if (has_failed(*status)) failure = status_;
      } else if (flag_at(*status, "ready") && find_path(*status, "state.running")) {
        running = true;
        ++ready_;
      }
    }
    if (status_ == "Completed") read_partial_end(running, failure);
  }

  /// Some have done their work and others have not.
  void read_partial_end(bool running, const std::string& failure) {
    if (running && is_true(pod_, "Ready")) status_ = "Running";
    else if (!failure.empty()) status_ = failure;
    else if (running) status_ = "NotReady";
  }

  void read_deletion() {
    if (!is_being_deleted(pod_)) return;
    const std::string phase = text_at(pod_, "status.phase");
    if (text_at(pod_, "status.reason") == "NodeLost") status_ = "Unknown";
    else if (phase != "Succeeded" && phase != "Failed") status_ = "Terminating";
  }

  int64_t sidecars() const {
    return std::ranges::count_if(items_at(pod_, "spec.initContainers"),
                                 [](const Value& one) { return text_at(one, "restartPolicy") == "Always"; });
  }

  std::string gates() const {
    const doc::Array& gates = items_at(pod_, "spec.readinessGates");
    if (gates.empty()) return "<none>";
    const auto open =
        std::ranges::count_if(gates, [&](const Value& gate) { return is_true(pod_, text_at(gate, "conditionType")); });
    return std::to_string(open) + "/" + std::to_string(gates.size());
  }

  const Value& pod_;
  const int64_t now_;
  std::string status_;
  int64_t ready_ = 0;
  Restarts restarts_;
  Restarts sidecar_restarts_;
};

}  // namespace

PodSummary summarize_pod(const Value& pod, int64_t now) { return Summary(pod, now).make(); }

}  // namespace graylane::apiserver
