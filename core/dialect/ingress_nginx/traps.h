// Traps: what works otherwise than its author may think. Reported once each, for the objects of one server.
#pragma once

#include "dialect/ingress_nginx/model.h"

namespace graylane::ingress_nginx {

/// Whole-host regular expressions: whose paths change their meaning.
void report_regex_traps(const Server& server, Reporter& reporter);
/// Redirects of slashes, what the implicit "/" inherits, and the like.
void report_location_traps(const Server& server, const std::vector<const Location*>& served, bool regex_mode, Reporter& reporter);
/// The paths of certificate challenges are exempt from redirects and authentication only with a rule of their own.
void report_acme_trap(const Server& server, const ControllerConfig& config, Reporter& reporter);
/// Of one Ingress alone: TLS without a listener, traps of single annotations.
void report_entry_traps(const Entry& entry, const Options& options, const ControllerConfig& config, Reporter& reporter);
/// Stable Services that nothing serves: each once.
void report_unready_services(const Model& model, const api::ServiceIndex& services, Reporter& reporter);
/// A stable Service:port that several paths use, and its canary.
void report_shared_services(const Model& model, const Options& options, Reporter& reporter);

}  // namespace graylane::ingress_nginx
