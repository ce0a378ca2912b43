#include "cli/flags.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace graylane::cli {

namespace {

constexpr std::array<std::string_view, 6> kTrue = {"1", "t", "T", "true", "TRUE", "True"};
constexpr std::array<std::string_view, 6> kFalse = {"0", "f", "F", "false", "FALSE", "False"};

bool contains(const std::array<std::string_view, 6>& words, std::string_view text) {
  return std::ranges::find(words, text) != words.end();
}

Result<void> read_bool(std::string_view flag, std::string_view text, bool& into) {
  if (text.empty()) return {};
  if (!is_bool_word(text))
    return fail(ErrorCode::kInvalid, fmt::format("--{} cannot be \"{}\"", flag, text), {}, "write true or false");
  into = contains(kTrue, text);
  return {};
}

Result<void> read_names(std::string_view flag, std::string_view text, std::vector<std::string>& into) {
  if (text.empty()) return {};
  into.clear();
  while (!text.empty()) {
    const std::string_view name = text.substr(0, text.find(','));
    if (!name.empty()) into.emplace_back(name);
    text.remove_prefix(std::min(text.size(), name.size() + 1));
  }
  if (into.empty())
    return fail(ErrorCode::kInvalid, fmt::format("--{} names nothing", flag), {},
                "write one or more names with commas between them");
  return {};
}

Result<void> read_split(std::string_view text, route::SplitMode& into) {
  if (text != "exact" && text != "random") {
    return fail(ErrorCode::kInvalid, fmt::format("--split cannot be \"{}\"", text), {}, "write exact or random");
  }
  into = text == "exact" ? route::SplitMode::kExact : route::SplitMode::kRandom;
  return {};
}

struct Unit {
  std::string_view name;
  int64_t milliseconds;
};
constexpr std::array<Unit, 3> kUnits = {{{"ms", 1}, {"s", 1'000}, {"m", 60'000}}};
constexpr std::chrono::milliseconds kDurationMax = std::chrono::hours(1);

}  // namespace

Result<std::chrono::milliseconds> parse_duration(std::string_view flag, std::string_view text) {
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit = text.substr(static_cast<size_t>(end - text.data()));
  const auto* found = std::ranges::find(kUnits, unit, &Unit::name);
  if (error == std::errc() && found != kUnits.end() && number * found->milliseconds <= kDurationMax.count()) {
    return std::chrono::milliseconds(number * found->milliseconds);
  }
  return fail(ErrorCode::kInvalid, fmt::format("--{} cannot be \"{}\"", flag, text), {},
              "write a time of at most an hour, such as 5s or 500ms");
}

bool is_bool_word(std::string_view text) { return contains(kTrue, text) || contains(kFalse, text); }

Result<ingress_nginx::Options> options_of(const ReadFlags& flags) {
  ingress_nginx::Options options;
  auto compat = ingress_nginx::parse_compat(flags.compat);
  if (!compat) return std::unexpected(std::move(compat.error()));
  options.compat = *compat;
  // Naming classes means those and no others, as for ingress-nginx.
  options.classes.without_class = flags.ingress_class.empty();
  const std::array<Result<void>, 8> read = {
      read_split(flags.split, options.split_mode),
      read_names("ingress-class", flags.ingress_class, options.classes.names),
      read_names("controller-class", flags.controller_class, options.classes.controllers),
      read_bool("watch-ingress-without-class", flags.watch_ingress_without_class, options.classes.without_class),
      read_bool("ingress-class-by-name", flags.ingress_class_by_name, options.classes.by_name),
      read_bool("disable-catch-all", flags.disable_catch_all, options.disable_catch_all),
      read_bool("enable-annotation-validation", flags.enable_annotation_validation, options.annotation_validation),
      read_bool("tls-listener", flags.tls_listener, options.tls_listener),
  };
  for (const Result<void>& result : read) {
    if (!result) return std::unexpected(result.error());
  }
  return options;
}

}  // namespace graylane::cli
