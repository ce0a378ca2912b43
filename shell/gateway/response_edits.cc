#include "gateway/response_edits.h"

#include <algorithm>

#include "http/h1_head.h"

namespace graylane::gateway {

namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// The part of an attribute's value that an edit replaces; nullptr data: none.
std::string_view replaced_part(const route::ResponseEdits& edits, std::string_view name, std::string_view value,
                               const route::CookieEdit*& edit) {
  if (edits.cookie_path && http::equal_names(name, "path")) {
    edit = edits.cookie_path.get();
    if (value.starts_with(edit->from)) return value.substr(0, edit->from.size());
  }
  if (edits.cookie_domain && http::equal_names(name, "domain")) {
    edit = edits.cookie_domain.get();
    if (value.starts_with('.')) value.remove_prefix(1);
    if (http::equal_names(value, edit->from)) return value;
  }
  return {};
}

}  // namespace

bool edit_cookie(const route::ResponseEdits& edits, std::string_view value, std::string& out) {
  const size_t attributes = value.find(';');
  if (attributes == std::string_view::npos) return false;
  size_t copied = 0;
  for (size_t begin = attributes + 1; begin <= value.size();) {
    const size_t end = std::min(value.find(';', begin), value.size());
    const std::string_view attribute = value.substr(begin, end - begin);
    begin = end + 1;
    const size_t equals = attribute.find('=');
    if (equals == std::string_view::npos) continue;
    const route::CookieEdit* edit = nullptr;
    const std::string_view part =
        replaced_part(edits, trimmed(attribute.substr(0, equals)), trimmed(attribute.substr(equals + 1)), edit);
    if (part.data() == nullptr) continue;
    if (copied == 0) out.clear();
    const auto at = static_cast<size_t>(part.data() - value.data());
    out.append(value, copied, at - copied).append(edit->to);
    copied = at + part.size();
  }
  if (copied > 0) out.append(value.substr(copied));
  return copied > 0;
}

}  // namespace graylane::gateway
