#include "doc/yaml_events.h"

#include "doc/yaml_syntax_error.h"

namespace graylane::doc {
namespace {

std::string_view view(const yaml_char_t* text) {
  return text ? std::string_view(reinterpret_cast<const char*>(text)) : std::string_view();
}

}  // namespace

std::string_view YamlEvent::tag() const {
  switch (raw_.type) {
    case YAML_SCALAR_EVENT: return view(raw_.data.scalar.tag);
    case YAML_SEQUENCE_START_EVENT: return view(raw_.data.sequence_start.tag);
    case YAML_MAPPING_START_EVENT: return view(raw_.data.mapping_start.tag);
    default: return {};
  }
}

std::string_view YamlEvent::anchor() const {
  switch (raw_.type) {
    case YAML_ALIAS_EVENT: return view(raw_.data.alias.anchor);
    case YAML_SCALAR_EVENT: return view(raw_.data.scalar.anchor);
    case YAML_SEQUENCE_START_EVENT: return view(raw_.data.sequence_start.anchor);
    case YAML_MAPPING_START_EVENT: return view(raw_.data.mapping_start.anchor);
    default: return {};
  }
}

std::string_view YamlEvent::scalar() const {
  if (raw_.type != YAML_SCALAR_EVENT) return {};
  return {reinterpret_cast<const char*>(raw_.data.scalar.value), raw_.data.scalar.length};
}

YamlEvents::YamlEvents(std::string_view text) : text_(text), cursor_(text) {
  if (yaml_parser_initialize(&parser_) == 0) return;  // out of memory: every next() fails
  yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
}

YamlEvents::~YamlEvents() { yaml_parser_delete(&parser_); }

bool YamlEvents::next(YamlEvent& event) {
  if (yaml_parser_parse(&parser_, &event.raw_) == 0) return false;
  event.at_ = cursor_.at_character(event.raw_.start_mark.index);
  return true;
}

SyntaxError YamlEvents::error() { return describe(parser_, text_); }

}  // namespace graylane::doc
