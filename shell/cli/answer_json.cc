#include <fmt/format.h>

#include <iterator>

#include "cli/answer.h"
#include "doc/quote.h"

namespace graylane::cli {

namespace {

void append_destination(std::string& out, const route::Outcome& to) {
  out += "{\"service\":";
  doc::append_quoted(out, to.service);
  // {} prints the shortest text that reads back as the same double.
  fmt::format_to(std::back_inserter(out), ",\"port\":{},\"share\":{},\"path\":", to.port, to.share);
  doc::append_quoted(out, to.path);
  out += ",\"host\":";
  doc::append_quoted(out, to.host);
  out += '}';
}

void append_step(std::string& out, const route::TraceStep& step) {
  out += "{\"rule\":";
  doc::append_quoted(out, step.rule);
  out += step.matched ? ",\"matched\":true,\"why\":" : ",\"matched\":false,\"why\":";
  doc::append_quoted(out, step.why);
  out += ",\"at\":";
  doc::append_quoted(out, step.at.to_string());
  out += '}';
}

template <class T, class F>
void append_list(std::string& out, std::string_view key, const T& items, F&& append) {
  fmt::format_to(std::back_inserter(out), ",\"{}\":[", key);
  bool first = true;
  for (const auto& item : items) {
    if (!first) out += ',';
    first = false;
    append(out, item);
  }
  out += ']';
}

}  // namespace

std::string answer_json(std::string_view request, const route::Explanation& explanation) {
  std::string out = "{\"request\":";
  out += request;
  fmt::format_to(std::back_inserter(out), ",\"decision\":\"{}\"", name_of(explanation.verdict));
  append_list(out, "to", explanation.to, append_destination);
  out += ",\"status\":" + (explanation.status ? std::to_string(*explanation.status) : "null");
  out += ",\"location\":";
  if (explanation.location) {
    doc::append_quoted(out, *explanation.location);
  } else {
    out += "null";
  }
  append_list(out, "trace", explanation.trace, append_step);
  return out + "}";
}

std::string error_json(const Error& error) {
  std::string out = "{\"error\":";
  doc::append_quoted(out, error.fix.empty() ? error.what : error.what + " (fix: " + error.fix + ")");
  out += ",\"at\":";
  doc::append_quoted(out, error.where.to_string());
  return out + "}";
}

}  // namespace graylane::cli
