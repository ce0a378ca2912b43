#include <algorithm>
#include <optional>

#include "apiserver/columns_text.h"
#include "apiserver/selectors.h"
#include "doc/print.h"

namespace graylane::apiserver {
namespace {

constexpr size_t kTextMax = size_t{64} << 10;
constexpr size_t kTermsMax = 1'000;

/// A field that can be selected by. Objects are matched in the form they are stored in.
struct Selectable {
  std::string_view label;
  std::string_view path = {};      // in the stored object; empty: as the label
  std::string_view absent = {};    // what an object without it has
  std::string_view fallback = {};  // looked at when the path leads to nothing
};

/// How a kind speaks of a field that it does not know.
enum class Unknown : uint8_t { kOnlyMetadata, kNotSupported, kNotSupportedForJob };

struct KindFields {
  std::string_view group;
  std::string_view kind;
  Unknown unknown = Unknown::kOnlyMetadata;
  std::vector<Selectable> fields = {};
};

const std::vector<KindFields>& kinds_with_fields() {
  static const std::vector<KindFields> kKinds = {
      {"",
       "Pod",
       Unknown::kNotSupported,
       {{"spec.nodeName"},
        {"spec.host", "spec.nodeName"},
        {"spec.restartPolicy"},
        {"spec.schedulerName"},
        {"spec.serviceAccountName"},
        {"spec.hostNetwork", "", "false"},
        {"status.phase"},
        {"status.podIP"},
        {"status.podIPs", "status.podIP"},
        {"status.nominatedNodeName"}}},
      {"",
       "Event",
       Unknown::kNotSupported,
       {{"involvedObject.kind"},
        {"involvedObject.namespace"},
        {"involvedObject.name"},
        {"involvedObject.uid"},
        {"involvedObject.apiVersion"},
        {"involvedObject.resourceVersion"},
        {"involvedObject.fieldPath"},
        {"reason"},
        {"type"},
        {"reportingComponent"},
        {"source", "source.component", "", "reportingComponent"}}},
      {"events.k8s.io",
       "Event",
       Unknown::kNotSupported,
       {{"regarding.kind", "involvedObject.kind"},
        {"regarding.namespace", "involvedObject.namespace"},
        {"regarding.name", "involvedObject.name"},
        {"regarding.uid", "involvedObject.uid"},
        {"regarding.apiVersion", "involvedObject.apiVersion"},
        {"regarding.resourceVersion", "involvedObject.resourceVersion"},
        {"regarding.fieldPath", "involvedObject.fieldPath"},
        {"reason"},
        {"type"},
        {"reportingController", "reportingComponent"}}},
      {"", "Secret", Unknown::kNotSupported, {{"type"}}},
      {"", "Namespace", Unknown::kNotSupported, {{"status.phase"}}},
      {"", "Node", Unknown::kNotSupported, {{"spec.unschedulable", "", "false"}}},
      {"", "ReplicationController", Unknown::kNotSupported, {{"status.replicas", "", "0"}}},
      {"", "Service", Unknown::kNotSupported, {{"spec.clusterIP"}, {"spec.type"}}},
      {"batch", "Job", Unknown::kNotSupportedForJob, {{"status.successful", "status.succeeded", "0"}}},
  };
  return kKinds;
}

const KindFields* fields_of(const api::Kind& kind) {
  for (const KindFields& row : kinds_with_fields()) {
    if (row.group == kind.gvk.group && row.kind == kind.gvk.kind) return &row;
  }
  return nullptr;
}

std::optional<Selectable> find_field(const api::Kind& kind, const KindFields* known, std::string_view label) {
  if (label == "metadata.name") return Selectable{label};
  // What has rules of its own and no namespace cannot be selected by one; the others say that it is empty.
  const bool own_rules = known || kind.custom;
  if (label == "metadata.namespace" && (kind.namespaced || !own_rules)) return Selectable{label};
  if (kind.custom && std::ranges::find(kind.custom->selectable_fields, label) != kind.custom->selectable_fields.end())
    return Selectable{label};
  if (!known) return std::nullopt;
  const auto found = std::ranges::find(known->fields, label, &Selectable::label);
  return found == known->fields.end() ? std::nullopt : std::optional(*found);
}

ApiError unknown_field(const api::Kind& kind, const KindFields* known, const std::string& label) {
  const Unknown unknown = kind.custom ? Unknown::kNotSupported : known ? known->unknown : Unknown::kOnlyMetadata;
  if (unknown == Unknown::kNotSupported) return bad_request("field label not supported: " + label);
  if (unknown == Unknown::kNotSupportedForJob) return bad_request("field label " + go_quoted(label) + " not supported for Job");
  return bad_request(go_quoted(label) + R"( is not a known field selector: only "metadata.name", "metadata.namespace")");
}

struct Split {
  std::string_view label;
  std::string_view value;
  bool equal = true;
};

std::optional<Split> split_term(std::string_view term) {
  for (size_t i = 0; i < term.size(); ++i) {
    if (term[i] == '\\') {
      ++i;
    } else if (term.substr(i, 2) == "!=" || term.substr(i, 2) == "==") {
      return Split{term.substr(0, i), term.substr(i + 2), term[i] == '='};
    } else if (term[i] == '=') {
      return Split{term.substr(0, i), term.substr(i + 1), true};
    }
  }
  return std::nullopt;
}

ApiError wrong_escape(std::string_view text) {
  return bad_request("invalid field selector: invalid escape sequence: " + std::string(text));
}

/// A value's "\," "\=" and "\\" are what they stand for; bare ones of the first two are not allowed there.
Outcome<std::string> unescaped(std::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '=' || text[i] == ',')
      return refuse(bad_request("invalid field selector: unescaped character in value: " + std::to_string(int{text[i]})));
    if (text[i] == '\\') {
      const bool known = i + 1 < text.size() && std::string_view("\\,=").find(text[i + 1]) != std::string_view::npos;
      if (!known) return refuse(wrong_escape(text.substr(i, 2)));
      ++i;
    }
    result += text[i];
  }
  return result;
}

