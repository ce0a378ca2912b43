#include "apiserver/label_problems.h"

#include <algorithm>

#include "api/text_rules.h"

namespace graylane::apiserver {

const char* const kSubdomainRule =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with "
    "an "
    "alphanumeric character (e.g. 'example.com', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const char* const kLabelRule =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an "
    "alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const char* const kLabelValueRule =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with "
    "an "
    "alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
    "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

namespace {

constexpr size_t kPrefixMax = 253, kLabelMax = 63;  // bytes

constexpr const char* kNamePart =
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
    "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
constexpr const char* kTwoParts =
    "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
    "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
    "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";

std::string too_long(size_t max) { return "must be no more than " + std::to_string(max) + " bytes"; }

}  // namespace

std::string key_problem(const std::string& key) {
  if (api::is_qualified_name(key)) return {};
  const size_t slash = key.find('/');
  const std::string name = slash == key.npos ? key : key.substr(slash + 1);
  const std::string prefix = slash == key.npos ? "" : key.substr(0, slash);
  if (std::ranges::count(key, '/') > 1) return kTwoParts;
  if (slash != key.npos && prefix.empty()) return "prefix part must be non-empty";
  if (prefix.size() > kPrefixMax) return "prefix part " + too_long(kPrefixMax);
  if (slash != key.npos && !api::is_dns_subdomain(prefix)) return std::string("prefix part ") + kSubdomainRule;
  if (name.empty()) return std::string("name part must be non-empty; ") + kNamePart;
  if (name.size() > kLabelMax) return "name part " + too_long(kLabelMax);
  return kNamePart;
}

std::string label_value_problem(const std::string& value) {
  if (value.size() > kLabelMax) return too_long(kLabelMax);
  return api::is_label_value(value) ? "" : kLabelValueRule;
}

}  // namespace graylane::apiserver
