#include "apiserver/options.h"

#include <charconv>

#include "patch/managed_fields.h"

namespace graylane::apiserver {
namespace {

using patch::Cause;

constexpr size_t kManagerMax = 128;  // bytes

std::string text_of(const httpd::Request& request, std::string_view name) {
  const std::string* value = request.query_value(name);
  return value ? *value : std::string();
}

Outcome<int64_t> number(const httpd::Request& request, std::string_view name) {
  const std::string text = text_of(request, name);
  int64_t result = 0;
  if (text.empty()) return result;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), result);
  if (read.ec == std::errc() && read.ptr == text.data() + text.size()) return result;
  return refuse(bad_request("strconv.ParseInt: parsing " + go_quoted(text) + ": invalid syntax"));
}

Cause forbidden_option(std::string field, std::string_view why) {
  return {"FieldValueForbidden", "Forbidden: " + std::string(why), std::move(field)};
}

Outcome<void> read_match(const std::string& text, ListOptions& options) {
  using Match = ListOptions::Match;
  std::vector<Cause> causes;
  if (!text.empty() && options.resource_version.empty() && !options.watch)
    causes.push_back(
        forbidden_option("resourceVersionMatch", "resourceVersionMatch is forbidden unless resourceVersion is provided"));
  else if (!text.empty() && !options.continue_token.empty())
    causes.push_back(forbidden_option("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided"));
  if (text == "Exact") options.match = Match::kExact;
  else if (text == "NotOlderThan") options.match = Match::kNotOlderThan;
  else if (!text.empty())
    causes.push_back({"FieldValueNotSupported",
                      "Unsupported value: " + go_quoted(text) + ": supported values: \"Exact\", \"NotOlderThan\", \"\"",
                      "resourceVersionMatch"});
  if (options.match == Match::kExact && options.resource_version == "0")
    causes.push_back(
        forbidden_option("resourceVersionMatch", "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""));
  if (causes.empty()) return {};
  return refuse(invalid_options("ListOptions", std::move(causes)));
}

/// How the options of a watch may go together; the rules of sendInitialEvents.
Outcome<void> check_watch(const ListOptions& options) {
  using Match = ListOptions::Match;
  std::vector<Cause> causes;
  const char* field = "resourceVersionMatch";
  if (!options.watch && options.send_initial_events)
    causes.push_back(forbidden_option("sendInitialEvents", "sendInitialEvents is forbidden for list"));
  else if (options.watch && options.send_initial_events && options.match != Match::kNotOlderThan)
    causes.push_back(forbidden_option(field, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
  else if (options.watch && !options.send_initial_events && options.match != Match::kUnset)
    causes.push_back(forbidden_option(field, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
  if (causes.empty()) return {};
  return refuse(invalid_options("ListOptions", std::move(causes)));
}

Outcome<void> read_selectors(const httpd::Request& request, const api::Kind& kind, ListOptions& options) {
  auto labels = LabelSelector::parse(text_of(request, "labelSelector"));
  if (!labels) return refuse(std::move(labels.error()));
  auto fields = FieldSelector::parse(text_of(request, "fieldSelector"), kind);
  if (!fields) return refuse(std::move(fields.error()));
  options.labels = *std::move(labels);
  options.fields = *std::move(fields);
  return {};
}

Outcome<void> read_numbers(const httpd::Request& request, ListOptions& options) {
  const auto limit = number(request, "limit");
  if (!limit) return refuse(limit.error());
  options.limit = *limit > 0 ? static_cast<size_t>(*limit) : 0;
  const auto timeout = number(request, "timeoutSeconds");
  if (!timeout) return refuse(timeout.error());
  if (*timeout > 0) options.timeout = std::chrono::seconds(std::min<int64_t>(*timeout, 86'400));
  auto revision = parse_revision(options.resource_version);
  if (!revision) return refuse(std::move(revision.error()));
  options.revision = *revision;
  return {};
}

}  // namespace

bool is_set(const httpd::Request& request, std::string_view flag) {
  const std::string* value = request.query_value(flag);
  return value && *value != "0" && *value != "false" && *value != "False" && *value != "FALSE";
}

Outcome<uint64_t> parse_revision(std::string_view text) {
  uint64_t revision = 0;
  if (text.empty()) return revision;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), revision);
  if (read.ec == std::errc() && read.ptr == text.data() + text.size()) return revision;
  return refuse(bad_request("invalid resource version: resourceVersion: Invalid value: " + go_quoted(text) +
                            ": strconv.ParseUint: parsing " + go_quoted(text) + ": invalid syntax"));
}

Outcome<IncludeObject> parse_include_object(const httpd::Request& request) {
  const std::string text = text_of(request, "includeObject");
  if (text.empty() || text == "Metadata") return IncludeObject::kMetadata;
  if (text == "Object") return IncludeObject::kObject;
  if (text == "None") return IncludeObject::kNone;
  return refuse(bad_request("unrecognized includeObject value: " + go_quoted(text)));
}

Outcome<ListOptions> parse_list_options(const httpd::Request& request, const api::Kind& kind) {
  ListOptions options;
  options.continue_token = text_of(request, "continue");
  options.resource_version = text_of(request, "resourceVersion");
  options.watch = is_set(request, "watch");
  options.bookmarks = is_set(request, "allowWatchBookmarks");
  if (const std::string* initial = request.query_value("sendInitialEvents"); initial && !initial->empty())
    options.send_initial_events = is_set(request, "sendInitialEvents");
  const auto include = parse_include_object(request);
  if (!include) return refuse(include.error());
  options.include_object = *include;
  for (auto ok : {read_numbers(request, options), read_match(text_of(request, "resourceVersionMatch"), options),
                  check_watch(options), read_selectors(request, kind, options)}) {
    if (!ok) return refuse(std::move(ok.error()));
  }
  return options;
}

Outcome<WriteOptions> parse_write_options(const httpd::Request& request, std::string_view name, bool is_apply) {
  WriteOptions options;
  std::vector<Cause> causes;
  for (const httpd::QueryItem& item : request.query) {
    if (item.name != "dryRun" || item.value.empty()) continue;
    options.dry_run = true;
    if (item.value != "All")
      causes.push_back(
          {"FieldValueNotSupported", "Unsupported value: " + go_quoted(item.value) + ": supported values: \"All\"", "dryRun"});
  }
  const std::string validation = text_of(request, "fieldValidation");
  if (validation == "Warn") options.validation = WriteOptions::Validation::kWarn;
  else if (validation == "Strict") options.validation = WriteOptions::Validation::kStrict;
  else if (!validation.empty() && validation != "Ignore")
    causes.push_back({"FieldValueNotSupported",
                      "Unsupported value: " + go_quoted(validation) + ": supported values: \"Ignore\", \"Strict\", \"Warn\"",
                      "fieldValidation"});
  options.manager = text_of(request, "fieldManager");
  if (options.manager.size() > kManagerMax)
    causes.push_back({"FieldValueTooLong", "Too long: may not be more than 128 bytes", "fieldManager"});
  if (is_apply && options.manager.empty()) causes.push_back(required("fieldManager", "is required for apply patch"));
  options.force = is_set(request, "force");
  if (!is_apply && request.query_value("force"))
    causes.push_back(forbidden_option("force", "may not be specified for non-apply patch"));
  if (!causes.empty()) return refuse(invalid_options(name, std::move(causes)));
  const std::string* agent = request.header("User-Agent");
  if (options.manager.empty() && !is_apply) options.manager = patch::manager_of_user_agent(agent ? *agent : "");
  return options;
}

}  // namespace graylane::apiserver
