#include <simdjson.h>

#include <charconv>

#include "doc/json_syntax.h"
#include "doc/key_index.h"
#include "doc/number_text.h"
#include "doc/parse.h"
#include "doc/path_text.h"
#include "doc/reporter.h"
#include "doc/text.h"

namespace graylane::doc {
namespace {

namespace ondemand = simdjson::ondemand;

/// Builds one value from simdjson's stream of tokens. The text is wrapped in brackets, so that a lone scalar and what
/// follows the value need no code of their own; `cursor` walks over the text without them.
class JsonBuilder {
 public:
  JsonBuilder(std::string_view text, Reporter& reporter, const ParseLimits& limits)
      : cursor_(text), reporter_(reporter), limits_(limits) {
    wrapped_.reserve(text.size() + 2 + simdjson::SIMDJSON_PADDING);
    wrapped_.append("[").append(text).append("]");
  }

  enum class Outcome { kWhole, kBroken, kStopped };  // broken: simdjson found a mistake; stopped: reported already

  Outcome build(Value& document) {
    ondemand::parser parser;
    ondemand::document tokens;
    ondemand::array values;
    if (parser.allocate(wrapped_.size(), limits_.depth_max + 2) || parser.iterate(wrapped_).get(tokens) ||
        tokens.get_array().get(values)) {
      return Outcome::kBroken;
    }
    size_t count = 0;
    for (auto item : values) {
      ondemand::value value;
      if (std::move(item).get(value) || ++count > 1) return Outcome::kBroken;
      if (const Outcome outcome = build_value(value, document); outcome != Outcome::kWhole) return outcome;
    }
    const bool at_end = tokens.current_location().error() == simdjson::OUT_OF_BOUNDS;
    return count == 1 && at_end ? Outcome::kWhole : Outcome::kBroken;
  }

 private:
  struct Open {
    const Value* container;
    size_t index = 0;
  };

  Position position(const char* token) { return cursor_.at_offset(static_cast<size_t>(token - wrapped_.data()) - 1); }

  Outcome build_value(ondemand::value& value, Value& into) {
    const std::string_view token = value.raw_json_token();
    const Position at = position(token.data());
    if (++nodes_ > limits_.nodes_max) {
      return stop("document-too-large", at, "the file has more than " + std::to_string(limits_.nodes_max) + " values",
                  "split the file");
    }
    switch (token.front()) {
      case '{': return build_object(value, into, at);
      case '[': return build_array(value, into, at);
      case '"': return build_string(value, into, at);
      case 't':
      case 'f': return build_bool(value, into, at);
      case 'n': return build_null(value, into, at);
      default: return build_number(token, into, at);
    }
  }

  Outcome build_object(ondemand::value& value, Value& into, Position at) {
    into = Value(Object{}, at);
    if (open_.size() >= limits_.depth_max) return too_deep(at);
    open_.push_back({&into});
    Object& object = *into.as_object();
    KeyIndex keys(object);
    ondemand::object fields;
    if (value.get_object().get(fields)) return Outcome::kBroken;
    for (auto item : fields) {
      ondemand::field field;
      if (std::move(item).get(field)) return Outcome::kBroken;
      if (const Outcome outcome = build_member(field, object, keys); outcome != Outcome::kWhole) return outcome;
    }
    open_.pop_back();
    return Outcome::kWhole;
  }

  Outcome build_member(ondemand::field& field, Object& object, KeyIndex& keys) {
    const Position key_at = position(field.key().raw() - 1);
    std::string_view name;
    if (field.unescaped_key().get(name)) return Outcome::kBroken;
    if (const std::optional<size_t> found = keys.find(name)) {
      report_duplicate(name, key_at, (object.begin() + static_cast<std::ptrdiff_t>(*found))->key_at);
      open_.back().index = *found;  // for the paths of what is inside
      Member& kept = *(object.begin() + static_cast<std::ptrdiff_t>(*found));
      kept.key_at = key_at;
      return build_value(field.value(), kept.value);
    }
    open_.back().index = object.size();
    return build_value(field.value(), object.append(std::string(name), Value(), key_at));
  }

