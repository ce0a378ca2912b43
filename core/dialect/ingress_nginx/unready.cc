#include "dialect/ingress_nginx/unready.h"

namespace graylane::ingress_nginx {

namespace {

constexpr std::string_view kMissing = "service-missing";
constexpr std::string_view kBefore = "Service ";
constexpr std::string_view kAfter = " does not exist";

}  // namespace

std::string why_not_ready(const Upstream& upstream) {
  const std::string service = std::string(kBefore) + upstream.ns + "/" + upstream.service;
  switch (upstream.resolved.state) {
    case api::ResolvedPort::State::kNoService: return service + std::string(kAfter);
    case api::ResolvedPort::State::kNoPort: return service + " has no port " + upstream.port.to_string();
    case api::ResolvedPort::State::kNoEndpoints:
      if (upstream.resolved.external_name.empty()) return service + " has no ready endpoints";
      return service + " leads to the name " + upstream.resolved.external_name + ", which does not resolve";
    case api::ResolvedPort::State::kReady: break;
  }
  return {};
}

Unready unready(const Upstream& upstream, const api::ServiceIndex& services) {
  const std::string why = why_not_ready(upstream);
  switch (upstream.resolved.state) {
    case api::ResolvedPort::State::kNoService: return {kMissing, why, "create the Service, or mend its name"};
    case api::ResolvedPort::State::kNoPort: {
      const std::string ports = services.ports_text(upstream.ns, upstream.service);
      return {"service-port-missing", why, ports.empty() ? "give it ports" : "the ports that it has: " + ports};
    }
    case api::ResolvedPort::State::kNoEndpoints:
      if (!upstream.resolved.external_name.empty()) return {{}, why, "mend the name, or the name resolution of this machine"};
      break;
    case api::ResolvedPort::State::kReady: break;
  }
  return {{}, why, "start its Pods, or mend its selector"};
}

void suggest_service(Diagnostic& diagnostic, const api::ServiceIndex& services) {
  if (diagnostic.id != kMissing || !diagnostic.message.starts_with(kBefore)) return;
  const std::string_view message(diagnostic.message);
  const std::string_view name = message.substr(kBefore.size(), message.find(kAfter) - kBefore.size());
  const size_t slash = name.find('/');
  if (slash == name.npos) return;
  const std::string nearest = services.nearest_service(name.substr(0, slash), name.substr(slash + 1));
  if (!nearest.empty()) diagnostic.fix = "did you mean " + nearest + "?";
}

}  // namespace graylane::ingress_nginx
