#include "local/port_owner.h"

#include <algorithm>
#include <cctype>

#include "local/process_tree.h"

namespace graylane::local {

namespace {

constexpr const char* kAdvice = "let programs listen on $POD_IP and $PORT instead of all addresses (0.0.0.0)";

bool contains(const std::string& text, std::string_view part) {
  const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
  return std::ranges::search(text, part, same).begin() != text.end();
}

std::string describe(const World& world, const Listener& listener) {
  const auto pid = holder_of(listener.inode);
  if (!pid) return "another user's program";
  const std::string pod = world.pod_of(*pid);
  return (pod.empty() ? "" : pod + ", ") + "process " + std::to_string(*pid) + " (" + program_of(*pid) + ")";
}

std::string taken_by(const World& world, int32_t port, const Listener& listener) {
  return "port " + std::to_string(port) + " is taken by " + describe(world, listener) + ", which listens on " +
         (listener.any_address ? "all addresses" : "this Pod's address") + "; " + kAdvice;
}

}  // namespace

std::string stranger_on(const World& world, const std::string& ip, int32_t port, pid_t supervisor) {
  const std::vector<Listener> listeners = listeners_on(ip, static_cast<uint16_t>(port));
  const std::set<uint64_t> own = sockets_of(descendants_of(supervisor));
  for (const Listener& listener : listeners) {
    if (own.contains(listener.inode)) return {};
  }
  for (const Listener& listener : listeners) {
    if (holder_of(listener.inode)) return taken_by(world, port, listener);
  }
  return {};
}

Waiting explain_listen_failure(const World& world, const std::string& log, const std::string& ip,
                               const std::vector<std::pair<int32_t, int32_t>>& ports) {
  const bool in_use = contains(log, "address already in use") || contains(log, "address in use") || contains(log, "eaddrinuse");
  for (const auto& [declared, real] : ports) {
    if (!in_use) break;
    const std::vector<Listener> listeners = listeners_on(ip, static_cast<uint16_t>(real));
    if (!listeners.empty()) return {"PortTaken", taken_by(world, real, listeners.front())};
  }
  if (in_use) return {"PortTaken", std::string("the program's port is taken by another program; ") + kAdvice};
  const bool denied = contains(log, "permission denied") || contains(log, "eacces");
  for (const auto& [declared, real] : ports) {
    if (!denied || declared == real) continue;
    return {"PortNotAllowed", "this user may not listen on port " + std::to_string(declared) +
                                  "; the program has to listen on $PORT, here " + std::to_string(real) +
                                  ", or graylane has to run with the right to use low ports"};
  }
  return {};
}

}  // namespace graylane::local
