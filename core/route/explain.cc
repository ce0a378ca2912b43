#include "route/explain.h"

#include "route/trace.h"

namespace graylane::route {

namespace {

/// The value of a sticky split's key; nullptr data when the request has none.
std::string_view sticky_key(const Split& split, const TemplateInput& input) {
  switch (split.sticky.key) {
    case Sticky::Key::kNothing: return {};
    case Sticky::Key::kCookie: return find_cookie(input.request, split.sticky.name);
    case Sticky::Key::kHeader: return find_header(input.request, split.sticky.name, input.options, input.scratch);
    case Sticky::Key::kSourceIp: return {reinterpret_cast<const char*>(input.normalised.client.bytes.data()), 16};
  }
  return {};
}

/// "up to 3 tries, on error timeout http_503"
std::string text_of(const Retry& retry) {
  std::string on;
  if (retry.on_error) on += " error";
  if (retry.on_timeout) on += " timeout";
  if (retry.on_invalid_header) on += " invalid_header";
  for (const uint16_t status : retry.statuses) on += " http_" + std::to_string(status);
  if (on.empty() || retry.tries_max == 1) return "one try";
  if (retry.non_idempotent) on += " non_idempotent";
  std::string text = "up to " + std::to_string(retry.tries_max) + " tries, on" + on;
  if (retry.time_max.count() > 0) text += ", none after " + std::to_string(retry.time_max.count()) + " s";
  return text;
}

class Explainer {
 public:
  Explainer(const Table& table, const Request& request, Scratch& scratch)
      : table_(table),
        request_(request),
        scratch_(scratch),
        normalised_(normalise(request, *table.listener, scratch.text)),
        tracer_(normalised_.host_name, normalised_.path) {}

  Explanation run() {
    const Match match = route::match(table_, request_, normalised_, scratch_, tracer_);
    if (normalised_.refused_status != 0) tracer_.add(nullptr, "request", false, std::string(normalised_.refused_why), {});
    switch (match.kind) {
      case Match::Kind::kBackend: add_outcome(match, match.backend, match.role, 1); break;
      case Match::Kind::kDraw: draw(match); break;
      default: answer(match);
    }
    note_edits(match);
    conclude(match);
    explanation_.trace = tracer_.take();
    return std::move(explanation_);
  }

 private:
  TemplateInput input() { return {request_, normalised_, *table_.listener, scratch_.text}; }

  void add_outcome(const Match& match, BackendId id, Role role, double share) {
    const Backend& backend = table_.backend(id);
    const Forwarded forwarded = forwarded_request(match, input(), scratch_);
    if (!forwarded.valid) {
      explanation_.status = 500;
      tracer_.add(match.host, "rewrite-target", false, "the rewritten path is empty: 500", match.policy->rewrite_at);
      return;
    }
    explanation_.to.push_back({backend.ns + "/" + backend.service, backend.port_number, backend.port, share, forwarded.target,
                               forwarded.host, role, location_of(*match.host, match.rule->at)});
  }

  void draw(const Match& match) {
    const Split& split = *match.split;
    if (split.sticky.key != Sticky::Key::kNothing) {
      const std::string_view key = sticky_key(split, input());
      if (key.data() != nullptr) return pick_by_key(match, key);
      tracer_.add(match.host, "split-by", false,
                  std::string("the request has no key yet: the draw decides") +
                      (split.sticky.key == Sticky::Key::kCookie ? ", and a cookie keeps it" : ""),
                  split.sticky.at);
    }
    std::vector<uint64_t> weights(split.destinations.size());
    weights[0] = split.total;
    for (size_t i = 1; i < split.destinations.size(); ++i) {
      const Destination& destination = split.destinations[i];
      if (!table_.backend(destination.backend).ready()) continue;  // passed over for the stable version
      weights[i] = destination.weight;
      weights[0] -= destination.weight;
    }
    for (size_t i = 0; i < split.destinations.size(); ++i) {
      const Destination& destination = split.destinations[i];
      const double share = static_cast<double>(weights[i]) / static_cast<double>(split.total);
      if (weights[i] > 0) add_outcome(match, destination.backend, destination.role, share);
    }
  }

