#include <algorithm>

#include "dialect/ingress_nginx/model.h"
#include "dialect/ingress_nginx/unready.h"

namespace graylane::ingress_nginx {

namespace {

/// How one path of a canary fares on the locations of a server.
class Merger {
 public:
  Merger(const ModelInput& input, Model& model, Reporter& reporter, const Entry& canary)
      : input_(input), model_(model), reporter_(reporter), canary_(canary) {}

  void run() {
    if (canary_.view.default_backend) merge_default();
    for (size_t i = 0; i < canary_.view.rules.size(); ++i) merge_rule(i);
  }

 private:
  enum class Outcome { kUnmatched, kMerged, kIsStable, kForeign };

  void report(Severity severity, std::string_view id, Position at, std::string field, std::string message, std::string fix) {
    reporter_.add(severity, id, canary_, at, std::move(field), std::move(message), std::move(fix));
  }

  Upstream* find_upstream(const std::string& key) {
    const auto found = model_.upstreams.find(key);
    return found == model_.upstreams.end() ? nullptr : &found->second;
  }

  void merge_default() {
    const api::IngressBackend& backend = *canary_.view.default_backend;
    if (backend.service.empty()) return;
    Upstream* canary = find_upstream(upstream_key(canary_.ns(), backend));
    if (canary == nullptr || canary->deleted) return report_gone(backend.at, "spec.defaultBackend");
    const Outcome outcome = merge_into(catch_all(model_), *canary, [](const Location&) { return true; });
    settle(outcome, *canary, backend.at, "spec.defaultBackend");
  }

  void merge_rule(size_t rule_index) {
    const api::IngressRule& rule = canary_.view.rules[rule_index];
    const std::string field = "spec.rules[" + std::to_string(rule_index) + "]";
    if (!rule.has_http) {
      return report(Severity::kWarning, "canary-rule-without-http", rule.at, field,
                    "a canary rule without http is skipped (ingress-nginx's controller crashes on it)",
                    "remove the rule, or give it paths");
    }
    if (rule.host.empty()) catch_all(model_);
    const auto server = model_.servers.find(server_name(rule));
    if (server == model_.servers.end() || server->second.locations.empty()) {
      return report(Severity::kWarning, "canary-host-unmatched", rule.at, field + ".host",
                    "no stable Ingress has the host " + (rule.host.empty() ? std::string("*") : rule.host) +
                        ": this rule of the canary gets no traffic",
                    "write the stable Ingress's host, letter for letter (aliases and wildcards do not count)");
    }
    for (size_t i = 0; i < rule.paths.size(); ++i) {
      merge_path(server->second, rule.paths[i], field + ".http.paths[" + std::to_string(i) + "]");
    }
  }

  void merge_path(Server& server, const api::IngressPath& path, const std::string& field) {
    if (path.backend.service.empty()) return;
    Upstream* canary = find_upstream(upstream_key(canary_.ns(), path.backend));
    if (canary == nullptr || canary->deleted) return report_gone(path.at, field);
    const Outcome outcome = merge_into(server, *canary, [&](const Location& location) {
      return location.path == effective_path(path) && location.type == effective_type(path);
    });
    settle(outcome, *canary, path.at, field);
  }

  template <class F>
  Outcome merge_into(Server& server, Upstream& canary, F&& applies) {
    Outcome outcome = Outcome::kUnmatched;
    for (Location& location : server.locations) {
      Upstream* stable = location.upstream;
      if (stable == nullptr || stable->deleted) continue;
      if (stable == &canary) return outcome == Outcome::kMerged ? outcome : Outcome::kIsStable;
      if (!applies(location) || !may_be_stable(*stable)) continue;
      if (is_foreign(*stable)) {
        report_foreign(location);
        if (outcome == Outcome::kUnmatched) outcome = Outcome::kForeign;
        continue;
      }
      attach(location, *stable, canary);
      outcome = Outcome::kMerged;
    }
    return outcome;
  }

  bool may_be_stable(const Upstream& stable) const {
    return !stable.no_server || (stable.named_by_stable && !input_.options.compat.older_canary_404);
  }

  bool is_foreign(const Upstream& stable) const { return !input_.options.compat.cross_namespace && stable.ns != canary_.ns(); }

