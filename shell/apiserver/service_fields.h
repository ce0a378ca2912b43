// What the server fills in about Services and keeps over updates: cluster addresses and node ports. Pure. Internal to the folder.
#pragma once

#include <string>
#include <vector>

#include "api/object.h"
#include "apiserver/status.h"

namespace graylane::apiserver {

bool is_service(const api::Kind& kind);
bool needs_cluster_ip(std::string_view type);
bool needs_node_ports(const doc::Value& service);
/// By which a balancer asks whether a node has endpoints of it.
bool needs_health_port(const doc::Value& service);
std::string service_type(const doc::Value& service);

/// What of it does not do what its author may think.
std::vector<std::string> service_warnings(const doc::Value& service);

/// What `next` leaves out and a client need not repeat is as in `live`; what a change of type makes meaningless goes.
void keep_allocated(const doc::Value& live, doc::Value& next);

}  // namespace graylane::apiserver
