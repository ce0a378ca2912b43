#include "local/process_tree.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>
#include <string_view>

namespace graylane::local {

namespace {

constexpr size_t kProcessesMax = 100'000;

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};
using Folder = std::unique_ptr<DIR, CloseFolder>;

std::optional<pid_t> number_of(const char* name) {
  pid_t pid = 0;
  const std::string_view text(name);
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
  return error == std::errc() && rest == text.data() + text.size() ? std::optional(pid) : std::nullopt;
}

template <class Visit>
void for_each_number(const std::string& path, Visit visit) {
  const Folder folder(::opendir(path.c_str()));
  if (!folder) return;
  while (const dirent* entry = ::readdir(folder.get())) {
    if (const auto number = number_of(entry->d_name)) visit(*number);
  }
}

/// /proc/PID/stat from the parent's number on: "PID (NAME) STATE PPID ...", where NAME may hold anything.
std::istringstream stat_of(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(file, text, '\0');
  const size_t name_end = text.rfind(')');
  return std::istringstream(name_end == text.npos || name_end + 4 > text.size() ? "" : text.substr(name_end + 4));
}

pid_t parent_of(pid_t pid) {
  pid_t parent = 0;
  stat_of(pid) >> parent;
  return parent;
}

/// For kernels without /proc/PID/task/TID/children.
std::vector<pid_t> children_by_search(pid_t parent) {
  std::vector<pid_t> children;
  for_each_number("/proc", [&](pid_t pid) {
    if (parent_of(pid) == parent) children.push_back(pid);
  });
  return children;
}

uint64_t socket_inode(const std::string& link) {
  std::array<char, 64> target;
  const ssize_t size = ::readlink(link.c_str(), target.data(), target.size());
  const std::string_view text(target.data(), size > 0 ? static_cast<size_t>(size) : 0);
  constexpr std::string_view kPrefix = "socket:[";
  uint64_t inode = 0;
  if (text.starts_with(kPrefix)) std::from_chars(text.data() + kPrefix.size(), text.data() + text.size(), inode);
  return inode;
}

void add_sockets(pid_t pid, std::set<uint64_t>& sockets) {
  const std::string folder = "/proc/" + std::to_string(pid) + "/fd";
  for_each_number(folder, [&](pid_t fd) {
    if (const uint64_t inode = socket_inode(folder + "/" + std::to_string(fd))) sockets.insert(inode);
  });
}

/// An address of /proc/net/tcp: hexadecimal words of the machine's own byte order.
struct LocalAddress {
  bool any = false;
  uint32_t v4 = 0;  // network order as a word; of [::ffff:a.b.c.d] too
};

LocalAddress parse_address(std::string_view hex) {
  const auto word = [&](size_t index) {
    uint32_t value = 0;
    const std::string_view part = hex.substr(index * 8, 8);
    std::from_chars(part.data(), part.data() + part.size(), value, 16);
    return value;
  };
  if (hex.size() == 8) return {word(0) == 0, word(0)};
  if (hex.size() != 32) return {};
  const bool zero = word(0) == 0 && word(1) == 0;
  const bool mapped = zero && word(2) == htonl(0xffff);
  return {zero && word(3) == 0 && (mapped || word(2) == 0), mapped ? word(3) : 0};
}

void add_listeners(const char* file_name, uint32_t ip, uint16_t port, std::vector<Listener>& listeners) {
  std::ifstream file(file_name);
  std::string line;
  std::getline(file, line);  // the heading
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string slot, local, remote, state, skip, inode;
    words >> slot >> local >> remote >> state >> skip >> skip >> skip >> skip >> skip >> inode;
    const size_t colon = local.find(':');
    if (state != "0A" || colon == local.npos) continue;  // LISTEN
    uint32_t local_port = 0;
    std::from_chars(local.data() + colon + 1, local.data() + local.size(), local_port, 16);
    const LocalAddress address = parse_address(std::string_view(local).substr(0, colon));
    if (local_port != port || !(address.any || address.v4 == ip)) continue;
    Listener listener{.any_address = address.any};
    std::from_chars(inode.data(), inode.data() + inode.size(), listener.inode);
    listeners.push_back(listener);
  }
}

}  // namespace

std::vector<pid_t> children_of(pid_t parent) {
  const std::string tasks = "/proc/" + std::to_string(parent) + "/task";
  std::vector<pid_t> children;
  bool readable = false;
  for_each_number(tasks, [&](pid_t task) {
    std::ifstream file(tasks + "/" + std::to_string(task) + "/children");
    readable = readable || file.is_open();
    for (pid_t child = 0; file >> child;) children.push_back(child);
  });
  return readable ? children : children_by_search(parent);
}

std::vector<pid_t> descendants_of(pid_t ancestor) {
  std::vector<pid_t> found = children_of(ancestor);
  for (size_t i = 0; i < found.size() && found.size() < kProcessesMax; ++i) {
    const std::vector<pid_t> children = children_of(found[i]);
    found.insert(found.end(), children.begin(), children.end());
  }
  return found;
}

std::string program_of(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/comm");
  std::string name;
  std::getline(file, name);
  return name;
}

ProcessUse process_use(pid_t pid) {
  constexpr size_t kUserTime = 10, kWaited = 12, kResident = 20;  // counted from the parent's number
  std::istringstream words = stat_of(pid);
  std::array<int64_t, kResident + 1> fields{};
  for (int64_t& field : fields) words >> field;
  if (!words) return {};
  const auto sum = [&](size_t at) { return static_cast<uint64_t>(std::max<int64_t>(fields[at] + fields[at + 1], 0)); };
  return {sum(kUserTime), sum(kWaited), static_cast<uint64_t>(std::max<int64_t>(fields[kResident], 0) * ::sysconf(_SC_PAGESIZE))};
}

std::vector<Listener> listeners_on(const std::string& ip, uint16_t port) {
  in_addr address{};
  std::vector<Listener> listeners;
  if (::inet_pton(AF_INET, ip.c_str(), &address) != 1) return listeners;
  add_listeners("/proc/net/tcp", address.s_addr, port, listeners);
  add_listeners("/proc/net/tcp6", address.s_addr, port, listeners);
  return listeners;
}

std::set<uint64_t> sockets_of(const std::vector<pid_t>& processes) {
  std::set<uint64_t> sockets;
  for (const pid_t pid : processes) add_sockets(pid, sockets);
  return sockets;
}

std::optional<pid_t> holder_of(uint64_t inode) {
  std::optional<pid_t> holder;
  for_each_number("/proc", [&](pid_t pid) {
    if (!holder && sockets_of({pid}).contains(inode)) holder = pid;
  });
  return holder;
}

}  // namespace graylane::local
