#include "apiserver/health.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "apiserver/reading.h"

namespace graylane::apiserver {
namespace {

/// Whoever gets an answer finds all of them good: the thread that answers is the one that they are about.
constexpr std::string_view kStore = "store";
constexpr std::array<std::string_view, 3> kChecks = {"ping", "log", kStore};
constexpr std::array<std::string_view, 3> kGroups = {"healthz", "livez", "readyz"};

bool has(const std::vector<std::string_view>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::vector<std::string_view> excluded_by(const httpd::Request& request) {
  std::vector<std::string_view> names;
  for (const httpd::QueryItem& item : request.query) {
    if (item.name == "exclude") names.emplace_back(item.value);
  }
  return names;
}

std::string report(std::string_view group, const std::vector<std::string_view>& excluded, const std::string& store_note) {
  std::string text, unknown;
  for (std::string_view check : kChecks) {
    const bool is_noted = check == kStore && !store_note.empty();
    text += "[+]" + std::string(check) +
            (has(excluded, check) ? " excluded: ok\n"
             : is_noted           ? " ok: " + store_note + "\n"
                                  : " ok\n");
  }
  for (std::string_view name : excluded) {
    if (std::ranges::find(kChecks, name) == kChecks.end()) unknown += (unknown.empty() ? "" : ",") + go_quoted(name);
  }
  if (!unknown.empty()) text += "warn: some health checks cannot be excluded: no matches for " + unknown + "\n";
  return text + std::string(group) + " check passed\n";
}

}  // namespace

std::optional<httpd::Response> answer_health(const httpd::Request& request, const std::function<std::string()>& store_note) {
  std::string_view path = request.path;
  if (!path.starts_with('/')) return std::nullopt;
  path.remove_prefix(1);
  const std::string_view group = path.substr(0, path.find('/'));
  if (std::ranges::find(kGroups, group) == kGroups.end()) return std::nullopt;
  path.remove_prefix(std::min(group.size() + 1, path.size()));
  if (request.method != "GET" && request.method != "HEAD") return error_response(method_not_allowed());
  if (!path.empty() && std::ranges::find(kChecks, path) == kChecks.end()) return httpd::text_response(404, "404 page not found");
  httpd::Response response;
  if (!path.empty() || !request.query_value("verbose")) response.body = "ok";
  else response.body = report(group, excluded_by(request), store_note ? store_note() : std::string());
  return response;
}

}  // namespace graylane::apiserver