  void report_foreign(const Location& location) {
    report(Severity::kError, "canary-cross-namespace", canary_.annotations.canary.at,
           "metadata.annotations[nginx.ingress.kubernetes.io/canary]",
           "the stable version of " + location.path + " is " + location.ingress->title() +
               " of another namespace: the canary is not attached (ingress-nginx would let it take the traffic)",
           "create the canary in the stable version's namespace, or run with --compat=+cross-namespace");
  }

  void attach(Location& location, Upstream& stable, Upstream& canary) {
    std::vector<std::string>& list = input_.options.compat.shared_service ? stable.alternatives : location.alternatives;
    if (std::ranges::find(list, canary.key) != list.end()) return;
    if (!list.empty()) {
      report(Severity::kWarning, "canary-second", canary_.annotations.canary.at,
             "metadata.annotations[nginx.ingress.kubernetes.io/canary]",
             "the stable version has a canary already (" + model_.upstreams.at(list.front()).creator->title() +
                 "): only the oldest canary is used, this one gets no traffic",
             "delete one of the two");
    }
    if (!canary_.annotations.legacy_canary_affinity) canary.affinity_cookie = stable.affinity_cookie;
    list.push_back(canary.key);
  }

  /// One path that matches nothing takes the whole canary away, wherever else it was attached.
  void settle(Outcome outcome, Upstream& canary, Position at, const std::string& field) {
    if (outcome == Outcome::kMerged) return check_policy(canary, at, field);
    if (outcome == Outcome::kForeign) return;  // said so; the canary's paths of its own namespace stay
    if (outcome == Outcome::kIsStable) {
      return report(Severity::kWarning, "canary-is-stable", at, field,
                    "the Service " + canary.service + ":" + canary.port.to_string() +
                        " is a stable version of this host: this is no canary, and where no stable Ingress has the path it is "
                        "served as an ordinary one",
                    "give the canary a Service of its own");
    }
    canary.deleted = true;
    report(Severity::kError, "canary-path-unmatched", at, field,
           "no stable Ingress has this host with this path and pathType: ingress-nginx takes the whole canary Service " +
               canary.service + " away, for its other paths too",
           "write the stable Ingress's path and pathType, letter for letter, or remove the path");
  }

  void check_policy(const Upstream& canary, Position at, const std::string& field) {
    if (canary.creator == &canary_) {
      if (canary.resolved.endpoints.empty() && !canary.uses_cluster_ip) {
        Unready found = unready(canary, input_.services);
        report(Severity::kWarning, found.id.empty() ? "canary-without-endpoints" : found.id, at, field,
               found.why + ": the canary gets nothing, the stable version serves everything", std::move(found.fix));
      }
      return;
    }
    const bool by_canary = canary.creator->is_canary();
    report(Severity::kWarning, by_canary ? "canary-policy-of-another" : "canary-service-is-stable-elsewhere", at, field,
           by_canary
               ? "the older " + canary.creator->title() +
                     " uses the same Service and port: its weight, header and cookie hold here, this Ingress's do not"
               : "the older " + canary.creator->title() + " uses this Service as a stable version: the canary never gets traffic",
           "give each canary a Service of its own");
  }

  void report_gone(Position at, const std::string& field) {
    report(Severity::kWarning, "canary-already-removed", at, field,
           "an earlier path of this canary's Service matched nothing, so the canary is gone here too", "mend the other path");
  }

  const ModelInput& input_;
  Model& model_;
  Reporter& reporter_;
  const Entry& canary_;
};

}  // namespace

void report_lone_canaries(const ModelInput& input, Reporter& reporter) {
  for (const Entry* entry : input.ingresses) {
    reporter.add(Severity::kWarning, "canary-without-stable", *entry, entry->annotations.canary.at,
                 "metadata.annotations[nginx.ingress.kubernetes.io/canary]",
                 "there is no stable Ingress at all: a canary alone gets no traffic (404)", "create the stable Ingress");
  }
}

void merge_canaries(const ModelInput& input, Model& model, Reporter& reporter) {
  for (const Entry* entry : input.ingresses) {
    if (entry->is_canary()) Merger(input, model, reporter, *entry).run();
  }
}

}  // namespace graylane::ingress_nginx
