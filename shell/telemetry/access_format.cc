#include "telemetry/access_format.h"

#include <fmt/format.h>

#include <array>
#include <ctime>
#include <iterator>

#include "telemetry/utf8.h"

namespace graylane::telemetry {

namespace {

constexpr std::string_view kNothing = "-";

void append_or_nothing(std::string& line, std::string_view text) { append_escaped(line, text.empty() ? kNothing : text); }

/// Seconds with the milliseconds, cut, not rounded, as nginx writes times.
void append_seconds(std::string& line, uint64_t nanoseconds) {
  fmt::format_to(std::back_inserter(line), "{}.{:03}", nanoseconds / 1'000'000'000, nanoseconds / 1'000'000 % 1000);
}

/// What `write` appends for each try, separated by commas; nothing was tried: "-".
template <class Write>
void append_tries(std::string& line, const AccessEntry& entry, Write write) {
  if (entry.tries.empty()) line += kNothing;
  for (size_t i = 0; i < entry.tries.size(); ++i) {
    if (i != 0) line += ", ";
    write(entry.tries[i]);
  }
  line += ' ';
}

void append_upstream(const AccessEntry& entry, std::string& line) {
  append_tries(line, entry, [&](const UpstreamTry& attempt) { append_or_nothing(line, attempt.address); });
  append_tries(line, entry, [&](const UpstreamTry& attempt) { line += std::to_string(attempt.response_bytes); });
  append_tries(line, entry, [&](const UpstreamTry& attempt) {
    if (attempt.response_duration == kNoTime) line += kNothing;
    else append_seconds(line, attempt.response_duration);
  });
  append_tries(line, entry, [&](const UpstreamTry& attempt) {
    line += attempt.status == 0 ? std::string(kNothing) : std::to_string(attempt.status);
  });
}

std::string utc_time(uint64_t unix_milliseconds) {
  const auto seconds = static_cast<std::time_t>(unix_milliseconds / 1000);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 32> text;
  const size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  return fmt::format("{}.{:03}Z", std::string_view(text.data(), size), unix_milliseconds % 1000);
}

/// The members of one JSON object; texts that are empty are left out.
class JsonObject {
 public:
  explicit JsonObject(std::string& out) : out_(out) { out_ += '{'; }
  void text(std::string_view name, std::string_view value) {
    if (value.empty()) return;
    member(name);
    append_json_string(out_, value);
  }
  void number(std::string_view name, uint64_t value) {
    member(name);
    out_ += std::to_string(value);
  }
  void seconds(std::string_view name, uint64_t nanoseconds) {
    if (nanoseconds == kNoTime) return;
    member(name);
    fmt::format_to(std::back_inserter(out_), "{}.{:06}", nanoseconds / 1'000'000'000, nanoseconds / 1000 % 1'000'000);
  }
  void member(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    append_json_string(out_, name);
    out_ += ':';
  }
  void end() { out_ += '}'; }

 private:
  std::string& out_;
  bool first_ = true;
};

void append_json_tries(const AccessEntry& entry, std::string& out) {
  out += '[';
  for (const UpstreamTry& attempt : entry.tries) {
    if (out.back() == '}') out += ',';
    JsonObject object(out);
    object.text("address", attempt.address);
    if (attempt.status != 0) object.number("status", attempt.status);
    object.number("bytes", attempt.response_bytes);
    object.seconds("seconds", attempt.response_duration);
    object.end();
  }
  out += ']';
}

}  // namespace

void append_escaped(std::string& line, std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte > 0x7e || c == '"' || c == '\\') fmt::format_to(std::back_inserter(line), "\\x{:02X}", byte);
    else line += c;
  }
}

void append_json_string(std::string& line, std::string_view text) {
  line += '"';
  while (!text.empty()) {
    const auto byte = static_cast<unsigned char>(text[0]);
    const size_t size = utf8_size(text);
    if (size == 0) fmt::format_to(std::back_inserter(line), "\\\\x{:02X}", byte);
    else if (byte < 0x20 || byte == 0x7f) fmt::format_to(std::back_inserter(line), "\\u{:04x}", byte);
    else {
      if (byte == '"' || byte == '\\') line += '\\';
      line += text.substr(0, size);
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
  line += '"';
}

void AccessFormatter::update_local_time(uint64_t unix_seconds) {
  if (second_ == unix_seconds) return;
  second_ = unix_seconds;
  const auto seconds = static_cast<std::time_t>(unix_seconds);
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  std::array<char, 64> text;
  local_time_.assign(text.data(), std::strftime(text.data(), text.size(), "%d/%b/%Y:%H:%M:%S %z", &parts));
}

void AccessFormatter::append(const AccessEntry& entry, std::string& out) {
  if (format_ == LogFormat::kJson) append_json(entry, out);
  else append_ingress_nginx(entry, out);
  out += '\n';
}

void AccessFormatter::append_ingress_nginx(const AccessEntry& entry, std::string& out) {
  update_local_time(entry.unix_milliseconds / 1000);
  append_or_nothing(out, entry.client);
  out += " - ";
  append_or_nothing(out, entry.user);
  out.append(" [").append(local_time_).append("] \"");
  append_escaped(out, entry.method);
  out += ' ';
  append_escaped(out, entry.target);
  out += ' ';
  append_escaped(out, entry.protocol);
  fmt::format_to(std::back_inserter(out), "\" {} {} \"", entry.status, entry.body_bytes_sent);
  append_or_nothing(out, entry.referer);
  out += "\" \"";
  append_or_nothing(out, entry.user_agent);
  fmt::format_to(std::back_inserter(out), "\" {} ", entry.request_bytes);
  append_seconds(out, entry.request_duration);
  out += " [";
  append_or_nothing(out, entry.upstream);
  out += "] [";
  append_escaped(out, entry.alternative);
  out += "] ";
  append_upstream(entry, out);
  append_or_nothing(out, entry.request_id);
}

void AccessFormatter::append_json(const AccessEntry& entry, std::string& out) const {
  JsonObject object(out);
  object.text("time", utc_time(entry.unix_milliseconds));
  object.text("client", entry.client);
  object.text("user", entry.user);
  object.text("method", entry.method);
  object.text("host", entry.host);
  object.text("target", entry.target);
  object.text("protocol", entry.protocol);
  object.number("status", entry.status);
  object.number("body_bytes_sent", entry.body_bytes_sent);
  object.number("request_bytes", entry.request_bytes);
  object.seconds("seconds", entry.request_duration);
  object.text("referer", entry.referer);
  object.text("user_agent", entry.user_agent);
  object.text("namespace", entry.ns);
  object.text("ingress", entry.ingress);
  object.text("upstream", entry.upstream);
  object.text("canary", entry.alternative);
  object.member("tries");
  append_json_tries(entry, out);
  object.text("request_id", entry.request_id);
  object.text("refused", entry.refused);
  object.end();
}

}  // namespace graylane::telemetry
