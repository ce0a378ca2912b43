#include "api/json_path.h"

#include <charconv>
#include <compare>

namespace graylane::api {

using doc::Value;

class JsonPath::Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<JsonPath> parse() {
    JsonPath path;
    while (!text_.empty()) {
      if (path.steps_.size() == kStepsMax) return wrong("it has more than 32 steps");
      auto step = text_.front() == '[' ? bracket() : member();
      if (!step) return std::unexpected(std::move(step.error()));
      path.steps_.push_back(*std::move(step));
    }
    return path;
  }

 private:
  static std::unexpected<Error> wrong(std::string_view why) {
    return fail(ErrorCode::kInvalid, "the JSONPath cannot be read: " + std::string(why));
  }

  char take() {
    const char c = text_.front();
    text_.remove_prefix(1);
    return c;
  }

  bool take_if(std::string_view wanted) {
    if (!text_.starts_with(wanted)) return false;
    text_.remove_prefix(wanted.size());
    return true;
  }

  Result<Step> member() {
    take_if("$");
    if (!take_if(".")) return wrong("a step begins with '.' or '['");
    if (text_.starts_with('[')) return bracket();
    if (take_if("*")) return Step{Step::Type::kAll, {}, 0, {}, {}, {}};
    Step step;
    while (!text_.empty() && text_.front() != '.' && text_.front() != '[') {
      if (take_if("\\") && text_.empty()) return wrong("it ends with a backslash");
      step.name += take();
    }
    if (step.name.empty()) return wrong("a name is empty");
    return step;
  }

  Result<Step> bracket() {
    take();
    if (take_if("*]")) return Step{Step::Type::kAll, {}, 0, {}, {}, {}};
    if (take_if("?(")) return filter();
    if (text_.starts_with('\'') || text_.starts_with('"')) return quoted_member();
    Step step;
    step.type = Step::Type::kIndex;
    const auto read = std::from_chars(text_.data(), text_.data() + text_.size(), step.index);
    if (read.ec != std::errc()) return wrong("an index must be a number, '*', a quoted name or a filter");
    text_.remove_prefix(static_cast<size_t>(read.ptr - text_.data()));
    if (step.index == -1) take_if(":");  // "[-1:]", the usual way to write the last one
    if (!take_if("]")) return wrong("']' is missing");
    return step;
  }

  Result<Step> quoted_member() {
    Step step;
    auto name = quoted();
    if (!name) return std::unexpected(std::move(name.error()));
    step.name = *std::move(name);
    if (!take_if("]")) return wrong("']' is missing");
    return step;
  }

  Result<std::string> quoted() {
    const char quote = take();
    std::string name;
    while (!text_.empty() && text_.front() != quote) {
      if (take_if("\\") && text_.empty()) break;
      name += take();
    }
    if (text_.empty()) return wrong("a quoted text is not closed");
    take();
    return name;
  }

  void skip_blanks() {
    while (take_if(" ")) {}
  }

  /// Behind "?(": "@.type=="Ready")]".
  Result<Step> filter() {
    Step step;
    step.type = Step::Type::kFilter;
    skip_blanks();
    if (!take_if("@")) return wrong("a filter begins with '@'");
    const std::string_view inner = text_.substr(0, text_.find_first_of("=!<>) "));
    text_.remove_prefix(inner.size());
    auto tested = Parser(inner).parse();
    if (!tested) return std::unexpected(std::move(tested.error()));
    step.tested = std::make_shared<const JsonPath>(*std::move(tested));
    skip_blanks();
    step.test = test();
    skip_blanks();
    if (step.test != Test::kExists) {
      auto value = literal();
      if (!value) return std::unexpected(std::move(value.error()));
      step.wanted = *std::move(value);
      skip_blanks();
    }
    if (!take_if(")]")) return wrong("')]' is missing behind a filter");
    return step;
  }

  Test test() {
    if (take_if("==")) return Test::kEqual;
    if (take_if("!=")) return Test::kNotEqual;
    if (take_if("<=")) return Test::kLessOrEqual;
    if (take_if(">=")) return Test::kGreaterOrEqual;
    if (take_if("<")) return Test::kLess;
    return take_if(">") ? Test::kGreater : Test::kExists;
  }

