#include "apiserver/causes.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "apiserver/columns_text.h"
#include "apiserver/label_problems.h"
#include "doc/print.h"

namespace graylane::apiserver {

using api::Kind;
using doc::Value;
using patch::Cause;

namespace {

/// One step of "rules[0].annotations[a.b/c]": taken off `field`.
std::string_view take_step(std::string_view& field, bool& in_brackets) {
  if (field.starts_with('.')) field.remove_prefix(1);
  in_brackets = field.starts_with('[');
  if (in_brackets) field.remove_prefix(1);
  const size_t end = std::min(in_brackets ? field.find(']') : field.find_first_of(".["), field.size());
  const std::string_view step = field.substr(0, end);
  field.remove_prefix(std::min(end + (in_brackets ? 1 : 0), field.size()));
  return step;
}

/// Null when there is nothing.
const Value* find_field(const Value& document, std::string_view field) {
  const Value* value = &document;
  while (value && !field.empty()) {
    bool in_brackets = false;
    const std::string_view step = take_step(field, in_brackets);
    const doc::Array* items = in_brackets ? value->as_array() : nullptr;
    if (!items) {
      value = value->find(step);
      continue;
    }
    size_t index = 0;
    std::from_chars(step.data(), step.data() + step.size(), index);
    value = index < items->size() ? &(*items)[index] : nullptr;
  }
  return value;
}

/// "port must be between 1 and 65535": without the name of the field, which the API says before.
std::string_view predicate(const Diagnostic& diagnostic) {
  std::string_view message = diagnostic.message;
  const size_t dot = diagnostic.field.rfind('.');
  const std::string leaf = dot == std::string::npos ? diagnostic.field : diagnostic.field.substr(dot + 1);
  if (message.starts_with(leaf + " ")) message.remove_prefix(leaf.size() + 1);
  return message.substr(0, message.rfind(", not "));
}

constexpr const char* kPercentRule =
    "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation "
    "is '[0-9]+%')";

/// What is said otherwise than in diagnostics, found by a part of those.
struct Wording {
  std::string_view part;
  std::string_view words;
  const char* reason = "FieldValueInvalid";
};

constexpr std::array kWordings = {
    Wording{"has neither rules nor", "either `defaultBackend` or `rules` must be specified"},
    Wording{"must begin with '/'", "must be an absolute path"},
    Wording{"is not allowed with type Recreate", "may not be specified when strategy `type` is 'Recreate'",
            "FieldValueForbidden"},
    Wording{"the Pod has no volume of that name", "", "FieldValueNotFound"},
    Wording{"must not be an IP address", "must be a DNS name, not an IP address"},
    Wording{"has both service and resource", "cannot set both resource and service backends"},
    Wording{"has both number and name", "cannot set both port name & port number"},
    Wording{"has both value and valueFrom", "may not be specified when `value` is not empty"},
    Wording{"must be a percentage", kPercentRule},
    Wording{"must be an integer or a percentage", kPercentRule},
    Wording{"must be an IP address", "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"},
    Wording{"which Kubernetes refuses as an endpoint", "may not be in the loopback range (127.0.0.0/8, ::1/128)"},
};

Cause cause(std::string_view reason, std::string message, std::string field) {
  return {std::string(reason), std::move(message), std::move(field)};
}

/// "... must be one of A, B, not \"c\"" in the words of the API.
Cause not_supported(const Diagnostic& diagnostic, size_t begin, size_t end) {
  const std::string names = diagnostic.message.substr(begin, end - begin);
  std::vector<std::string> words;
  for (size_t at = 0; at < names.size();) {
    const size_t comma = std::min(names.find(", ", at), names.size());
    words.push_back(go_quoted(names.substr(at, comma - at)));
    at = comma + 2;
  }
  if (!diagnostic.field.ends_with("restartPolicy")) std::ranges::sort(words);
  std::string supported;
  for (const std::string& word : words) supported += (supported.empty() ? "" : ", ") + word;
  return cause("FieldValueNotSupported",
               "Unsupported value: " + diagnostic.message.substr(end + 6) + ": supported values: " + supported, diagnostic.field);
}

/// "field-value-too-long" -> "FieldValueTooLong".
std::string reason_of(std::string_view id) {
  std::string reason;
  bool capital = true;
  for (char c : id) {
    if (c != '-') reason += capital ? static_cast<char>(c - 32) : c;
    capital = c == '-';
  }
  return reason;
}

/// Of entries with a name it is the name that is there twice.
Cause duplicate(const Diagnostic& diagnostic, const Value& document) {
  const Value* item = find_field(document, diagnostic.field);
  const Value* name = item && diagnostic.message.contains("same name as") ? item->find("name") : nullptr;
  const Value* shown = name ? name : item;
  return cause("FieldValueDuplicate", "Duplicate value: " + (shown ? doc::to_json(*shown) : "\"\""),
               diagnostic.field + (name ? ".name" : ""));
}

/// Of a text in quotes.
std::string port_name_problem(std::string_view quoted) {
  const std::string_view name = quoted.size() < 2 ? quoted : quoted.substr(1, quoted.size() - 2);
  const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  if (name.size() > 15) return "must be no more than 15 characters";
  if (!std::ranges::all_of(name, is_plain)) return "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)";
  if (std::ranges::none_of(name, [](char c) { return c >= 'a' && c <= 'z'; })) return "must contain at least one letter (a-z)";
  return name.contains("--") ? "must not contain consecutive hyphens" : "must not begin or end with a hyphen";
}

std::string in_words(const Diagnostic& diagnostic, const std::string& value) {
  std::string words(predicate(diagnostic));
  if (words.starts_with("must be lower-case letters, digits and '-', with"))
    return value.size() > 65 ? "must be no more than 63 characters" : kLabelRule;  // with its quotes
  if (words.starts_with("must be the name of a port")) return port_name_problem(value);
  if (words.starts_with("must be lower-case letters, digits, '-' and '.'")) return kSubdomainRule;
  if (words.starts_with("must be a label's value")) return kLabelValueRule;
  if (diagnostic.id != "out-of-range") return words;
  if (words.starts_with("must be between")) return words + ", inclusive";
  constexpr std::string_view kAtLeast = "must be at least ";
  if (words.starts_with(kAtLeast)) return "must be greater than or equal to " + words.substr(kAtLeast.size());
  return words;
}

}  // namespace

Cause cause_of(const Diagnostic& diagnostic, const Value& document) {
  constexpr std::string_view kOneOf = " must be one of ";
  const size_t one_of = diagnostic.message.find(kOneOf);
  const size_t but = diagnostic.message.rfind(", not ");
  if (diagnostic.id.starts_with("field-value-")) return cause(reason_of(diagnostic.id), diagnostic.message, diagnostic.field);
  if (diagnostic.id == "missing-field" || diagnostic.id == "no-paths") return required(diagnostic.field);
  if (diagnostic.id == "no-path-type") return required(diagnostic.field, "pathType must be specified");
  if (diagnostic.id == "duplicate-entry") return duplicate(diagnostic, document);
  if (diagnostic.id == "selector-mismatch")
    return invalid_value("spec.template.metadata.labels", "{}", "`selector` does not match template `labels`");
  if (one_of != std::string::npos && but != std::string::npos) return not_supported(diagnostic, one_of + kOneOf.size(), but);
  const Value* found = find_field(document, diagnostic.field);
  const std::string value = found ? doc::to_json(*found) : but == std::string::npos ? "null" : diagnostic.message.substr(but + 6);
  const auto wording = std::ranges::find_if(kWordings, [&](const Wording& w) { return diagnostic.message.contains(w.part); });
  if (wording == kWordings.end()) return invalid_value(diagnostic.field, value, in_words(diagnostic, value));
  const std::string_view reason = wording->reason;
  if (reason == "FieldValueForbidden") return cause(reason, "Forbidden: " + std::string(wording->words), diagnostic.field);
  if (reason == "FieldValueNotFound") return cause(reason, "Not found: " + value, diagnostic.field);
  return invalid_value(diagnostic.field, value, wording->words);
}

namespace {

constexpr int64_t kDataBytesMax = 1 << 20;
constexpr size_t kKeyMax = 253;  // characters

constexpr const char* kKeyRule =
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or "
    "'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

}  // namespace

const char* data_key_problem(const std::string& key) {
  const auto allowed = [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  };
  if (key.size() > kKeyMax) return "must be no more than 253 characters";
  if (key == ".") return "must not be '.'";
  if (key == "..") return "must not be '..'";
  if (key.starts_with("..")) return "must not start with '..'";
  return !key.empty() && std::ranges::all_of(key, allowed) ? nullptr : kKeyRule;
}

void check_data(const Value& document, const Kind& kind, std::vector<Cause>& causes) {
  const bool secret = kind.gvk.kind == "Secret";
  if (!kind.gvk.group.empty() || (kind.gvk.kind != "ConfigMap" && !secret)) return;
  int64_t bytes = 0;
  for (const char* name : {"data", "binaryData", "stringData"}) {
    const Value* data = document.find(name);
    if (!data || !data->is_object()) continue;
    for (const doc::Member& member : *data->as_object()) {
      bytes += member.value.as_string() ? static_cast<int64_t>(member.value.as_string()->size()) : 0;
      const std::string field = (secret ? "data" : name) + ("[" + member.key + "]");
      const char* problem = causes.size() < kCausesMax ? data_key_problem(member.key) : nullptr;
      if (problem) causes.push_back(invalid_value(field, go_quoted(member.key), problem));
    }
  }
  if (bytes > kDataBytesMax)
    causes.push_back({"FieldValueTooLong", "Too long: may not be more than 1048576 bytes", secret ? "data" : "[]"});
}

void check_given(const Value& document, const Kind& kind, std::vector<Cause>& causes) {
  if (kind.gvk.kind == "EndpointSlice" && text_at(document, "addressType").empty()) causes.push_back(required("addressType"));
}

}  // namespace graylane::apiserver
