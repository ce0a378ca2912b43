// A route table as rows, for people. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "route/table.h"

namespace graylane::cli {

struct RouteRow {
  std::string host;  // "app.example", "*.example", "~^api", "*" for any other
  std::string path;
  std::string type;        // "Prefix", "Exact", "StartsWith", "Regex"
  std::string stable;      // "shop/web:80", or what the gateway answers: "301 https://..."
  std::string canary;      // empty: none
  std::string rule;        // how requests come to the canary: "header foo=bar, 50 %"
  std::string conditions;  // the part of `rule` before the weight: "header foo=bar"
  std::string weight;      // "50 %"; empty: none
  Location from;
  std::string object;  // "Ingress shop/web", that the rule comes from
  std::string canary_object;
  std::string stable_service;  // "shop/web"; empty when the gateway answers
  std::string canary_service;
  std::string policy;  // what else happens on the way: "to https, rewrite /$2, allow 1"; empty: nothing
  size_t stable_endpoints = 0;
  size_t canary_endpoints = 0;
  std::string endpoints;  // of the stable version and, after a '/', of the canary; empty when the gateway answers
  std::string sticky;     // what keeps a user with one version: "cookie uid"; empty: nothing

  /// Whether one of its objects is of that namespace.
  bool is_of(std::string_view ns) const;
};

/// The rules that somebody wrote; hosts by name, the fallback last, rules of a host in order of precedence.
std::vector<RouteRow> route_rows(const route::Table& table);
/// Those of hosts that `other` does not share.
std::vector<RouteRow> changed_rows(const route::Table& table, const route::Table& other);

/// The names of the hosts, sorted; without the fallback and without expressions.
std::vector<std::string> host_names(const route::Table& table);

/// "50 %", "0.1 %".
std::string percent(double share);

}  // namespace graylane::cli
