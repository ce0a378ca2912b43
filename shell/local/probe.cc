#include "local/probe.h"

#include <algorithm>

#include "api/view_fields.h"

namespace graylane::local {

namespace {

namespace fields = api::fields;
using doc::Value;

constexpr std::chrono::milliseconds kExtraPeriod{500};

int32_t port_of(const Value& container, const Value* action) {
  const api::ServicePortRef port = fields::int_or_name(action, "port");
  if (port.number != 0) return port.number;
  for (const Value& own : fields::items(&container, "ports")) {
    if (fields::text(&own, "name") == port.name) return fields::number(&own, "containerPort");
  }
  return 0;
}

void read_http(const Value& container, const Value& action, ProbeSpec& spec) {
  // TLS without checking certificates, as Kubernetes does it, says little more than that somebody accepts.
  spec.type = fields::text(&action, "scheme", "HTTP") == "HTTPS" ? ProbeSpec::Type::kTcp : ProbeSpec::Type::kHttp;
  spec.port = port_of(container, &action);
  spec.host = fields::text(&action, "host");
  spec.path = fields::text(&action, "path", "/");
  if (!spec.path.starts_with('/')) spec.path = "/" + spec.path;
  for (const Value& header : fields::items(&action, "httpHeaders"))
    spec.headers.emplace_back(fields::text(&header, "name"), fields::text(&header, "value"));
}

bool read_action(const Value& container, const Value& probe, ProbeSpec& spec) {
  if (const Value* http = fields::find_object(&probe, "httpGet")) {
    read_http(container, *http, spec);
    return true;
  }
  if (const Value* exec = fields::find_object(&probe, "exec")) {
    spec.type = ProbeSpec::Type::kExec;
    for (const Value& word : fields::items(exec, "command")) {
      if (const std::string* text = word.as_string()) spec.command.push_back(*text);
    }
    return true;
  }
  for (const char* member : {"tcpSocket", "grpc"}) {
    const Value* action = fields::find_object(&probe, member);
    if (!action) continue;
    spec.port = port_of(container, action);
    spec.host = fields::text(action, "host");
    return true;
  }
  return false;
}

}  // namespace

std::optional<ProbeSpec> read_probe(const Value& container, const char* member) {
  const Value* probe = fields::find_object(&container, member);
  ProbeSpec spec;
  if (!probe || !read_action(container, *probe, spec)) return std::nullopt;
  const auto seconds = [&](const char* name, int32_t otherwise, int32_t least) {
    return std::chrono::seconds(std::max(fields::number(probe, name, otherwise), least));
  };
  spec.initial_delay = seconds("initialDelaySeconds", 0, 0);
  spec.period = seconds("periodSeconds", 10, 1);
  spec.timeout = seconds("timeoutSeconds", 1, 1);
  spec.success_threshold = std::max(fields::number(probe, "successThreshold", 1), 1);
  spec.failure_threshold = std::max(fields::number(probe, "failureThreshold", 3), 1);
  return spec;
}

bool ProbeState::take(const ProbeResult& result, Instant now) {
  const bool due = now >= counted_at_;
  if (due) counted_at_ = now + spec_.period;
  ever_ = ever_ || result.success;
  const bool counts = !result.success && (due || ever_);
  if (result.success) {
    failures_ = 0;
    ++successes_;
  } else {
    successes_ = 0;
    message_ = result.message;
    if (counts) ++failures_;
  }
  if (successes_ >= spec_.success_threshold) succeeded_ = true, failed_ = false;
  if (failures_ >= spec_.failure_threshold) succeeded_ = false, failed_ = true;
  due_ = ever_ ? now + spec_.period : std::min(counted_at_, now + std::chrono::duration_cast<Instant::duration>(kExtraPeriod));
  return counts;
}

}  // namespace graylane::local
