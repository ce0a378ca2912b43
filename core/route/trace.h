// RecordingTracer: the tracer that explain() uses; it turns what the matcher considered into sentences.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "route/explain.h"
#include "route/match.h"

namespace graylane::route {

class RecordingTracer {
 public:
  static constexpr bool kEnabled = true;
  RecordingTracer(std::string_view host_name, std::string_view path) : host_name_(host_name), path_(path) {}

  void host(const Host& host);
  void rule(const Host& host, const Rule& rule, Why why);
  void response(const Host& host, const Response& response);
  void https_redirect(const Host& host, const Policy& policy, Why why);
  void access(const Host& host, const Policy& policy, Why why);
  void backend(const Host& host, const Origin& at, const Backend& backend, Why why);
  void test(const Host& host, const Split& split, const Test& test, Why why, std::string_view seen);
  void draw(const Host& host, const Split& split);

  void add(const Host* host, std::string rule, bool matched, std::string why, const Origin& at);
  std::vector<TraceStep> take() { return std::move(steps_); }

 private:
  std::string host_name_;
  std::string path_;
  std::vector<TraceStep> steps_;
  size_t misses_ = 0;  // of rules
};

/// Where a part of a host's rules was written.
Location location_of(const Host& host, const Origin& origin);
std::string quoted(std::string_view text);

}  // namespace graylane::route