  Result<Value> literal() {
    if (text_.starts_with('\'') || text_.starts_with('"')) {
      auto text = quoted();
      if (!text) return std::unexpected(std::move(text.error()));
      return Value(*std::move(text));
    }
    if (take_if("true")) return Value(true);
    if (take_if("false")) return Value(false);
    double number = 0;
    const auto read = std::from_chars(text_.data(), text_.data() + text_.size(), number);
    if (read.ec != std::errc()) return wrong("a filter compares with a text in quotes, a number, true or false");
    text_.remove_prefix(static_cast<size_t>(read.ptr - text_.data()));
    return Value(number);
  }

  std::string_view text_;
};

Result<JsonPath> JsonPath::parse(std::string_view text) {
  if (text.size() > kBytesMax) return fail(ErrorCode::kLimit, "the JSONPath is longer than 1024 bytes");
  if (text.starts_with('{') && text.ends_with('}')) text = text.substr(1, text.size() - 2);
  return Parser(text).parse();
}

namespace {

/// Of two scalars; unordered when they are of different types.
std::partial_ordering compare(const Value& a, const Value& b) {
  const auto number = [](const Value& v) {
    return v.as_int() ? static_cast<double>(*v.as_int()) : v.as_double() ? *v.as_double() : 0;
  };
  const auto is_number = [](const Value& v) { return v.is_int() || v.is_double(); };
  if (is_number(a) && is_number(b)) return number(a) <=> number(b);
  if (a.is_string() && b.is_string()) return *a.as_string() <=> *b.as_string();
  if (a.is_bool() && b.is_bool()) return static_cast<int>(*a.as_bool()) <=> static_cast<int>(*b.as_bool());
  return std::partial_ordering::unordered;
}

}  // namespace

bool JsonPath::Step::holds(const Value& item) const {
  const Value* value = tested->first(item);
  if (!value || test == Test::kExists) return value != nullptr;
  const std::partial_ordering order = compare(*value, wanted);
  switch (test) {
    case Test::kEqual: return order == 0;
    case Test::kNotEqual: return order != 0;
    case Test::kLess: return order < 0;
    case Test::kLessOrEqual: return order <= 0;
    case Test::kGreater: return order > 0;
    case Test::kGreaterOrEqual: return order >= 0;
    case Test::kExists: return true;
  }
  return false;
}

void JsonPath::Step::follow(const Value& from, std::vector<const Value*>& found) const {
  const auto add = [&](const Value& value) {
    if (found.size() < kFoundMax) found.push_back(&value);
  };
  const doc::Array* items = from.as_array();
  if (type == Type::kMember) {
    if (const Value* value = from.find(name)) add(*value);
  } else if (type == Type::kIndex && items) {
    const int64_t at = index < 0 ? index + static_cast<int64_t>(items->size()) : index;
    if (at >= 0 && at < static_cast<int64_t>(items->size())) add((*items)[static_cast<size_t>(at)]);
  } else if (items && (type == Type::kAll || type == Type::kFilter)) {
    for (const Value& item : *items) {
      if (type == Type::kAll || holds(item)) add(item);
    }
  } else if (const doc::Object* object = from.as_object(); object && type == Type::kAll) {
    for (const doc::Member& member : *object) add(member.value);
  }
}

std::vector<const Value*> JsonPath::find(const Value& root) const {
  std::vector<const Value*> here = {&root};
  for (const Step& step : steps_) {
    std::vector<const Value*> next;
    for (const Value* value : here) step.follow(*value, next);
    here = std::move(next);
  }
  return here;
}

const Value* JsonPath::first(const Value& root) const {
  const std::vector<const Value*> found = find(root);
  return found.empty() ? nullptr : found.front();
}

bool JsonPath::may_enter(std::string_view outer, std::string_view inner) const {
  const auto may_be = [](const Step& step, std::string_view member) {
    return step.type == Step::Type::kAll || (step.type == Step::Type::kMember && step.name == member);
  };
  return steps_.size() > 2 && may_be(steps_[0], outer) && may_be(steps_[1], inner);
}

}  // namespace graylane::api
