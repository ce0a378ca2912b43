// What the cells of tables say, in kubectl's words, and how values are taken out of objects for them. Pure. Internal to the folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "doc/value.h"

namespace graylane::apiserver {

/// "metadata.name": members of members; null when one is absent.
const doc::Value* find_path(const doc::Value& content, std::string_view path);
std::string text_at(const doc::Value& content, std::string_view path);  // "" when there is none
int64_t number_at(const doc::Value& content, std::string_view path);    // 0 likewise
bool flag_at(const doc::Value& content, std::string_view path);         // false likewise
int64_t size_at(const doc::Value& content, std::string_view path);      // of a list or an object
const doc::Array& items_at(const doc::Value& content, std::string_view path);
bool is_being_deleted(const doc::Value& content);

std::string or_none(const std::string& text);  // "<none>" for ""
/// A number or a text; `absent` for null and what is not there.
std::string shown(const doc::Value* value, std::string_view absent);
std::string lower_case(std::string text);
/// "a,b + 3 more...".
std::string joined(const std::vector<std::string>& words, std::string_view between = ",", size_t shown_max = SIZE_MAX);
doc::Value text_list(const std::vector<std::string>& words);
/// How long ago the time was; "" without one.
std::string since_text(const doc::Value& content, std::string_view path, int64_t now_unix_seconds);

std::string labels_text(const doc::Value* labels);      // "a=b,c=d"
std::string selector_text(const doc::Value* selector);  // of matchLabels and matchExpressions: "a=b,c in (d,e),!f"
std::string containers_text(const doc::Value& content, std::string_view containers, std::string_view member);
std::string metrics_text(const doc::Value& autoscaler);  // "cpu: 30%/80%"

}  // namespace graylane::apiserver
