#include "apiserver/selectors.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "api/text_rules.h"
#include "doc/print.h"

namespace graylane::apiserver {
namespace {

constexpr size_t kTextMax = size_t{64} << 10;
constexpr size_t kRequirementsMax = 1'000;

ApiError cannot_parse(std::string message) { return bad_request("unable to parse requirement: " + std::move(message)); }

std::optional<int64_t> to_integer(std::string_view text) {
  int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

/// Words, and the marks ( ) , = == != ! < >, as labels.Parse reads them.
class LabelSelector::Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) { advance(); }

  Outcome<void> parse(std::vector<Requirement>& requirements) {
    while (!token_.empty()) {
      if (requirements.size() == kRequirementsMax)
        return refuse(bad_request("the label selector has more than 1000 requirements"));
      auto one = requirement();
      if (!one) return refuse(std::move(one.error()));
      requirements.push_back(*std::move(one));
      if (token_.empty()) break;
      if (token_ != ",") return refuse(cannot_parse("found '" + token_ + "', expected: ',' or 'end of string'"));
      advance();
      if (token_.empty()) return refuse(cannot_parse("found '', expected: identifier after ','"));
    }
    return {};
  }

 private:
  static bool is_mark(char c) { return std::string_view("(),=!<>").find(c) != std::string_view::npos; }
  static bool is_word(const std::string& token) { return !token.empty() && !is_mark(token.front()); }

  void advance() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
    const size_t begin = at_;
    if (at_ == text_.size()) return token_.clear();
    if (is_mark(text_[at_])) {
      ++at_;
      const bool twofold = at_ < text_.size() && text_[at_] == '=' && (text_[begin] == '=' || text_[begin] == '!');
      at_ += twofold ? 1 : 0;
    } else {
      while (at_ < text_.size() && !is_mark(text_[at_]) && std::string_view(" \t\r\n").find(text_[at_]) == std::string_view::npos)
        ++at_;
    }
    token_ = text_.substr(begin, at_ - begin);
  }

  Outcome<Requirement> requirement() {
    Requirement result;
    const bool negated = token_ == "!";
    if (negated) advance();
    if (!is_word(token_))
      return refuse(
          cannot_parse("found '" + token_ + "', expected: " + (negated ? "identifier" : "!, identifier, or 'end of string'")));
    result.key = token_;
    if (!api::is_qualified_name(result.key)) return refuse(cannot_parse(bad_key(result.key)));
    advance();
    if (negated || token_.empty() || token_ == ",") {
      result.op = negated ? Operator::kAbsent : Operator::kExists;
      return result;
    }
    if (auto ok = read_operator(result); !ok) return refuse(std::move(ok.error()));
    return check_values(std::move(result));
  }

  static std::string bad_key(const std::string& key) {
    return "key: Invalid value: " + go_quoted(key) +
           ": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
           "character";
  }

  Outcome<void> read_operator(Requirement& result) {
    const std::string op = token_;
    advance();
    if (op == "=" || op == "==") result.op = Operator::kIn;
    else if (op == "!=") result.op = Operator::kNotIn;
    else if (op == ">") result.op = Operator::kGreater;
    else if (op == "<") result.op = Operator::kLess;
    else if (op == "in" || op == "notin") {
      result.op = op == "in" ? Operator::kIn : Operator::kNotIn;
      return value_set(result);
    } else {
      return refuse(cannot_parse("found '" + op + "', expected: in, notin, =, ==, !=, gt, lt"));
    }
    if (!token_.empty() && token_ != "," && !is_word(token_))
      return refuse(cannot_parse("found '" + token_ + "', expected: identifier"));
    result.values.push_back(is_word(token_) ? token_ : "");
    if (is_word(token_)) advance();
    return {};
  }

  Outcome<void> value_set(Requirement& result) {
    if (token_ != "(") return refuse(cannot_parse("found '" + token_ + "', expected: '('"));
    do {
      advance();
      result.values.push_back(is_word(token_) ? token_ : "");
      if (is_word(token_)) advance();
    } while (token_ == ",");
    if (token_ != ")") return refuse(cannot_parse("found '" + token_ + "', expected: ',' or ')'"));
    advance();
    return {};
  }

  static Outcome<Requirement> check_values(Requirement result) {
    for (const std::string& value : result.values) {
      if (!value.empty() && !api::is_label_value(value))
        return refuse(
            cannot_parse("values[0][" + result.key + "]: Invalid value: " + go_quoted(value) +
                         ": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', "
                         "and must start and end with an alphanumeric character"));
    }
    if (result.op == Operator::kGreater || result.op == Operator::kLess) {
      const auto number = to_integer(result.values.front());
      if (!number)
        return refuse(cannot_parse("values[0]: Invalid value: " + go_quoted(result.values.front()) +
                                   ": for 'Gt', 'Lt' operators, the value must be an integer"));
      result.number = *number;
    }
    return result;
  }

