// YamlEvents: libyaml's event stream over a text, with positions in bytes. Used by one parse; not thread-safe.
#pragma once

#include <yaml.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "doc/text.h"

namespace graylane::doc {

/// One event; owns libyaml's memory for it.
class YamlEvent {
 public:
  YamlEvent() = default;
  YamlEvent(const YamlEvent&) = delete;
  YamlEvent& operator=(const YamlEvent&) = delete;
  ~YamlEvent() { yaml_event_delete(&raw_); }

  yaml_event_type_t type() const { return raw_.type; }
  /// "" when there is none. The non-specific tag "!" counts as none.
  std::string_view tag() const;
  /// The anchor that the event defines or, for an alias, refers to; "" when there is none.
  std::string_view anchor() const;
  std::string_view scalar() const;
  /// A scalar that is neither quoted, nor a block, nor tagged.
  bool is_plain() const { return raw_.data.scalar.plain_implicit != 0; }
  Position at() const { return at_; }

 private:
  friend class YamlEvents;
  yaml_event_t raw_ = {};
  Position at_;
};

/// What is wrong with the syntax, in our words.
struct SyntaxError {
  Position at;
  std::string message;
  std::string fix;
};

class YamlEvents {
 public:
  /// The text must be free of what find_bad_text() finds, and outlive this.
  explicit YamlEvents(std::string_view text);
  YamlEvents(const YamlEvents&) = delete;
  YamlEvents& operator=(const YamlEvents&) = delete;
  ~YamlEvents();

  /// False on a syntax error; then error() says which. `event` must be a fresh one.
  bool next(YamlEvent& event);
  SyntaxError error();

 private:
  std::string_view text_;
  yaml_parser_t parser_ = {};
  TextCursor cursor_;
};

}  // namespace graylane::doc
