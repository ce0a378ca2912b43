#include "apiserver/delete_options.h"

#include <charconv>

#include "apiserver/columns_text.h"

namespace graylane::apiserver {
namespace {

using doc::Value;
using patch::Cause;

/// What the options say in either place; the body holds when it says something.
struct Raw {
  std::string policy;
  std::string orphan;  // "true", "false"
  std::vector<std::string> dry_run;
};

/// Nothing for a text that is no number.
std::optional<int64_t> seconds_of(const std::string& text) {
  int64_t seconds = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
  return whole ? std::optional(seconds) : std::nullopt;
}

Raw read_query(const httpd::Request& request, DeleteOptions& options) {
  Raw raw;
  for (const httpd::QueryItem& item : request.query) {
    if (item.name == "gracePeriodSeconds") options.grace_seconds = seconds_of(item.value);
    if (item.name == "propagationPolicy") raw.policy = item.value;
    else if (item.name == "orphanDependents") raw.orphan = item.value;
    else if (item.name == "dryRun" && !item.value.empty()) raw.dry_run.push_back(item.value);
  }
  return raw;
}

void read_body(const Value& body, Raw& raw, DeleteOptions& options) {
  if (std::string policy = text_at(body, "propagationPolicy"); !policy.empty()) raw.policy = std::move(policy);
  if (const Value* orphan = body.find("orphanDependents"); orphan && orphan->as_bool())
    raw.orphan = *orphan->as_bool() ? "true" : "false";
  if (const Value* grace = body.find("gracePeriodSeconds"); grace && grace->as_int()) options.grace_seconds = *grace->as_int();
  const Value* dry_run = body.find("dryRun");
  if (dry_run && dry_run->is_array()) {
    for (const Value& item : *dry_run->as_array()) raw.dry_run.push_back(item.as_string() ? *item.as_string() : "");
  }
  if (const Value* uid = find_path(body, "preconditions.uid"); uid && uid->as_string()) options.uid = *uid->as_string();
  if (const Value* revision = find_path(body, "preconditions.resourceVersion"); revision && revision->as_string())
    options.resource_version = *revision->as_string();
}

std::vector<Cause> check(const Raw& raw) {
  std::vector<Cause> causes;
  if (!raw.policy.empty() && !raw.orphan.empty())
    causes.push_back(
        invalid_value("propagationPolicy", go_quoted(raw.policy), "orphanDependents and deletionPropagation cannot be both set"));
  else if (!raw.policy.empty() && raw.policy != "Foreground" && raw.policy != "Background" && raw.policy != "Orphan")
    causes.push_back({"FieldValueNotSupported",
                      "Unsupported value: " + go_quoted(raw.policy) +
                          ": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\"",
                      "propagationPolicy"});
  for (const std::string& value : raw.dry_run) {
    if (value != "All")
      causes.push_back(
          {"FieldValueNotSupported", "Unsupported value: " + go_quoted(value) + ": supported values: \"All\"", "dryRun"});
  }
  return causes;
}

}  // namespace

Outcome<DeleteOptions> parse_delete_options(const httpd::Request& request) {
  DeleteOptions options;
  Raw raw = read_query(request, options);
  auto body = read_request(request.body, request.header("Content-Type"), "DeleteOptions");
  if (!body) return refuse(std::move(body.error()));
  if (!body->is_null() && !body->is_object()) return refuse(bad_request("DeleteOptions must be an object"));
  read_body(*body, raw, options);
  if (auto causes = check(raw); !causes.empty()) return refuse(invalid_options("DeleteOptions", std::move(causes)));
  options.dry_run = !raw.dry_run.empty();
  options.foreground = raw.policy == "Foreground";
  options.orphan = raw.policy == "Orphan" || raw.orphan == "true";
  return options;
}

}  // namespace graylane::apiserver
