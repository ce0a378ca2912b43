#include "apiserver/pod_logs.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "api/text_rules.h"
#include "apiserver/columns_text.h"
#include "apiserver/options.h"
#include "apiserver/reading.h"

namespace graylane::apiserver {
namespace {

constexpr std::chrono::milliseconds kLookAgain{100};  // for new lines of a log that is followed
constexpr size_t kChunk = 64 * 1024;

/// What is asked about a log beside the container, checked.
struct LogOptions {
  std::optional<int64_t> tail_lines, limit_bytes, since_seconds;
  std::optional<int64_t> since_time;  // seconds since 1970
  std::vector<patch::Cause> causes = {};
};

Outcome<std::optional<int64_t>> number(const httpd::Request& request, std::string_view name) {
  const std::string* text = request.query_value(name);
  if (!text) return std::optional<int64_t>();
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error == std::errc() && end == text->data() + text->size()) return std::optional(value);
  const bool large = error == std::errc::result_out_of_range;
  return refuse(
      bad_request("strconv.ParseInt: parsing " + go_quoted(*text) + ": " + (large ? "value out of range" : "invalid syntax")));
}

Outcome<void> read_since_time(const httpd::Request& request, LogOptions& options) {
  const std::string* text = request.query_value("sinceTime");
  if (!text) return {};
  options.since_time = api::parse_time(*text);
  if (options.since_time) return {};
  return refuse(bad_request("parsing time " + go_quoted(*text) + ": it must look like \"2006-01-02T15:04:05Z\""));
}

Outcome<LogOptions> parse_log_options(const httpd::Request& request) {
  LogOptions options;
  for (const auto& [name, value] : {std::pair{"tailLines", &options.tail_lines},
                                    {"limitBytes", &options.limit_bytes},
                                    {"sinceSeconds", &options.since_seconds}}) {
    const auto read = number(request, name);
    if (!read) return refuse(read.error());
    *value = *read;
    const int64_t least = std::string_view(name) == "tailLines" ? 0 : 1;
    if (*read && **read < least)
      options.causes.push_back(invalid_value(name, std::to_string(**read),
                                             least == 0 ? "must be greater than or equal to 0" : "must be greater than 0"));
  }
  if (auto ok = read_since_time(request, options); !ok) return refuse(std::move(ok.error()));
  if (options.since_time && options.since_seconds)
    options.causes.push_back(
        {"FieldValueForbidden", "Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified", "[]"});
  return options;
}

ApiError invalid_log_options(const std::string& pod, std::vector<patch::Cause> causes) {
  api::Kind options;
  options.gvk.kind = "PodLogOptions";
  return invalid(options, pod, std::move(causes));
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

bool has_restarted(const doc::Value& pod, const std::string& container) {
  for (const char* list : {"status.initContainerStatuses", "status.containerStatuses"}) {
    for (const doc::Value& status : items_at(pod, list)) {
      if (text_at(status, "name") == container) return number_at(status, "restartCount") > 0;
    }
  }
  return false;
}

httpd::Response no_content() {
  httpd::Response response;
  response.status = 204;
  response.content_type.clear();
  return response;
}

}  // namespace

struct PodLogs::Wanted {
  api::ObjectKey pod;
  std::optional<LogReader> reader;  // none: no node has the Pod yet
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
      std::string text = wanted_.reader->next(room());
      if (text.empty()) break;
      if (wanted_.bytes_left) text.resize(std::min(text.size(), static_cast<size_t>(*wanted_.bytes_left)));  // with its times
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

PodLogs::PodLogs(store::Store& store, net::EventLoop& loop, LogPath log_path, std::function<int64_t()> unix_seconds)
    : store_(store), loop_(loop), log_path_(std::move(log_path)), unix_seconds_(std::move(unix_seconds)) {}
PodLogs::~PodLogs() = default;

bool PodLogs::answer(const httpd::Request& request, httpd::Responder& responder) {
  const auto target = parse_target(request.path);
  const bool is_log = target && *target && (*target)->group.empty() && (*target)->resource == "pods" &&
                      (*target)->subresource == "log" && !(*target)->name.empty() && request.method == "GET";
  if (!is_log) return false;
  auto wanted = find(**target, request);
  if (!wanted) responder.respond(error_response(wanted.error()));
  else if (wanted->reader) serve(*std::move(wanted), std::move(responder));
  else responder.respond(no_content());
  return true;
}

Outcome<PodLogs::Wanted> PodLogs::find(const Target& target, const httpd::Request& request) {
  auto options = parse_log_options(request);
  if (!options) return refuse(options.error());
  const api::ObjectKey key{"", "Pod", target.ns, target.name};
  const auto pod = store_.get(key);
  if (!pod) return refuse(not_found(*api::builtin_kinds().find("v1", "Pod"), target.name));
  if (!options->causes.empty()) return refuse(invalid_log_options(target.name, std::move(options->causes)));
  const doc::Value& content = (*pod)->content;
  const auto container = choose_container(content, target.name, request.query_value("container"));
  if (!container) return refuse(container.error());
  const bool previous = is_set(request, "previous");
  if (previous && !has_restarted(content, *container))
    return refuse(bad_request("previous terminated container " + go_quoted(*container) + " in pod " + go_quoted(target.name) +
                              " not found"));
  auto reader = log_path_ ? LogReader::open(log_path_(target.ns, target.name, *container)) : std::nullopt;
  if (!reader && !text_at(content, "spec.nodeName").empty())
    return refuse(bad_request("container " + go_quoted(*container) + " in pod " + go_quoted(target.name) +
                              " is waiting to start: " + waiting_reason(content, *container)));
  Wanted wanted{key, std::move(reader), is_set(request, "follow"), options->limit_bytes, {}};
  if (previous) wanted.warnings.push_back("previous is not heeded: the log holds what all restarts printed, in one");
  if (!wanted.reader) return wanted;
  const auto since = options->since_seconds ? unix_seconds_() - *options->since_seconds : options->since_time.value_or(0);
  if (since > 0) wanted.reader->skip_to_time(since * 1'000'000'000);
  if (options->tail_lines) wanted.reader->skip_to_tail(*options->tail_lines);
  if (is_set(request, "timestamps")) wanted.reader->show_times();
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
