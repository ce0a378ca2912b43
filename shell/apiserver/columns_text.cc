#include "apiserver/columns_text.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "api/text_rules.h"
#include "apiserver/columns.h"
#include "doc/print.h"

namespace graylane::apiserver {

using doc::Value;

const Value* find_path(const Value& content, std::string_view path) {
  const Value* value = &content;
  while (value && !path.empty()) {
    const size_t dot = std::min(path.find('.'), path.size());
    value = value->find(path.substr(0, dot));
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return value;
}

std::string text_at(const Value& content, std::string_view path) {
  const Value* value = find_path(content, path);
  const std::string* text = value ? value->as_string() : nullptr;
  return text ? *text : std::string();
}

int64_t number_at(const Value& content, std::string_view path) {
  const Value* value = find_path(content, path);
  const int64_t* number = value ? value->as_int() : nullptr;
  return number ? *number : 0;
}

int64_t size_at(const Value& content, std::string_view path) {
  const Value* value = find_path(content, path);
  if (!value) return 0;
  if (const doc::Array* array = value->as_array()) return static_cast<int64_t>(array->size());
  return value->is_object() ? static_cast<int64_t>(value->as_object()->size()) : 0;
}

std::string or_none(const std::string& text) { return text.empty() ? "<none>" : text; }

namespace {

const doc::Array& items_at(const Value& content, std::string_view path) {
  static const doc::Array kNone;
  const Value* value = find_path(content, path);
  return value && value->is_array() ? *value->as_array() : kNone;
}

std::string text_of(const Value& scalar) {
  const std::string* text = scalar.as_string();
  return text ? *text : doc::to_json(scalar);
}

std::string join(const std::vector<std::string>& words, size_t shown_max = SIZE_MAX, const char* between = ",") {
  std::string text;
  for (size_t i = 0; i < words.size() && i < shown_max; ++i) text += (i == 0 ? "" : between) + words[i];
  if (words.size() > shown_max) text += " + " + std::to_string(words.size() - shown_max) + " more...";
  return text;
}

bool flag_at(const Value& content, std::string_view path) {
  const Value* value = find_path(content, path);
  return value && value->as_bool() && *value->as_bool();
}

std::string since(const Value& content, std::string_view path, int64_t now) {
  const auto time = api::parse_time(text_at(content, path));
  return time ? age_text(now - *time) : "";
}

}  // namespace

std::string labels_text(const Value* labels) {
  if (!labels || !labels->is_object() || labels->as_object()->empty()) return "<none>";
  std::vector<std::string> words;
  for (const doc::Member& member : *labels->as_object()) words.push_back(member.key + "=" + text_of(member.value));
  std::ranges::sort(words);
  return join(words);
}

std::string selector_text(const Value& content) { return labels_text(find_path(content, "spec.selector.matchLabels")); }

std::string containers_text(const Value& content, std::string_view member) {
  std::vector<std::string> words;
  for (const Value& container : items_at(content, "spec.template.spec.containers")) words.push_back(text_at(container, member));
  return join(words);
}

std::string external_ip_text(const Value& service) {
  const std::string type = text_at(service, "spec.type");
  std::vector<std::string> addresses;
  for (const Value& ip : items_at(service, "spec.externalIPs")) addresses.push_back(text_of(ip));
  if (type == "ExternalName") return text_at(service, "spec.externalName");
  if (type == "LoadBalancer") {
    for (const Value& entry : items_at(service, "status.loadBalancer.ingress")) {
      const std::string ip = text_at(entry, "ip");
      addresses.push_back(ip.empty() ? text_at(entry, "hostname") : ip);
    }
    return addresses.empty() ? "<pending>" : join(addresses);
  }
  return or_none(join(addresses));
}

std::string service_ports_text(const Value& service) {
  std::vector<std::string> words;
  for (const Value& port : items_at(service, "spec.ports")) {
    const int64_t node_port = number_at(port, "nodePort");
    words.push_back(std::to_string(number_at(port, "port")) + (node_port ? ":" + std::to_string(node_port) : "") + "/" +
                    text_at(port, "protocol"));
  }
  return or_none(join(words));
}

std::string hosts_text(const Value& ingress) {
  std::vector<std::string> hosts;
  for (const Value& rule : items_at(ingress, "spec.rules")) {
    std::string host = text_at(rule, "host");
    if (!host.empty() && std::ranges::find(hosts, host) == hosts.end()) hosts.push_back(std::move(host));
  }
  return hosts.empty() ? "*" : join(hosts, 3);
}

std::string addresses_text(const Value& ingress) {
  std::vector<std::string> words;
  for (const Value& entry : items_at(ingress, "status.loadBalancer.ingress")) {
    const std::string ip = text_at(entry, "ip");
    words.push_back(ip.empty() ? text_at(entry, "hostname") : ip);
  }
  return join(words);
}

std::string endpoints_text(const Value& endpoints) {
  std::vector<std::string> words;
  for (const Value& subset : items_at(endpoints, "subsets")) {
    for (const Value& address : items_at(subset, "addresses")) {
      const doc::Array& ports = items_at(subset, "ports");
      if (ports.empty()) words.push_back(text_at(address, "ip"));
      for (const Value& port : ports) words.push_back(text_at(address, "ip") + ":" + std::to_string(number_at(port, "port")));
    }
  }
  return or_none(join(words, 3));
}

std::string slice_ports_text(const Value& slice) {
  std::vector<std::string> words;
  for (const Value& port : items_at(slice, "ports")) words.push_back(std::to_string(number_at(port, "port")));
  return words.empty() ? "<unset>" : join(words, 3);
}

std::string slice_endpoints_text(const Value& slice) {
  std::vector<std::string> words;
  for (const Value& endpoint : items_at(slice, "endpoints")) {
    for (const Value& address : items_at(endpoint, "addresses")) words.push_back(text_of(address));
  }
  return words.empty() ? "<unset>" : join(words, 3);
}

doc::Array event_cells(const Value& event, int64_t now) {
  const std::string kind = text_at(event, "involvedObject.kind");
  std::string object = kind;
  for (char& c : object) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  object += "/" + text_at(event, "involvedObject.name");
  const std::string host = text_at(event, "source.host");
  std::string last = since(event, "lastTimestamp", now);
  if (last.empty()) last = since(event, "eventTime", now);
  const auto unknown = [](const std::string& text) { return text.empty() ? "<unknown>" : text; };
  std::string message = text_at(event, "message");
  while (!message.empty() && message.back() == '\n') message.pop_back();
  return {Value(unknown(last)),
          Value(text_at(event, "type")),
          Value(text_at(event, "reason")),
          Value(object),
          Value(text_at(event, "involvedObject.fieldPath")),
          Value(text_at(event, "source.component") + (host.empty() ? "" : ", " + host)),
          Value(message),
          Value(unknown(since(event, "firstTimestamp", now))),
          Value(std::max<int64_t>(1, number_at(event, "count"))),
          Value(text_at(event, "metadata.name"))};
}

namespace {

/// What keeps one container from running, as it is shown in place of the phase.
std::string container_reason(const Value& status) {
  std::string waiting = text_at(status, "state.waiting.reason");
  if (!waiting.empty()) return waiting;
  std::string terminated = text_at(status, "state.terminated.reason");
  if (!terminated.empty()) return terminated;
  if (!find_path(status, "state.terminated")) return "";
  const int64_t signal = number_at(status, "state.terminated.signal");
  return signal ? "Signal:" + std::to_string(signal)
                : "ExitCode:" + std::to_string(number_at(status, "state.terminated.exitCode"));
}

/// "Init:0/2", "Init:Error"; empty when all are done.
std::string init_status(const Value& pod) {
  const doc::Array& statuses = items_at(pod, "status.initContainerStatuses");
  for (size_t i = 0; i < statuses.size(); ++i) {
    const bool done = find_path(statuses[i], "state.terminated") && number_at(statuses[i], "state.terminated.exitCode") == 0;
    if (done) continue;
    const std::string reason = container_reason(statuses[i]);
    const std::string total = std::to_string(size_at(pod, "spec.initContainers"));
    return "Init:" + (reason.empty() || reason == "PodInitializing" ? std::to_string(i) + "/" + total : reason);
  }
  return "";
}

}  // namespace

PodSummary summarize_pod(const Value& pod, int64_t now) {
  PodSummary summary;
  summary.status = text_at(pod, "status.phase");
  if (const std::string reason = text_at(pod, "status.reason"); !reason.empty()) summary.status = reason;
  int64_t restarts = 0, ready = 0;
  std::optional<int64_t> restarted_at;
  const std::string init = init_status(pod);
  for (const Value& status : items_at(pod, "status.containerStatuses")) {
    restarts += number_at(status, "restartCount");
    ready += flag_at(status, "ready") ? 1 : 0;
    if (auto at = api::parse_time(text_at(status, "lastState.terminated.finishedAt")))
      restarted_at = std::max(restarted_at.value_or(*at), *at);
    if (const std::string reason = container_reason(status); !reason.empty()) summary.status = reason;
  }
  if (!init.empty()) summary.status = init;
  if (!text_at(pod, "metadata.deletionTimestamp").empty()) summary.status = "Terminating";
  summary.ready = std::to_string(ready) + "/" + std::to_string(size_at(pod, "spec.containers"));
  summary.restarts = std::to_string(restarts);
  if (restarts > 0 && restarted_at) summary.restarts += " (" + age_text(now - *restarted_at) + " ago)";
  summary.gates = "<none>";
  return summary;
}

}  // namespace graylane::apiserver
