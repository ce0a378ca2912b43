#include "apiserver/options.h"

#include <algorithm>
#include <charconv>

#include "apiserver/media.h"
#include "doc/print.h"
#include "patch/managed_fields.h"

namespace graylane::apiserver {
namespace {

using patch::Cause;

constexpr size_t kManagerMax = 128;  // bytes

std::string text_of(const httpd::Request& request, std::string_view name) {
  const std::string* value = request.query_value(name);
  return value ? *value : std::string();
}

const char* why_no_number(std::errc error) {
  return error == std::errc::result_out_of_range ? "value out of range" : "invalid syntax";
}

Outcome<int64_t> number(const httpd::Request& request, std::string_view name) {
  const std::string* text = request.query_value(name);
  int64_t result = 0;
  if (!text) return result;
  const auto read = std::from_chars(text->data(), text->data() + text->size(), result);
  if (read.ec == std::errc() && read.ptr == text->data() + text->size()) return result;
  return refuse(bad_request("strconv.ParseInt: parsing " + go_quoted(*text) + ": " + why_no_number(read.ec)));
}

Cause forbidden_option(std::string field, std::string_view why) {
  return {"FieldValueForbidden", "Forbidden: " + std::string(why), std::move(field)};
}

constexpr const char* kMatch = "resourceVersionMatch";

Cause unsupported_match(const std::string& match, std::string_view supported) {
  return {"FieldValueNotSupported", "Unsupported value: " + go_quoted(match) + ": supported values: " + std::string(supported),
          kMatch};
}

/// Why the options of a list do not go together; `match`: its resourceVersionMatch as written.
std::vector<Cause> list_problems(const ListOptions& options, const std::string& match) {
  std::vector<Cause> causes;
  if (!match.empty() && options.resource_version.empty())
    causes.push_back(forbidden_option(kMatch, "resourceVersionMatch is forbidden unless resourceVersion is provided"));
  if (!match.empty() && !options.continue_token.empty())
    causes.push_back(forbidden_option(kMatch, "resourceVersionMatch is forbidden when continue is provided"));
  if (!match.empty() && options.match == ListOptions::Match::kUnset)
    causes.push_back(unsupported_match(match, R"("Exact", "NotOlderThan", "")"));
  if (options.match == ListOptions::Match::kExact && options.resource_version == "0")
    causes.push_back(forbidden_option(kMatch, R"(resourceVersionMatch "exact" is forbidden for resourceVersion "0")"));
  if (options.send_initial_events)
    causes.push_back(forbidden_option("sendInitialEvents", "sendInitialEvents is forbidden for list"));
  return causes;
}

/// And those of a watch: the rules of sendInitialEvents.
std::vector<Cause> watch_problems(const ListOptions& options, const std::string& match) {
  const bool not_older = options.match == ListOptions::Match::kNotOlderThan;
  std::vector<Cause> causes;
  if (options.send_initial_events && !not_older)
    causes.push_back(forbidden_option(kMatch, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
  if (!match.empty() && !options.send_initial_events)
    causes.push_back(
        forbidden_option(kMatch, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
  if (!match.empty() && !not_older) causes.push_back(unsupported_match(match, R"("NotOlderThan")"));
  if (!options.continue_token.empty())
    causes.push_back(forbidden_option(kMatch, "resourceVersionMatch is forbidden when continue is provided"));
  return causes;
}

Outcome<void> read_match(const std::string& text, ListOptions& options) {
  if (text == "Exact") options.match = ListOptions::Match::kExact;
  if (text == "NotOlderThan") options.match = ListOptions::Match::kNotOlderThan;
  auto causes = options.watch ? watch_problems(options, text) : list_problems(options, text);
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
  if (!revision && !options.watch) return refuse(bad_request("invalid resource version: " + revision.error().message));
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
  return refuse({500, "",
                 "resourceVersion: Invalid value: " + go_quoted(text) + ": strconv.ParseUint: parsing " + go_quoted(text) + ": " +
                     why_no_number(read.ec)});
}

Outcome<IncludeObject> parse_include_object(const httpd::Request& request) {
  const std::string text = text_of(request, "includeObject");
  if (text.empty() || text == "Metadata") return IncludeObject::kMetadata;
  if (text == "Object") return IncludeObject::kObject;
  if (text == "None") return IncludeObject::kNone;
  const auto form = choose_form(request.header("Accept"));
  if (!form || form->as != Form::As::kTable) return IncludeObject::kMetadata;
  return refuse(bad_request("Unable to convert to Table as requested: includeObject: Invalid value: " + go_quoted(text) +
                            ": must be 'Metadata', 'Object', 'None', or empty"));
}

Outcome<ListOptions> parse_list_options(const httpd::Request& request, const api::Kind& kind) {
  ListOptions options;
  options.continue_token = text_of(request, "continue");
  options.resource_version = text_of(request, "resourceVersion");
  options.watch = is_set(request, "watch");
  options.bookmarks = is_set(request, "allowWatchBookmarks");
  if (const std::string* initial = request.query_value("sendInitialEvents"); initial)
    options.send_initial_events = is_set(request, "sendInitialEvents");
  const auto include = parse_include_object(request);
  if (!include) return refuse(include.error());
  options.include_object = *include;
  for (auto ok : {read_numbers(request, options), read_match(text_of(request, "resourceVersionMatch"), options),
                  read_selectors(request, kind, options)}) {
    if (!ok) return refuse(std::move(ok.error()));
  }
  return options;
}

namespace {

/// "All", once or more often; else the answer shows what was there.
bool read_dry_run(const httpd::Request& request, std::vector<Cause>& causes) {
  doc::Array values;
  for (const httpd::QueryItem& item : request.query) {
    if (item.name == "dryRun") values.emplace_back(item.value);
  }
  if (auto cause = check_dry_run(values)) causes.push_back(*std::move(cause));
  return !values.empty();
}

Cause unsupported_validation(const std::string& text) {
  return {"FieldValueNotSupported",
          "Unsupported value: " + go_quoted(text) + ": supported values: \"\", \"Ignore\", \"Strict\", \"Warn\"",
          "fieldValidation"};
}

void check_manager(const std::string& manager, std::vector<Cause>& causes) {
  if (manager.size() > kManagerMax)
    causes.push_back({"FieldValueTooLong", "Too long: may not be more than 128 bytes", "fieldManager"});
  const auto bad = std::ranges::find_if(manager, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
  if (bad == manager.end()) return;
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const auto c = static_cast<unsigned char>(*bad);
  causes.push_back(invalid_value("fieldManager", go_quoted(manager),
                                 std::string("invalid character U+00") + kDigits[c >> 4] + kDigits[c & 15] + " (at position " +
                                     std::to_string(bad - manager.begin()) + ")"));
}

}  // namespace

std::optional<Cause> check_dry_run(const doc::Array& values) {
  const bool fine = std::ranges::all_of(values, [](const doc::Value& value) { return value == doc::Value("All"); });
  if (fine) return std::nullopt;
  return Cause{"FieldValueNotSupported", "Unsupported value: " + doc::to_json(doc::Value(values)) + ": supported values: \"All\"",
               "dryRun"};
}

Outcome<WriteOptions> parse_write_options(const httpd::Request& request, std::string_view name, bool is_apply) {
  using Validation = WriteOptions::Validation;
  WriteOptions options;
  std::vector<Cause> causes;
  options.dry_run = read_dry_run(request, causes);
  const std::string validation = text_of(request, "fieldValidation");
  options.validation = validation == "Ignore"   ? Validation::kIgnore
                       : validation == "Strict" ? Validation::kStrict
                                                : Validation::kWarn;
  if (!validation.empty() && validation != "Ignore" && validation != "Strict" && validation != "Warn")
    causes.push_back(unsupported_validation(validation));
  options.manager = text_of(request, "fieldManager");
  check_manager(options.manager, causes);
  if (is_apply && options.manager.empty()) causes.push_back(required("fieldManager", "is required for apply patch"));
  options.force = is_set(request, "force");
  if (!is_apply && name == "PatchOptions" && request.query_value("force"))
    causes.push_back(forbidden_option("force", "may not be specified for non-apply patch"));
  if (!causes.empty()) return refuse(invalid_options(name, std::move(causes)));
  const std::string* agent = request.header("User-Agent");
  if (options.manager.empty() && !is_apply) options.manager = patch::manager_of_user_agent(agent ? *agent : "");
  return options;
}

}  // namespace graylane::apiserver