/// Terms end at commas that are not escaped.
size_t term_end(std::string_view text) {
  size_t end = 0;
  while (end < text.size() && text[end] != ',') end += text[end] == '\\' ? 2 : 1;
  return std::min(end, text.size());
}

/// The label and value of every term, read before any of the labels is judged.
Outcome<std::vector<std::pair<Split, std::string>>> read_terms(std::string_view text) {
  const std::string whole(text);
  std::vector<std::pair<Split, std::string>> terms;
  while (!text.empty()) {
    const size_t end = term_end(text);
    const std::string_view term = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (term.empty()) continue;
    const auto split = split_term(term);
    if (!split) return refuse(bad_request("invalid selector: '" + whole + "'; can't understand '" + std::string(term) + "'"));
    auto value = unescaped(split->value);
    if (!value) return refuse(std::move(value.error()));
    if (terms.size() == kTermsMax) return refuse(bad_request("the field selector has more than 1000 terms"));
    if (!split->label.empty() || !value->empty()) terms.emplace_back(*split, *std::move(value));
  }
  return terms;
}

}  // namespace

Outcome<FieldSelector> FieldSelector::parse(std::string_view text, const api::Kind& kind) {
  if (text.size() > kTextMax) return refuse(bad_request("the field selector is longer than 65536 bytes"));
  auto terms = read_terms(text);
  if (!terms) return refuse(std::move(terms.error()));
  FieldSelector selector;
  const KindFields* known = fields_of(kind);
  for (auto& [split, value] : *terms) {
    const auto field = find_field(kind, known, split.label);
    if (!field) return refuse(unknown_field(kind, known, std::string(split.label)));
    selector.terms_.push_back({std::string(field->path.empty() ? field->label : field->path), std::string(field->fallback),
                               std::string(field->absent), std::move(value), split.equal});
  }
  return selector;
}

bool FieldSelector::Term::matches(const doc::Value& content) const {
  const doc::Value* found = find_path(content, path);
  if (!found && !fallback.empty()) found = find_path(content, fallback);
  if (!found) return (absent == value) == equal;
  const std::string* text = found->as_string();
  return ((text ? *text : doc::to_json(*found)) == value) == equal;
}

bool FieldSelector::matches(const doc::Value& content) const {
  return std::ranges::all_of(terms_, [&](const Term& term) { return term.matches(content); });
}

const std::string* FieldSelector::name() const {
  for (const Term& term : terms_) {
    if (term.equal && term.path == "metadata.name") return &term.value;
  }
  return nullptr;
}

}  // namespace graylane::apiserver
