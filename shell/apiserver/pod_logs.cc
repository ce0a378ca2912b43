#include "apiserver/pod_logs.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "apiserver/columns_text.h"
#include "apiserver/options.h"
#include "apiserver/reading.h"

namespace graylane::apiserver {
namespace {

constexpr std::chrono::milliseconds kLookAgain{100};  // for new lines of a log that is followed
constexpr size_t kChunk = 64 * 1024;

Outcome<std::optional<int64_t>> number(const httpd::Request& request, std::string_view name) {
  const std::string* text = request.query_value(name);
  if (!text || text->empty()) return std::optional<int64_t>();
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || end != text->data() + text->size())
    return refuse(bad_request("strconv.ParseInt: parsing " + go_quoted(*text) + ": invalid syntax"));
  if (value >= 0) return std::optional(value);
  return refuse(ApiError{422, "Invalid",
                         "PodLogOptions \"\" is invalid: " + std::string(name) + ": Invalid value: " + *text +
                             ": must be greater than or equal to 0"});
}

std::vector<std::string> containers_of(const doc::Value& pod) {
  std::vector<std::string> names;
  for (const char* list : {"spec.initContainers", "spec.containers"}) {
    const doc::Value* containers = find_path(pod, list);
    if (!containers || !containers->is_array()) continue;
    for (const doc::Value& container : *containers->as_array()) names.push_back(text_at(container, "name"));
  }
  return names;
}

/// The one that is asked for, or the only one.
Outcome<std::string> choose_container(const doc::Value& pod, const std::string& name, const std::string* asked) {
  const std::vector<std::string> all = containers_of(pod);
  if (asked && !asked->empty()) {
    if (std::ranges::find(all, *asked) != all.end()) return *asked;
    return refuse(bad_request("container " + *asked + " is not valid for pod " + name));
  }
  if (all.size() == 1) return all.front();
  std::string names;
  for (const std::string& one : all) names += (names.empty() ? "" : " ") + one;
  return refuse(bad_request("a container name must be specified for pod " + name + ", choose one of: [" + names + "]"));
}

/// Why a container has written nothing.
std::string waiting_reason(const doc::Value& pod, const std::string& container) {
  const doc::Value* statuses = find_path(pod, "status.containerStatuses");
  if (!statuses || !statuses->is_array()) return "ContainerCreating";
  for (const doc::Value& status : *statuses->as_array()) {
    const std::string reason = text_at(status, "state.waiting.reason");
    if (text_at(status, "name") == container && !reason.empty()) return reason;
  }
  return "ContainerCreating";
}

}  // namespace

struct PodLogs::Wanted {
  api::ObjectKey pod;
  LogReader reader;
  bool follow = false;
  std::optional<int64_t> bytes_left;
  std::vector<std::string> warnings;
};

/// One log being sent.
class PodLogs::Stream : public std::enable_shared_from_this<Stream> {
 public:
  Stream(PodLogs& logs, Wanted wanted, httpd::Responder responder)
      : logs_(logs), wanted_(std::move(wanted)), responder_(std::move(responder)) {}

  void start() {
    responder_.on_gone([this] { end(); });
    responder_.on_drain([this] { pump(); });
    httpd::Response head;
    for (const std::string& warning : wanted_.warnings) head.headers.push_back({"Warning", "299 - " + go_quoted(warning)});
    responder_.begin_stream(std::move(head));
    pump();
  }

 private:
  void pump() {
    using Flow = httpd::Responder::Flow;
    // Asked before reading: what it wrote last is still sent.
    const bool goes_on = wanted_.follow && logs_.lives(wanted_.pod);
    while (!ended_) {
      const std::string text = wanted_.reader.next(room());
      if (text.empty()) break;
      if (wanted_.bytes_left) *wanted_.bytes_left -= static_cast<int64_t>(text.size());
      const Flow flow = responder_.write(text);
      if (flow == Flow::kFull) return;
      if (flow == Flow::kGone) return end();
    }
    if (ended_) return;
    if (goes_on && room() > 0) return logs_.loop_.arm(again_, kLookAgain);
    responder_.end_stream();
    end();
  }

  size_t room() const { return wanted_.bytes_left ? std::min<size_t>(kChunk, static_cast<size_t>(*wanted_.bytes_left)) : kChunk; }

  void end() {
    if (std::exchange(ended_, true)) return;
    again_.cancel();
    logs_.loop_.at_end_of_turn([logs = &logs_, self = shared_from_this()] { logs->streams_.erase(self); });
  }

  PodLogs& logs_;
  Wanted wanted_;
  httpd::Responder responder_;
  bool ended_ = false;
  net::CallbackTimer again_{[this] { pump(); }};
};

PodLogs::PodLogs(store::Store& store, net::EventLoop& loop, LogPath log_path)
    : store_(store), loop_(loop), log_path_(std::move(log_path)) {}
PodLogs::~PodLogs() = default;

bool PodLogs::answer(const httpd::Request& request, httpd::Responder& responder) {
  const auto target = parse_target(request.path);
  const bool is_log = target && *target && (*target)->group.empty() && (*target)->resource == "pods" &&
                      (*target)->subresource == "log" && !(*target)->name.empty() && request.method == "GET";
  if (!is_log) return false;
  auto wanted = find(**target, request);
  if (wanted) serve(*std::move(wanted), std::move(responder));
  else responder.respond(error_response(wanted.error()));
  return true;
}

Outcome<PodLogs::Wanted> PodLogs::find(const Target& target, const httpd::Request& request) {
  const api::ObjectKey key{"", "Pod", target.ns, target.name};
  const auto pod = store_.get(key);
  if (!pod) return refuse(not_found(*api::builtin_kinds().find("v1", "Pod"), target.name));
  const auto tail = number(request, "tailLines");
  if (!tail) return refuse(tail.error());
  const auto bytes = number(request, "limitBytes");
  if (!bytes) return refuse(bytes.error());
  const auto container = choose_container((*pod)->content, target.name, request.query_value("container"));
  if (!container) return refuse(container.error());
  auto reader = log_path_ ? LogReader::open(log_path_(target.ns, target.name, *container)) : std::nullopt;
  if (!reader)
    return refuse(bad_request("container " + go_quoted(*container) + " in pod " + go_quoted(target.name) +
                              " is waiting to start: " + waiting_reason((*pod)->content, *container)));
  if (*tail) reader->skip_to_tail(**tail);
  Wanted wanted{key, *std::move(reader), is_set(request, "follow"), *bytes, {}};
  for (const char* option : {"sinceSeconds", "sinceTime", "timestamps", "previous"}) {
    if (is_set(request, option))
      wanted.warnings.push_back(std::string(option) +
                                " is not heeded: logs are kept without times, those of all restarts in one");
  }
  return wanted;
}

bool PodLogs::lives(const api::ObjectKey& pod) {
  const auto found = store_.get(pod);
  if (!found) return false;
  const std::string phase = text_at((*found)->content, "status.phase");
  return phase != "Succeeded" && phase != "Failed";
}

void PodLogs::serve(Wanted wanted, httpd::Responder responder) {
  const auto stream = std::make_shared<Stream>(*this, std::move(wanted), std::move(responder));
  streams_.insert(stream);
  stream->start();
}

}  // namespace graylane::apiserver
