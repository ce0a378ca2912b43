#include "apiserver/selectors.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "apiserver/label_problems.h"

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
      if (!begins_requirement()) return refuse(bad_request(found("!, identifier, or 'end of string'")));
      auto one = requirement();
      if (!one) return refuse(std::move(one.error()));
      requirements.push_back(*std::move(one));
      if (token_.empty()) break;
      if (token_ != ",") return refuse(bad_request(found("',' or 'end of string'")));
      advance();
      if (!begins_requirement()) return refuse(bad_request(found("identifier after ','")));
    }
    return {};
  }

 private:
  static bool is_blank(char c) { return std::string_view(" \t\r\n").find(c) != std::string_view::npos; }
  static bool is_mark(char c) { return std::string_view("(),=!<>").find(c) != std::string_view::npos; }
  static bool is_word(const std::string& token) { return !token.empty() && !is_mark(token.front()); }
  bool begins_requirement() const { return is_word(token_) || token_ == "!"; }
  std::string found(std::string_view expected) const { return "found '" + token_ + "', expected: " + std::string(expected); }

  void advance() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    const size_t begin = at_;
    if (at_ == text_.size()) return token_.clear();
    if (is_mark(text_[at_])) {
      ++at_;
      const bool twofold = at_ < text_.size() && text_[at_] == '=' && (text_[begin] == '=' || text_[begin] == '!');
      at_ += twofold ? 1 : 0;
    } else {
      while (at_ < text_.size() && !is_mark(text_[at_]) && !is_blank(text_[at_])) ++at_;
    }
    token_ = text_.substr(begin, at_ - begin);
  }

  Outcome<Requirement> requirement() {
    Requirement result;
    const bool negated = token_ == "!";
    if (negated) advance();
    if (!is_word(token_)) return refuse(cannot_parse(found("identifier")));
    result.key = token_;
    if (const std::string problem = key_problem(result.key); !problem.empty())
      return refuse(cannot_parse("<nil>: Invalid value: " + go_quoted(result.key) + ": " + problem));
    advance();
    if (negated || token_.empty() || token_ == ",") {
      result.op = negated ? Operator::kAbsent : Operator::kExists;
      return result;
    }
    if (auto ok = read_operator(result); !ok) return refuse(std::move(ok.error()));
    return check_values(std::move(result));
  }

  Outcome<void> read_operator(Requirement& result) {
    const std::string op = token_;
    if (op == "=" || op == "==") result.op = Operator::kIn;
    else if (op == "!=") result.op = Operator::kNotIn;
    else if (op == ">") result.op = Operator::kGreater;
    else if (op == "<") result.op = Operator::kLess;
    else if (op == "in" || op == "notin") {
      result.op = op == "in" ? Operator::kIn : Operator::kNotIn;
      advance();
      return value_set(result);
    } else {
      return refuse(cannot_parse(found("in, notin, =, ==, !=, gt, lt")));
    }
    advance();
    if (!token_.empty() && token_ != "," && !is_word(token_)) return refuse(cannot_parse(found("identifier")));
    result.values.push_back(is_word(token_) ? token_ : "");
    if (is_word(token_)) advance();
    return {};
  }

  Outcome<void> value_set(Requirement& result) {
    if (token_ != "(") return refuse(cannot_parse("found '" + token_ + "' expected: '('"));
    advance();
    if (!is_word(token_) && token_ != "," && token_ != ")") return refuse(cannot_parse(found("',', ')' or identifier")));
    while (true) {
      result.values.push_back(is_word(token_) ? token_ : "");
      if (is_word(token_)) advance();
      if (token_ != ",") break;
      advance();
    }
    if (token_ != ")") return refuse(cannot_parse(found("',' or ')'")));
    advance();
    return {};
  }

  static Outcome<Requirement> check_values(Requirement result) {
    for (const std::string& value : result.values) {
      if (const std::string problem = label_value_problem(value); !problem.empty())
        return refuse(cannot_parse("values[0][" + result.key + "]: Invalid value: " + go_quoted(value) + ": " + problem));
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

}  // namespace graylane::apiserver
