#include "dialect/ingress_nginx/upstream_values.h"

#include <algorithm>
#include <array>
#include <vector>

#include "dialect/ingress_nginx/annotation_table.h"
#include "dialect/ingress_nginx/scalars.h"
#include "dialect/ingress_nginx/variables.h"

namespace graylane::ingress_nginx {

namespace {

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find_first_of(" \t", begin), text.size());
    if (end > begin) words.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

constexpr auto kStatuses = std::to_array<uint16_t>({403, 404, 429, 500, 502, 503, 504});

/// False: no such word.
bool add_condition(std::string_view word, route::Retry& retry) {
  if (word == "error") return retry.on_error = true;
  if (word == "timeout") return retry.on_timeout = true;
  if (word == "invalid_header") return retry.on_invalid_header = true;
  if (word == "non_idempotent") return retry.non_idempotent = true;
  for (const uint16_t status : kStatuses) {
    if (word != "http_" + std::to_string(status)) continue;
    if (std::ranges::find(retry.statuses, status) == retry.statuses.end()) retry.statuses.push_back(status);
    return true;
  }
  return false;
}

route::Retry never() {
  route::Retry retry;
  retry.on_error = retry.on_timeout = false;
  return retry;
}

std::optional<route::CookieEdit> two_words(std::string_view text, Check check) {
  const std::vector<std::string_view> words = words_of(text);
  if (words.size() != 2) return std::nullopt;
  // An expression is not among what ingress-nginx lets through.
  if (words[0].starts_with('~') || !is_valid(check, words[0]) || !is_valid(check, words[1])) return std::nullopt;
  return route::CookieEdit{std::string(words[0]), std::string(words[1])};
}

void remove_first_dot(std::string& text) {
  if (text.starts_with('.')) text.erase(0, 1);
}

}  // namespace

std::optional<route::Retry> parse_next_upstream(std::string_view text) {
  route::Retry retry = never();
  bool off = false;
  for (const std::string_view word : words_of(text)) {
    if (word == "off") {
      off = true;
    } else if (!add_condition(word, retry)) {
      return std::nullopt;
    }
  }
  std::ranges::sort(retry.statuses);
  return off ? never() : retry;
}

uint32_t tries_within_ceiling(int64_t asked) {
  if (asked <= 0 || asked > route::kTriesCeiling) return route::kTriesCeiling;
  return static_cast<uint32_t>(asked);
}

std::optional<route::CookieEdit> parse_cookie_path(std::string_view text) { return two_words(text, Check::kUrl); }

std::optional<route::CookieEdit> parse_cookie_domain(std::string_view text) {
  auto edit = two_words(text, Check::kBasic);
  if (!edit) return edit;
  remove_first_dot(edit->from);
  remove_first_dot(edit->to);
  return edit;
}

Result<route::LocationEdit> parse_location_edit(std::string_view from, std::string_view to) {
  route::LocationEdit edit;
  if (from.starts_with('~')) {
    const bool caseless = from.starts_with("~*");
    auto pattern = route::Regex::compile(std::string(from.substr(caseless ? 2 : 1)), {.caseless = caseless});
    if (!pattern) return std::unexpected(pattern.error());
    edit.pattern = std::move(*pattern);
  } else {
    auto text = parse_template(from, {});
    if (!text) return std::unexpected(text.error());
    edit.from = std::move(*text);
  }
  auto text = parse_template(to, {});
  if (!text) return std::unexpected(text.error());
  edit.to = std::move(*text);
  return edit;
}

route::LocationEdit default_location_edit() {
  route::LocationEdit edit;
  edit.from = route::TextTemplate::literal("http://upstream_balancer/");
  edit.to = route::TextTemplate::literal("/");
  return edit;
}

bool is_cookie_text(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f || c == ';'; });
}

}  // namespace graylane::ingress_nginx
