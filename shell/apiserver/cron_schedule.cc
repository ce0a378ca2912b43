#include "apiserver/cron_schedule.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <expected>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "apiserver/status.h"

namespace graylane::apiserver {

namespace {

constexpr size_t kZonePartMax = 14;  // characters
constexpr const char* kZones = "/usr/share/zoneinfo";

constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kDays = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

/// What a field of a schedule may hold; `names` count from the least.
struct Bounds {
  uint64_t least;
  uint64_t most;
  std::span<const std::string_view> names = {};
};
constexpr std::array<Bounds, 5> kFields = {Bounds{0, 59}, Bounds{0, 23}, Bounds{1, 31}, Bounds{1, 12, kMonths},
                                           Bounds{0, 6, kDays}};

using Number = std::expected<uint64_t, std::string>;  // or what is wrong

std::vector<std::string> split(const std::string& text, std::string_view separators, bool keeps_empty) {
  std::vector<std::string> parts;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find_first_of(separators, at), text.size());
    if (keeps_empty || end > at) parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

Number parse_number(const std::string& text) {
  const auto fail = [&](const char* why) {
    return std::unexpected("failed to parse int from " + text + ": strconv.Atoi: parsing " + go_quoted(text) + ": " + why);
  };
  int64_t number = 0;
  const char* begin = text.data() + (text.size() > 1 && text[0] == '+' && text[1] != '-' ? 1 : 0);
  const auto read = std::from_chars(begin, text.data() + text.size(), number);
  if (read.ec == std::errc::result_out_of_range) return fail("value out of range");
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return fail("invalid syntax");
  if (number < 0) return std::unexpected("negative number (" + std::to_string(number) + ") not allowed: " + text);
  return static_cast<uint64_t>(number);
}

Number number_or_name(const std::string& text, const Bounds& bounds) {
  std::string lower = text;
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const auto found = std::ranges::find(bounds.names, lower);
  if (found != bounds.names.end()) return bounds.least + static_cast<uint64_t>(found - bounds.names.begin());
  return parse_number(text);
}

std::string number_text(uint64_t number) { return "(" + std::to_string(number) + ")"; }

std::string range_problem(const std::string& text, uint64_t start, uint64_t end, uint64_t step, const Bounds& bounds) {
  if (start < bounds.least)
    return "beginning of range " + number_text(start) + " below minimum " + number_text(bounds.least) + ": " + text;
  if (end > bounds.most) return "end of range " + number_text(end) + " above maximum " + number_text(bounds.most) + ": " + text;
  if (start > end) return "beginning of range " + number_text(start) + " beyond end of range " + number_text(end) + ": " + text;
  return step == 0 ? "step of range should be a positive number: " + text : "";
}

/// "*", "5", "1-5", each with a step behind '/'.
std::string item_problem(const std::string& text, const Bounds& bounds) {
  const std::vector<std::string> halves = split(text, "/", true), ends = split(halves.front(), "-", true);
  Number start = bounds.least, end = bounds.most, step = 1;
  if (ends.front() != "*" && ends.front() != "?") {
    start = number_or_name(ends.front(), bounds);
    if (!start) return start.error();
    if (ends.size() > 2) return "too many hyphens: " + text;
    end = ends.size() == 2 ? number_or_name(ends.back(), bounds) : start;
    if (!end) return end.error();
  }
  if (halves.size() > 2) return "too many slashes: " + text;
  if (halves.size() == 2) {
    step = parse_number(halves.back());
    if (!step) return step.error();
    if (ends.size() == 1) end = bounds.most;
  }
  return range_problem(text, *start, *end, *step, bounds);
}

std::string fields_problem(const std::vector<std::string>& fields) {
  for (size_t i = 0; i < kFields.size(); ++i) {
    for (const std::string& item : split(fields[i], ",", false)) {
      if (std::string problem = item_problem(item, kFields[i]); !problem.empty()) return problem;
    }
  }
  return {};
}

/// "1h30m".
bool is_duration(std::string_view text) {
  if (text == "0") return true;
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  bool any = false;
  for (; !text.empty(); any = true) {
    const size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
    const std::string_view number = text.substr(0, digits);
    if (number.empty() || number == "." || std::ranges::count(number, '.') > 1) return false;
    text.remove_prefix(digits);
    const size_t letters = std::min(text.find_first_of("0123456789."), text.size());
    constexpr std::array<std::string_view, 8> kUnits = {"ns", "us", "µs", "μs", "ms", "s", "m", "h"};
    if (std::ranges::find(kUnits, text.substr(0, letters)) == kUnits.end()) return false;
    text.remove_prefix(letters);
  }
  return any;
}

std::string descriptor_problem(const std::string& text) {
  constexpr std::array<std::string_view, 7> kKnown = {"@yearly", "@annually", "@monthly", "@weekly",
                                                      "@daily",  "@midnight", "@hourly"};
  constexpr std::string_view kEvery = "@every ";
  if (std::ranges::find(kKnown, text) != kKnown.end()) return {};
  if (!text.starts_with(kEvery)) return "unrecognized descriptor: " + text;
  const std::string duration = text.substr(kEvery.size());
  if (is_duration(duration)) return {};
  return "failed to parse duration " + text + ": time: invalid duration " + go_quoted(duration);
}

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : " ") + word;
  return all;
}

bool is_zone_part(const std::string& part) {
  const auto allowed = [](unsigned char c) { return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_' || c == '+'; };
  return !part.empty() && part.size() <= kZonePartMax && part != "." && part != ".." && !part.starts_with('-') &&
         std::ranges::all_of(part, allowed);
}

}  // namespace

std::string schedule_problem(const std::string& schedule) {
  std::string rest = schedule;
  if (schedule.starts_with("TZ=") || schedule.starts_with("CRON_TZ=")) {
    const size_t equals = schedule.find('='), blank = schedule.find(' ');
    if (blank == schedule.npos) return "invalid schedule format: runtime error: slice bounds out of range [:-1]";
    const std::string zone = schedule.substr(equals + 1, blank - equals - 1);
    if (const std::string problem = time_zone_problem(zone); !zone.empty() && !problem.empty())
      return "provided bad location " + zone + ": " + problem;
    rest = joined(split(schedule.substr(blank), " \t\n\v\f\r", false));
  }
  if (rest.starts_with('@')) return descriptor_problem(rest);
  const std::vector<std::string> fields = split(rest, " \t\n\v\f\r", false);
  if (fields.size() == kFields.size()) return fields_problem(fields);
  return "expected exactly 5 fields, found " + std::to_string(fields.size()) + ": [" + joined(fields) + "]";
}

std::string time_zone_problem(const std::string& name) {
  std::error_code failed;
  const bool could_be = std::ranges::all_of(split(name, "/", true), is_zone_part);
  if (could_be && (name == "UTC" || !std::filesystem::is_directory(kZones, failed))) return {};
  if (could_be && std::filesystem::is_regular_file(std::filesystem::path(kZones) / name, failed)) return {};
  return "unknown time zone " + name;
}

}  // namespace graylane::apiserver
