#include "apiserver/target.h"

#include <algorithm>
#include <vector>

#include "httpd/message.h"

namespace graylane::apiserver {
namespace {

using Parts = std::vector<std::string>;

/// The decoded parts between slashes; empty ones at the end are left out.
Outcome<Parts> split(std::string_view path) {
  Parts parts;
  while (!path.empty()) {
    path.remove_prefix(1);  // its slash
    const size_t end = std::min(path.find('/'), path.size());
    auto part = httpd::decode_percent(path.substr(0, end));
    if (!part || part->find('/') != part->npos || *part == "." || *part == "..")
      return refuse(
          bad_request("the path of the request is malformed: a part is '.', '..', or has an escape that is wrong or a slash"));
    path.remove_prefix(end);
    if (part->empty() && path.empty()) break;
    parts.push_back(*std::move(part));
  }
  return parts;
}

/// But for "namespaces//pods": an empty namespace is all of them.
bool has_empty_part(const Parts& parts) {
  for (size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].empty() && (i == 0 || parts[i - 1] != "namespaces")) return true;
  }
  return false;
}

std::string take_front(Parts& parts) {
  std::string front = std::move(parts.front());
  parts.erase(parts.begin());
  return front;
}

/// "namespaces/shop/pods" is about pods, "namespaces/shop/status" about the namespace.
bool is_scope(const Parts& parts) {
  return parts.size() >= 3 && parts[0] == "namespaces" && parts[2] != "status" && parts[2] != "finalize";
}

}  // namespace

Outcome<std::optional<Target>> parse_target(std::string_view path) {
  const bool core = path == "/api" || path.starts_with("/api/");
  if (!core && !path.starts_with("/apis/")) return std::nullopt;
  auto split_path = split(path);
  if (!split_path) return refuse(std::move(split_path.error()));
  Parts& parts = *split_path;
  if (has_empty_part(parts)) return refuse(no_such_resource());
  if (parts.size() < (core ? 2 : 3)) return std::nullopt;
  take_front(parts);
  Target target;
  if (!core) target.group = take_front(parts);
  target.version = take_front(parts);
  if (parts.size() > 1 && parts.front() == "watch") {
    target.watch = true;
    take_front(parts);
  }
  if (is_scope(parts)) {
    take_front(parts);
    target.ns = take_front(parts);
  }
  if (!parts.empty()) target.resource = take_front(parts);
  if (!parts.empty()) target.name = take_front(parts);
  for (; !parts.empty(); take_front(parts)) target.subresource += (target.subresource.empty() ? "" : "/") + parts.front();
  return target;
}

}  // namespace graylane::apiserver