  void pick_by_key(const Match& match, std::string_view key) {
    const Split& split = *match.split;
    const bool canary = pick_sticky(split.sticky.salt, key, split.destinations[1].weight, split.total);
    const Destination& destination = split.destinations[canary ? 1 : 0];
    tracer_.add(match.host, "split-by", true,
                std::string("the hash of this key falls to the ") + (canary ? "canary" : "stable version"), split.sticky.at);
    add_outcome(match, destination.backend, destination.role, 1);
  }

  void answer(const Match& match) {
    explanation_.status = match.status;
    std::string location = route::location_of(match, input(), scratch_);
    if (!location.empty()) explanation_.location = std::move(location);
    if (match.kind == Match::Kind::kRewriteRedirect) {
      tracer_.add(match.host, "rewrite-target", true, "an absolute URL as target is a redirect: 302", match.policy->rewrite_at);
    } else if (match.kind == Match::Kind::kStatus && match.host != nullptr && match.rule == nullptr) {
      tracer_.add(nullptr, "no rule", true, "no path of the host matches: 404", {});
    } else if (match.status == 503 && match.kind == Match::Kind::kStatus) {
      const bool has_canary = match.rule->kind == RuleKind::kSplit;
      tracer_.add(nullptr, "answer 503", true,
                  has_canary ? "the stable version has no endpoints, and a canary never stands in for it"
                             : "nothing can serve the request",
                  {});
    }
  }

  void note_edits(const Match& match) {
    if (match.policy == nullptr) return;
    if (!explanation_.to.empty() && explanation_.to[0].path != normalised_.target) {
      tracer_.add(match.host, "rewrite-target", true, "the path is sent as " + quoted(explanation_.to[0].path),
                  match.policy->rewrite_at);
    }
    if (!explanation_.to.empty() && match.policy->upstream_host) {
      tracer_.add(match.host, "upstream-vhost", true, "the Host is sent as " + quoted(explanation_.to[0].host),
                  match.policy->upstream_host_at);
    }
    if (!explanation_.to.empty()) note_upstream(match);
    for (const std::string& note : match.policy->notes) tracer_.add(nullptr, "not applied yet", false, note, {});
  }

  /// What a policy says of endpoints and answers.
  void note_upstream(const Match& match) {
    const Policy& policy = *match.policy;
    if (policy.affinity) {
      tracer_.add(match.host, "affinity", true,
                  "the cookie " + policy.affinity->cookie + " chooses the endpoint" +
                      (policy.affinity->sets_cookie ? ", and is given to clients without it" : ""),
                  policy.affinity->at);
    }
    if (policy.retry) tracer_.add(match.host, "proxy-next-upstream", true, text_of(*policy.retry), policy.retry->at);
    if (!policy.response_edits) return;
    const ResponseEdits& edits = *policy.response_edits;
    if (edits.location) tracer_.add(match.host, "proxy-redirect", true, "the answer's Location is changed", edits.location->at);
    if (edits.cookie_path || edits.cookie_domain)
      tracer_.add(match.host, "proxy-cookie", true, "the answer's cookies are changed", edits.cookie_at);
  }

  void conclude(const Match&) {
    if (explanation_.to.empty()) return;
    switch (explanation_.to[0].role) {  // of a draw: destination 0, so a split that is open counts as stable
      case Role::kStable: explanation_.verdict = Verdict::kStable; break;
      case Role::kCanary: explanation_.verdict = Verdict::kCanary; break;
      case Role::kDefault: explanation_.verdict = Verdict::kDefault; break;
    }
  }

  const Table& table_;
  const Request& request_;
  Scratch& scratch_;
  Normalised normalised_;
  RecordingTracer tracer_;
  Explanation explanation_;
};

}  // namespace

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kStable: return "stable";
    case Verdict::kCanary: return "canary";
    case Verdict::kDefault: return "default";
    case Verdict::kNobody: return "none";
  }
  return "";
}

Explanation explain(const Table& table, const Request& request, Scratch& scratch) {
  return Explainer(table, request, scratch).run();
}

}  // namespace graylane::route
