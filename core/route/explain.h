// explain(): the answer of the one matcher, told step by step: which rules were considered, why each did or did not apply,
// what could happen to the request, and the manifest lines. Pure; the same table, request and draw-free state give the same text.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "route/match.h"

namespace graylane::route {

struct TraceStep {
  std::string rule;      // "canary-by-header foo == \"bar\""
  bool matched = false;  // it applied
  std::string why;       // "the request has no header foo"
  Location at;           // of the manifest line; may be empty
  std::string object;    // "Ingress default/shop"; may be empty
};

/// One thing that a draw may do with the request.
struct Outcome {
  std::string service;  // "NAMESPACE/NAME"
  uint16_t port = 0;
  std::string port_name;  // as the manifest has it
  double share = 1;
  std::string path;  // target as forwarded
  std::string host;  // as forwarded
  Role role = Role::kStable;
  Location at;
};

enum class Verdict { kStable, kCanary, kDefault, kNobody };

struct Explanation {
  Verdict verdict = Verdict::kNobody;
  std::vector<Outcome> to;         // every destination that a draw could give; empty when the gateway itself answers
  std::optional<uint16_t> status;  // set when the gateway itself answers
  std::optional<std::string> location;
  std::vector<TraceStep> trace;  // in the order considered
};

/// "stable", "canary", "default", "none".
std::string_view name_of(Verdict verdict);

Explanation explain(const Table& table, const Request& request, Scratch& scratch);

}  // namespace graylane::route
