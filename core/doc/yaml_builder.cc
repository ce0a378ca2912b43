#include "doc/yaml_builder.h"

#include <algorithm>
#include <cmath>

#include "doc/number_text.h"
#include "doc/path_text.h"
#include "doc/yaml_scalar.h"

namespace graylane::doc {
namespace {

bool is_merge_key(const YamlEvent& event) {
  if (event.scalar() != "<<") return false;
  return event.is_plain() || event.tag() == "tag:yaml.org,2002:merge";
}

/// What Kubernetes makes of a key that is no string; nothing for those it refuses.
std::optional<std::string> key_text(const Value& key) {
  if (const std::string* text = key.as_string()) return *text;
  if (const bool* flag = key.as_bool()) return *flag ? "true" : "false";
  if (const int64_t* number = key.as_int()) return std::to_string(*number);
  if (const double* number = key.as_double()) return float_key_text(*number);
  return std::nullopt;
}

}  // namespace

bool YamlBuilder::build_document(Value& document, bool reports_syntax) {
  reports_syntax_ = reports_syntax;
  root_ = &document;
  anchors_.clear();
  open_.clear();
  alias_nodes_ = alias_bytes_ = 0;
  YamlEvent event;
  const bool whole = next(event) && build(event, document);
  detached_.clear();
  return whole;
}

bool YamlBuilder::next(YamlEvent& event) {
  if (events_.next(event)) return true;
  if (!reports_syntax_) return false;
  SyntaxError error = events_.error();
  return stop("yaml-syntax", error.at, std::move(error.message), std::move(error.fix));
}

bool YamlBuilder::stop(std::string id, Position at, std::string message, std::string fix) {
  reporter_.fatal(std::move(id), at, std::move(message), std::move(fix));
  return false;
}

bool YamlBuilder::build(const YamlEvent& event, Value& into) {
  if (++nodes_ > limits_.nodes_max) {
    return stop("document-too-large", event.at(), "the file has more than " + std::to_string(limits_.nodes_max) + " values",
                "split the file");
  }
  if (event.type() == YAML_ALIAS_EVENT) return build_alias(event, into);
  if (!event.anchor().empty() && !define_anchor(event)) return false;
  switch (event.type()) {
    case YAML_SCALAR_EVENT: return build_scalar(event, into);
    case YAML_SEQUENCE_START_EVENT: return build_sequence(event, into);
    default: return build_mapping(event, into);
  }
}

bool YamlBuilder::build_scalar(const YamlEvent& event, Value& into) {
  if (!event.tag().empty()) {
    Result<Value> value = resolve_tagged(event.tag(), event.scalar(), event.at());
    if (!value) {
      into = Value::null(event.at());
      reporter_.error("yaml-value", event.at(), value.error().what, "correct the value, or remove the tag", path_of({}));
      return true;
    }
    into = *std::move(value);
  } else if (event.is_plain()) {
    into = resolve_plain(event.scalar(), event.at());
  } else {
    into = Value(event.scalar(), event.at());
  }
  if (into.is_double() && !std::isfinite(*into.as_double())) {
    into = Value::null(event.at());
    reporter_.error("yaml-value", event.at(),
                    "\"" + std::string(event.scalar()) + "\" is read as a number that JSON cannot carry",
                    "put it in quotes if text is meant", path_of({}));
  }
  return true;
}

bool YamlBuilder::build_sequence(const YamlEvent& event, Value& into) {
  into = Value(Array{}, event.at());
  if (!enter(into)) return false;
  Array& array = *into.as_array();
  for (;;) {
    YamlEvent item;
    if (!next(item)) return false;
    if (item.type() == YAML_SEQUENCE_END_EVENT) break;
    open_.back().index = array.size();
    if (!build(item, array.emplace_back())) return false;
  }
  leave();
  return true;
}

bool YamlBuilder::build_mapping(const YamlEvent& event, Value& into) {
  into = Value(Object{}, event.at());
  if (!enter(into)) return false;
  Object& object = *into.as_object();
  Mapping mapping{object, KeyIndex(object), {}};
  for (;;) {
    YamlEvent key;
    if (!next(key)) return false;
    if (key.type() == YAML_MAPPING_END_EVENT) break;
    if (!build_member(key, mapping)) return false;
  }
  leave();
  return true;
}

bool YamlBuilder::build_member(const YamlEvent& key, Mapping& mapping) {
  open_.back().index = mapping.object.size();  // none yet, for the paths in errors
  if (is_merge_key(key)) return build_merge(key, mapping);
  std::optional<std::string> name;
  if (!read_key(key, name)) return false;
  if (name) return build_named(*std::move(name), key.at(), mapping);
  YamlEvent value;
  return next(value) && build_detached(value, "?");
}

bool YamlBuilder::build_named(std::string name, Position at, Mapping& mapping) {
  YamlEvent value;
  if (!next(value)) return false;
  const std::optional<size_t> found = mapping.keys.find(name);
  if (!found) {
    open_.back().index = mapping.object.size();
    return build(value, mapping.object.append(std::move(name), Value(), at));
  }
  Member& member = *(mapping.object.begin() + static_cast<std::ptrdiff_t>(*found));
  if (mapping.merged.erase(*found) > 0) {
    member.key_at = at;
    open_.back().index = *found;
    return build(value, member.value);
  }
  reporter_.duplicate_key("yaml-duplicate-key", at, name, member.key_at, path_of(name));
  return build_detached(value, name);
}

bool YamlBuilder::read_key(const YamlEvent& event, std::optional<std::string>& name) {
  const bool simple = event.type() == YAML_SCALAR_EVENT && event.tag().empty() && event.anchor().empty();
  if (simple && (!event.is_plain() || resolve_plain(event.scalar()).is_string())) {
    name = event.scalar();
    return true;
  }
  const size_t problems = reporter_.count();
  const Value* key = build_detached(event, "?");
  if (!key) return false;
  name = key_text(*key);
  if (!name && reporter_.count() == problems) {
    const std::string what = key->is_null() ? "null or nothing" : key->is_array() ? "a list" : "an object";
    reporter_.error("yaml-key", event.at(), what + " cannot be a key", "write the key as text, in quotes if need be",
                    path_of({}));
  }
  if (key->is_bool() && event.scalar() != *name && event.type() == YAML_SCALAR_EVENT) {
    reporter_.warning("yaml-key-boolean", event.at(),
                      "the key " + std::string(event.scalar()) + " is read as a boolean, so that it becomes \"" + *name + "\"",
                      "put the key in quotes", path_of(*name));
  }
  return true;
}

bool YamlBuilder::build_merge(const YamlEvent& key, Mapping& mapping) {
  YamlEvent event;
  if (!next(event)) return false;
  const Value* source = build_detached(event, "<<");
  if (!source) return false;
  const Array* list = source->as_array();
  const bool mergeable = list ? std::ranges::all_of(*list, &Value::is_object) : source->is_object();
  if (!mergeable) {
    reporter_.error("yaml-merge", key.at(), "\"<<\" merges objects, and its value is none",
                    "use an alias of an object, or put << in quotes", path_of("<<"));
    return true;
  }
  if (!charge(*source, key.at())) return false;
  if (!list) merge_from(*source, mapping);
  for (size_t i = 0; list && i < list->size(); ++i) merge_from((*list)[i], mapping);
  return true;
}

void YamlBuilder::merge_from(const Value& source, Mapping& mapping) {
  for (const Member& member : *source.as_object()) {
    if (mapping.keys.find(member.key)) continue;
    mapping.merged.insert(mapping.object.size());
    mapping.object.append(member.key, member.value, member.key_at);
  }
}

Value* YamlBuilder::build_detached(const YamlEvent& event, std::string_view key) {
  Value& value = detached_.emplace_back();
  Open& parent = open_.back();
  parent.detached = &value;
  parent.detached_key = key;
  const bool whole = build(event, value);
  open_.back().detached = nullptr;
  return whole ? &value : nullptr;
}

bool YamlBuilder::build_alias(const YamlEvent& event, Value& into) {
  const Value* target = find_anchor(event.anchor());
  const std::string name(event.anchor());
  const bool inside = std::ranges::any_of(open_, [&](const Open& open) { return open.container == target; });
  into = Value::null(event.at());
  if (!target) {
    reporter_.error("yaml-alias", event.at(), "no anchor &" + name + " comes before this alias",
                    "define the anchor in the same document, or put the value in quotes", path_of({}));
  } else if (inside) {
    reporter_.error("yaml-alias", event.at(), "the alias *" + name + " stands inside its own anchor", "remove it", path_of({}));
  } else {
    if (!charge(*target, event.at())) return false;
    into = *target;
  }
  return true;
}

bool YamlBuilder::enter(Value& container) {
  if (open_.size() >= limits_.depth_max) {
    return stop("yaml-depth", container.at(), "values are nested deeper than " + std::to_string(limits_.depth_max) + " levels",
                "flatten the document");
  }
  open_.push_back({&container});
  return true;
}

bool YamlBuilder::define_anchor(const YamlEvent& event) {
  Anchor anchor{root_, {}};
  for (const Open& open : open_) {
    if (open.detached) anchor = {open.detached, {}};
    else anchor.path.push_back(open.index);
  }
  anchors_.insert_or_assign(std::string(event.anchor()), std::move(anchor));
  if (anchors_.size() <= limits_.alias_nodes_max) return true;
  return stop("yaml-alias-limit", event.at(),
              "the document has more than " + std::to_string(limits_.alias_nodes_max) + " anchors", "write the values out");
}

Value* YamlBuilder::find_anchor(std::string_view name) {
  const auto it = anchors_.find(name);
  if (it == anchors_.end()) return nullptr;
  Value* value = it->second.root;
  for (size_t index : it->second.path) {
    if (Array* array = value->as_array()) value = &(*array)[index];
    else value = &(value->as_object()->begin() + static_cast<std::ptrdiff_t>(index))->value;
  }
  return value;
}

bool YamlBuilder::charge(const Value& value, Position at) {
  Size size;
  measure(value, 1, size);
  alias_nodes_ += size.nodes;
  alias_bytes_ += size.bytes;
  nodes_ += size.nodes;
  if (alias_nodes_ > limits_.alias_nodes_max || alias_bytes_ > limits_.alias_bytes_max) {
    return stop("yaml-alias-limit", at,
                "aliases expand to more than " + std::to_string(limits_.alias_nodes_max) + " values or " +
                    std::to_string(limits_.alias_bytes_max) + " bytes of text",
                "write the values out");
  }
  if (open_.size() + size.depth <= limits_.depth_max + 1) return true;
  return stop("yaml-depth", at, "aliases nest values deeper than " + std::to_string(limits_.depth_max) + " levels",
              "flatten the document");
}

void YamlBuilder::measure(const Value& value, size_t depth, Size& size) const {
  size.nodes += 1;
  size.depth = std::max(size.depth, depth);
  if (alias_nodes_ + size.nodes > limits_.alias_nodes_max) return;
  if (const std::string* text = value.as_string()) size.bytes += text->size();
  if (const Array* array = value.as_array()) {
    for (const Value& item : *array) measure(item, depth + 1, size);
  }
  if (const Object* object = value.as_object()) {
    for (const Member& member : *object) {
      size.bytes += member.key.size();
      measure(member.value, depth + 1, size);
    }
  }
}

std::string YamlBuilder::path_of(std::string_view key) const {
  std::string path;
  for (size_t i = 0; i < open_.size(); ++i) {
    const Open& open = open_[i];
    const bool innermost = i + 1 == open_.size();
    if (innermost && !key.empty()) break;
    if (open.detached) append_key(path, open.detached_key);
    else append_child(path, *open.container, open.index);
  }
  if (!key.empty()) append_key(path, key);
  return path;
}

}  // namespace graylane::doc
