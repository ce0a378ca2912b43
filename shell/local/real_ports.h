// Which port a program really gets for a declared containerPort. Ports below 1024 may need rights that this process does not
// have; such a port becomes port + 10000 (80 -> 10080), or where the Pod declares that one itself + 20000, and so on up to
// 65535. Ports from 1024 on are never changed. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace graylane::local {

inline constexpr int32_t kPortShift = 10'000;

/// Only ports that change. 0 as the real port: none is free (the Pod declares all candidates itself).
std::map<int32_t, int32_t> real_ports(const std::vector<int32_t>& declared, const std::function<bool(uint16_t)>& may_bind);

/// Whether this process may listen on the port of that IPv4 address; a port that is only taken counts as allowed.
bool may_bind(const std::string& ip, uint16_t port);

}  // namespace graylane::local