  Outcome build_array(ondemand::value& value, Value& into, Position at) {
    into = Value(Array{}, at);
    if (open_.size() >= limits_.depth_max) return too_deep(at);
    open_.push_back({&into});
    Array& array = *into.as_array();
    ondemand::array items;
    if (value.get_array().get(items)) return Outcome::kBroken;
    for (auto item : items) {
      ondemand::value child;
      if (std::move(item).get(child)) return Outcome::kBroken;
      open_.back().index = array.size();
      if (const Outcome outcome = build_value(child, array.emplace_back()); outcome != Outcome::kWhole) return outcome;
    }
    open_.pop_back();
    return Outcome::kWhole;
  }

  Outcome build_string(ondemand::value& value, Value& into, Position at) {
    std::string_view text;
    if (value.get_string().get(text)) return Outcome::kBroken;
    into = Value(text, at);
    return Outcome::kWhole;
  }

  Outcome build_bool(ondemand::value& value, Value& into, Position at) {
    bool flag = false;
    if (value.get_bool().get(flag)) return Outcome::kBroken;
    into = Value(flag, at);
    return Outcome::kWhole;
  }

  Outcome build_null(ondemand::value& value, Value& into, Position at) {
    bool null = false;
    if (value.is_null().get(null) || !null) return Outcome::kBroken;
    into = Value::null(at);
    return Outcome::kWhole;
  }

  /// Not by simdjson, which refuses integers beyond 64 bits. The token is skipped when the next one is asked for.
  Outcome build_number(std::string_view token, Value& into, Position at) {
    token = token.substr(0, token.find_last_not_of(" \t\r\n") + 1);
    if (!is_json_number(token)) return Outcome::kBroken;
    const char* end = token.data() + token.size();
    int64_t integer = 0;
    if (const auto read = std::from_chars(token.data(), end, integer); read.ec == std::errc{} && read.ptr == end) {
      into = Value(integer, at);
      return Outcome::kWhole;
    }
    const std::optional<double> real = read_double(token);
    if (!real) return stop("json-syntax", at, "the number is too large", "write a smaller number, or text in quotes");
    into = Value(*real, at);
    return Outcome::kWhole;
  }

  void report_duplicate(std::string_view name, Position at, Position first_at) {
    std::string path;
    for (size_t i = 0; i + 1 < open_.size(); ++i) append_child(path, *open_[i].container, open_[i].index);
    append_key(path, name);
    reporter_.duplicate_key("json-duplicate-key", at, name, first_at, std::move(path));
  }

  Outcome too_deep(Position at) {
    return stop("json-depth", at, "values are nested deeper than " + std::to_string(limits_.depth_max) + " levels",
                "flatten the document");
  }

  Outcome stop(std::string id, Position at, std::string message, std::string fix) {
    reporter_.fatal(std::move(id), at, std::move(message), std::move(fix));
    return Outcome::kStopped;
  }

  std::string wrapped_;
  TextCursor cursor_;
  Reporter& reporter_;
  const ParseLimits& limits_;
  std::vector<Open> open_;
  size_t nodes_ = 0;
};

}  // namespace

Parsed parse_json(std::string_view text, FileName file, const ParseLimits& limits) {
  Parsed parsed;
  Reporter reporter(std::move(file), limits.diagnostics_max);
  std::optional<BadText> bad = find_unreadable(text, limits.bytes_max);
  if (!bad && text.starts_with(kUtf8Bom)) text.remove_prefix(kUtf8Bom.size());
  if (const std::optional<size_t> at = bad ? std::nullopt : find_bad_utf8(text)) bad = not_utf8(text, *at);
  Value document;
  if (!bad) {
    const JsonBuilder::Outcome outcome = JsonBuilder(text, reporter, limits).build(document);
    if (outcome == JsonBuilder::Outcome::kWhole) parsed.documents.push_back(std::move(document));
    if (outcome == JsonBuilder::Outcome::kBroken) bad = find_json_mistake(text);
    if (outcome == JsonBuilder::Outcome::kBroken && !bad) bad = BadText{0, "json-syntax", "the text is not JSON", ""};
  }
  if (bad) reporter.fatal(bad->id, TextCursor(text).at_offset(bad->offset), bad->message, bad->fix);
  parsed.diagnostics = reporter.take();
  return parsed;
}

}  // namespace graylane::doc