  std::string_view text_;
  size_t at_ = 0;
  std::string token_;
};

bool LabelSelector::Requirement::matches(const std::string* label) const {
  switch (op) {
    case Operator::kExists: return label != nullptr;
    case Operator::kAbsent: return label == nullptr;
    case Operator::kIn: return label && std::ranges::find(values, *label) != values.end();
    case Operator::kNotIn: return !label || std::ranges::find(values, *label) == values.end();
    case Operator::kGreater:
    case Operator::kLess: {
      const auto value = label ? to_integer(*label) : std::nullopt;
      return value && (op == Operator::kGreater ? *value > number : *value < number);
    }
  }
  return false;
}

Outcome<LabelSelector> LabelSelector::parse(std::string_view text) {
  if (text.size() > kTextMax) return refuse(bad_request("the label selector is longer than 65536 bytes"));
  LabelSelector selector;
  if (auto ok = Parser(text).parse(selector.requirements_); !ok) return refuse(std::move(ok.error()));
  return selector;
}

bool LabelSelector::matches(const doc::Value& content) const {
  if (requirements_.empty()) return true;
  const doc::Value* metadata = content.find("metadata");
  const doc::Value* labels = metadata ? metadata->find("labels") : nullptr;
  return std::ranges::all_of(requirements_, [&](const Requirement& requirement) {
    const doc::Value* value = labels ? labels->find(requirement.key) : nullptr;
    return requirement.matches(value ? value->as_string() : nullptr);
  });
}

namespace {

struct KindFields {
  std::string_view group;
  std::string_view kind;
  std::vector<std::string_view> fields;
};

const std::vector<KindFields>& selectable_fields() {
  static const std::vector<KindFields> kFields = {
      {"",
       "Pod",
       {"spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork",
        "status.phase", "status.podIP", "status.nominatedNodeName"}},
      {"",
       "Event",
       {"involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid",
        "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason", "type", "source",
        "reportingComponent"}},
      {"", "Secret", {"type"}},
      {"", "Namespace", {"status.phase"}},
  };
  return kFields;
}

bool is_selectable(const api::Kind& kind, std::string_view field) {
  if (field == "metadata.name" || field == "metadata.namespace") return true;
  if (kind.custom) return std::ranges::find(kind.custom->selectable_fields, field) != kind.custom->selectable_fields.end();
  for (const KindFields& row : selectable_fields()) {
    if (row.group == kind.gvk.group && row.kind == kind.gvk.kind) return std::ranges::find(row.fields, field) != row.fields.end();
  }
  return false;
}

/// The field as the API compares it: absent is the empty text, or the zero value.
std::string field_text(const doc::Value& content, std::string_view field) {
  if (field == "source") field = "source.component";
  const doc::Value* value = &content;
  std::string_view rest = field;
  while (value && !rest.empty()) {
    const size_t dot = std::min(rest.find('.'), rest.size());
    value = value->find(rest.substr(0, dot));
    rest.remove_prefix(std::min(dot + 1, rest.size()));
  }
  if (!value) return field == "spec.hostNetwork" ? "false" : "";
  const std::string* text = value->as_string();
  return text ? *text : doc::to_json(*value);
}

struct Split {
  std::string_view field;
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

std::string unescaped(std::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
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

}  // namespace

Outcome<FieldSelector> FieldSelector::parse(std::string_view text, const api::Kind& kind) {
  if (text.size() > kTextMax) return refuse(bad_request("the field selector is longer than 65536 bytes"));
  FieldSelector selector;
  const std::string whole(text);
  while (!text.empty()) {
    const size_t end = term_end(text);
    const std::string_view term = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (term.empty()) continue;
    const auto split = split_term(term);
    if (!split) return refuse(bad_request("invalid selector: '" + whole + "'; can't understand '" + std::string(term) + "'"));
    if (!is_selectable(kind, split->field))
      return refuse(bad_request(go_quoted(split->field) +
                                " is not a known field selector: only \"metadata.name\", \"metadata.namespace\""));
    if (selector.terms_.size() == kRequirementsMax) return refuse(bad_request("the field selector has more than 1000 terms"));
    selector.terms_.push_back({std::string(split->field), unescaped(split->value), split->equal});
  }
  return selector;
}

bool FieldSelector::matches(const doc::Value& content) const {
  return std::ranges::all_of(terms_,
                             [&](const Term& term) { return (field_text(content, term.field) == term.value) == term.equal; });
}

const std::string* FieldSelector::name() const {
  for (const Term& term : terms_) {
    if (term.equal && term.field == "metadata.name") return &term.value;
  }
  return nullptr;
}

}  // namespace graylane::apiserver
