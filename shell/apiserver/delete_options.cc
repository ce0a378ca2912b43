#include "apiserver/delete_options.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "api/request_types.h"
#include "apiserver/body.h"
#include "apiserver/columns_text.h"
#include "apiserver/go_decoding.h"
#include "apiserver/options.h"

namespace graylane::apiserver {
namespace {

using doc::Value;
using patch::Cause;

/// The options of a query in the form of a body. 400 for seconds that are no number.
Outcome<Value> read_query(const httpd::Request& request) {
  doc::Object options;
  doc::Array dry_run;
  for (const httpd::QueryItem& item : request.query) {
    if (item.name == "propagationPolicy") options.set(item.name, Value(item.value));
    else if (item.name == "orphanDependents") options.set(item.name, Value(item.value != "0" && item.value != "false"));
    else if (item.name == "dryRun") dry_run.emplace_back(item.value);
    if (item.name != "gracePeriodSeconds") continue;
    int64_t seconds = 0;
    const char* end = item.value.data() + item.value.size();
    if (const auto read = std::from_chars(item.value.data(), end, seconds); read.ec != std::errc() || read.ptr != end)
      return refuse(bad_request("strconv.ParseInt: parsing " + go_quoted(item.value) + ": invalid syntax"));
    options.set(item.name, Value(seconds));
  }
  if (!dry_run.empty()) options.set("dryRun", Value(std::move(dry_run)));
  return Value(std::move(options));
}

/// A body holds alone when there is one.
Outcome<Value> read_options(const httpd::Request& request) {
  auto body = read_request(request.body, request.header("Content-Type"), "DeleteOptions");
  if (!body) return body;
  if (body->is_null()) return read_query(request);
  if (!body->is_object()) return refuse(bad_request("couldn't get version/kind; json parse error: " + not_a_struct(*body)));
  const std::string kind = text_at(*body, "kind");
  if (!kind.empty() && kind != "DeleteOptions")
    return refuse(bad_request("no kind " + go_quoted(kind) + " is registered for version " +
                              go_quoted(text_at(*body, "apiVersion")) + " in scheme \"pkg/runtime/scheme.go:111\""));
  const std::string problem = find_wrong_type(*body, api::request_type("DeleteOptions"), "DeleteOptions");
  if (!problem.empty()) return refuse(bad_request(problem));
  return body;
}

std::vector<Cause> check(const Value& options) {
  constexpr std::array kPolicies = {"Foreground", "Background", "Orphan"};
  std::vector<Cause> causes;
  const Value* policy = options.find("propagationPolicy");
  const std::string text = policy && policy->as_string() ? *policy->as_string() : "";
  if (policy && policy->is_string() && options.find("orphanDependents"))
    causes.push_back(
        invalid_value("propagationPolicy", go_quoted(text), "orphanDependents and deletionPropagation cannot be both set"));
  else if (policy && policy->is_string() && std::ranges::find(kPolicies, text) == kPolicies.end())
    causes.push_back(
        {"FieldValueNotSupported",
         "Unsupported value: " + go_quoted(text) + ": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\"",
         "propagationPolicy"});
  const Value* dry_run = options.find("dryRun");
  auto cause = dry_run && dry_run->is_array() ? check_dry_run(*dry_run->as_array()) : std::nullopt;
  if (cause) causes.push_back(*std::move(cause));
  return causes;
}

std::optional<std::string> text_of(const Value& options, const char* path) {
  const Value* found = find_path(options, path);
  return found && found->as_string() ? std::optional(*found->as_string()) : std::nullopt;
}

}  // namespace

Outcome<DeleteOptions> parse_delete_options(const httpd::Request& request) {
  auto given = read_options(request);
  if (!given) return refuse(std::move(given.error()));
  return to_delete_options(*given);
}

Outcome<DeleteOptions> to_delete_options(const Value& given) {
  if (auto causes = check(given); !causes.empty()) return refuse(invalid_options("DeleteOptions", std::move(causes)));
  DeleteOptions options;
  const std::optional<std::string> policy = text_of(given, "propagationPolicy");
  const Value* orphan = given.find("orphanDependents");
  options.dry_run = size_at(given, "dryRun") > 0;
  options.foreground = policy == "Foreground";
  options.orphan = policy == "Orphan" || (orphan && orphan->as_bool() && *orphan->as_bool());
  options.by_default = !policy && !(orphan && orphan->is_bool());
  if (const Value* grace = given.find("gracePeriodSeconds"); grace && grace->as_int()) options.grace_seconds = *grace->as_int();
  options.uid = text_of(given, "preconditions.uid");
  options.resource_version = text_of(given, "preconditions.resourceVersion");
  return options;
}

}  // namespace graylane::apiserver
