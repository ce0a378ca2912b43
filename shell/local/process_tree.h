// Processes as /proc shows them. Any thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace graylane::local {

std::vector<pid_t> children_of(pid_t parent);
/// Children, their children, and so on; without `ancestor` itself. At most 100,000.
std::vector<pid_t> descendants_of(pid_t ancestor);
/// "nginx"; empty when there is no such process.
std::string program_of(pid_t pid);

/// What a process has used; zeros when there is no such process.
struct ProcessUse {
  uint64_t own_ticks = 0;     // processor time, in ticks of sysconf(_SC_CLK_TCK)
  uint64_t waited_ticks = 0;  // of its children that have ended, and theirs
  uint64_t resident_bytes = 0;
};
ProcessUse process_use(pid_t pid);

/// A listening TCP socket that would take connections to an address and port.
struct Listener {
  uint64_t inode = 0;
  bool any_address = false;  // bound to 0.0.0.0 or [::]
};

/// Who listens for `ip` (IPv4) and `port`, be it through 0.0.0.0 or [::]. The kernel allows one at a time, or several of one
/// user with SO_REUSEPORT.
std::vector<Listener> listeners_on(const std::string& ip, uint16_t port);
/// The sockets that these processes hold, as far as they can be seen.
std::set<uint64_t> sockets_of(const std::vector<pid_t>& processes);
/// Of all processes that can be seen; nothing when none of them holds it.
std::optional<pid_t> holder_of(uint64_t inode);

}  // namespace graylane::local
