#include "apiserver/media.h"

#include <algorithm>
#include <cstdlib>

namespace graylane::apiserver {
namespace {

constexpr size_t kTypesMax = 32;

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return result;
}

/// Takes what is before the separator off `text`.
std::string_view take(std::string_view& text, char separator) {
  const size_t end = std::min(text.find(separator), text.size());
  std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return trim(part);
}

double quality(const MediaType& type) {
  const std::string_view q = type.parameter("q");
  return q.empty() ? 1 : std::strtod(std::string(q).c_str(), nullptr);
}

bool is_json(const MediaType& type) {
  return type.type == "application/json" || type.type == "*/*" || type.type == "application/*";
}
bool is_yaml(const MediaType& type) { return type.type == "application/yaml"; }

/// False: not served.
bool fill_form(const MediaType& type, bool only_plain, Form& form) {
  form.yaml = is_yaml(type);
  if (!form.yaml && !is_json(type)) return false;
  const std::string_view as = type.parameter("as");
  if (as.empty()) return true;
  const std::string_view version = type.parameter("v");
  if (only_plain || type.parameter("g") != "meta.k8s.io" || (version != "v1" && version != "v1beta1")) return false;
  form.meta_version = version;
  form.of_list = as == "PartialObjectMetadataList";
  if (as == "Table") form.as = Form::As::kTable;
  else if (form.of_list || as == "PartialObjectMetadata") form.as = Form::As::kPartial;
  else return false;
  return true;
}

}  // namespace

std::string_view MediaType::parameter(std::string_view name) const {
  const auto found = parameters.find(name);
  return found == parameters.end() ? std::string_view() : std::string_view(found->second);
}

MediaType parse_media_type(std::string_view text) {
  MediaType type;
  type.type = lower(take(text, ';'));
  while (!text.empty()) {
    std::string_view parameter = take(text, ';');
    const std::string name = lower(take(parameter, '='));
    if (parameter.size() >= 2 && parameter.front() == '"' && parameter.back() == '"')
      parameter = parameter.substr(1, parameter.size() - 2);
    if (!name.empty()) type.parameters.insert_or_assign(name, std::string(trim(parameter)));
  }
  return type;
}

std::vector<MediaType> parse_accept(std::string_view header) {
  std::vector<MediaType> types;
  while (!header.empty() && types.size() < kTypesMax) {
    MediaType type = parse_media_type(take(header, ','));
    if (!type.type.empty() && quality(type) > 0) types.push_back(std::move(type));
  }
  std::ranges::stable_sort(types, std::ranges::greater{}, quality);
  return types;
}

std::string Form::content_type() const {
  std::string text = yaml ? "application/yaml" : "application/json";
  return text;
}

Outcome<Form> choose_form(const std::string* accept, bool only_plain) {
  if (!accept || trim(*accept).empty()) return Form{};
  bool language_is_served = false;
  for (const MediaType& type : parse_accept(*accept)) {
    Form form;
    if (fill_form(type, only_plain, form)) return form;
    language_is_served = language_is_served || is_json(type) || is_yaml(type);
  }
  return refuse(language_is_served ? no_such_form() : not_acceptable());
}

Outcome<Form> choose_form_of(const std::string* accept, bool is_list, const std::string& kind) {
  auto form = choose_form(accept);
  if (!form || form->as != Form::As::kPartial || form->of_list == is_list) return form;
  const std::string asked = form->of_list ? "PartialObjectMetadataList" : "PartialObjectMetadata";
  const std::string shape = is_list ? "is a list (" : "is not a list (";
  return refuse({406, "NotAcceptable", "you requested " + asked + ", but the requested object " + shape + kind + ")"});
}

Outcome<std::string> choose_discovery(const std::string* accept) {
  if (!accept || trim(*accept).empty()) return std::string();
  for (const MediaType& type : parse_accept(*accept)) {
    if (!is_json(type) && !is_yaml(type)) continue;
    if (type.parameter("as").empty()) return std::string();
    if (is_yaml(type)) continue;
    const std::string_view version = type.parameter("v");
    if (type.parameter("g") == "apidiscovery.k8s.io" && type.parameter("as") == "APIGroupDiscoveryList" &&
        (version == "v2" || version == "v2beta1"))
      return std::string(version);
  }
  return refuse(no_such_form());
}

}  // namespace graylane::apiserver
