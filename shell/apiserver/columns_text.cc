#include "apiserver/columns_text.h"

#include <algorithm>
#include <map>

#include "api/text_rules.h"
#include "apiserver/columns.h"
#include "doc/print.h"

namespace graylane::apiserver {

using doc::Value;

const Value* find_path(const Value& content, std::string_view path) {
  const Value* value = &content;
  while (value && !path.empty()) {
    const size_t dot = std::min(path.find('.'), path.size());
    value = value->find(path.substr(0, dot));
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return value;
}

std::string text_at(const Value& content, std::string_view path) {
  const Value* value = find_path(content, path);
  const std::string* text = value ? value->as_string() : nullptr;
  return text ? *text : std::string();
}

int64_t number_at(const Value& content, std::string_view path) {
  const Value* value = find_path(content, path);
  const int64_t* number = value ? value->as_int() : nullptr;
  return number ? *number : 0;
}

bool flag_at(const Value& content, std::string_view path) {
  const Value* value = find_path(content, path);
  return value && value->as_bool() && *value->as_bool();
}

int64_t size_at(const Value& content, std::string_view path) {
  const Value* value = find_path(content, path);
  if (!value) return 0;
  if (const doc::Array* array = value->as_array()) return static_cast<int64_t>(array->size());
  return value->is_object() ? static_cast<int64_t>(value->as_object()->size()) : 0;
}

const doc::Array& items_at(const Value& content, std::string_view path) {
  static const doc::Array kNone;
  const Value* value = find_path(content, path);
  return value && value->is_array() ? *value->as_array() : kNone;
}

bool is_being_deleted(const Value& content) { return !text_at(content, "metadata.deletionTimestamp").empty(); }

std::string or_none(const std::string& text) { return text.empty() ? "<none>" : text; }

std::string shown(const Value* value, std::string_view absent) {
  if (!value || value->is_null()) return std::string(absent);
  return value->as_string() ? *value->as_string() : doc::to_json(*value);
}

std::string lower_case(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

std::string joined(const std::vector<std::string>& words, std::string_view between, size_t shown_max) {
  std::string text;
  for (size_t i = 0; i < words.size() && i < shown_max; ++i) {
    if (i > 0) text += between;
    text += words[i];
  }
  if (words.size() > shown_max) text += " + " + std::to_string(words.size() - shown_max) + " more...";
  return text;
}

Value text_list(const std::vector<std::string>& words) {
  doc::Array items;
  for (const std::string& word : words) items.emplace_back(word);
  return Value(std::move(items));
}

std::string since_text(const Value& content, std::string_view path, int64_t now) {
  const auto time = api::parse_time(text_at(content, path));
  return time ? age_text(now - *time) : "";
}

std::string labels_text(const Value* labels) {
  if (!labels || !labels->is_object() || labels->as_object()->empty()) return "<none>";
  std::vector<std::string> words;
  for (const doc::Member& member : *labels->as_object()) words.push_back(member.key + "=" + shown(&member.value, ""));
  std::ranges::sort(words);
  return joined(words);
}

namespace {

std::string requirement_text(const Value& expression) {
  const std::string key = text_at(expression, "key"), op = text_at(expression, "operator");
  if (op == "Exists") return key;
  if (op == "DoesNotExist") return "!" + key;
  std::vector<std::string> values;
  for (const Value& value : items_at(expression, "values")) values.push_back(shown(&value, ""));
  std::ranges::sort(values);
  return key + (op == "In" ? " in (" : " notin (") + joined(values) + ")";
}

}  // namespace

std::string selector_text(const Value* selector) {
  std::multimap<std::string, std::string> by_key;
  const Value* labels = selector ? find_path(*selector, "matchLabels") : nullptr;
  if (labels && labels->is_object()) {
    for (const doc::Member& label : *labels->as_object()) by_key.emplace(label.key, label.key + "=" + shown(&label.value, ""));
  }
  if (selector) {
    for (const Value& expression : items_at(*selector, "matchExpressions"))
      by_key.emplace(text_at(expression, "key"), requirement_text(expression));
  }
  std::vector<std::string> words;
  for (const auto& [key, text] : by_key) words.push_back(text);
  return or_none(joined(words));
}

std::string containers_text(const Value& content, std::string_view containers, std::string_view member) {
  std::vector<std::string> words;
  for (const Value& container : items_at(content, containers)) words.push_back(text_at(container, member));
  return joined(words);
}

namespace {

const char* part_of(const std::string& type) {
  if (type == "Resource") return "resource";
  if (type == "ContainerResource") return "containerResource";
  if (type == "Pods") return "pods";
  return type == "Object" ? "object" : "external";
}

std::string metric_text(const Value& wanted, const Value* current) {
  const std::string part = part_of(text_at(wanted, "type"));
  const bool of_resource = part == "resource" || part == "containerResource";
  const std::string label = of_resource ? text_at(wanted, part + ".name") + ": " : "";
  const auto is = [&](const char* member) {
    return shown(current ? find_path(*current, part + ".current." + member) : nullptr, "<unknown>");
  };
  const auto target = [&](const char* member) { return find_path(wanted, part + ".target." + member); };
  if (const Value* average = target("averageValue"))
    return label + is("averageValue") + "/" + shown(average, "") + (part == "external" || part == "object" ? " (avg)" : "");
  if (!of_resource) return is("value") + "/" + shown(target("value"), "");
  const Value* share = target("averageUtilization");
  const std::string now = is("averageUtilization");
  return label + now + (now.starts_with('<') ? "" : "%") + "/" + (share ? shown(share, "") + "%" : "<auto>");
}

}  // namespace

std::string metrics_text(const Value& autoscaler) {
  constexpr size_t kShown = 2;
  const doc::Array& current = items_at(autoscaler, "status.currentMetrics");
  std::vector<std::string> words;
  for (const Value& metric : items_at(autoscaler, "spec.metrics"))
    words.push_back(metric_text(metric, words.size() < current.size() ? &current[words.size()] : nullptr));
  return words.empty() ? "<none>" : joined(words, ", ", kShown);
}

}  // namespace graylane::apiserver
