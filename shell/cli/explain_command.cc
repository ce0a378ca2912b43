#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <system_error>

#include "cli/answer.h"
#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/excluded.h"
#include "cli/exit_code.h"
#include "cli/hints.h"
#include "cli/line_reader.h"
#include "cli/manifests.h"
#include "route/explain.h"

namespace graylane::cli {

namespace {

constexpr uint32_t kRequestLinesMax = 10'000'000;

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r") == line.npos; }

std::string_view trim(std::string_view line) {
  const size_t begin = line.find_first_not_of(" \t\r");
  return line.substr(begin, line.find_last_not_of(" \t\r") - begin + 1);
}

class Answerer {
 public:
  Answerer(const Manifests& manifests, bool json, Io& io)
      : manifests_(manifests), table_(*manifests.table), json_(json), io_(io) {}

  /// `echo` is the request as it was given, in JSON; empty: as it was understood.
  void answer(const RequestLine& request, std::string_view echo) {
    const route::Explanation explanation = explain(table_, request.view(fields_), scratch_);
    if (json_) return io_.out.line(answer_json(echo.empty() ? request.to_json() : echo, explanation));
    if (answered_++ > 0) io_.out.line("");
    if (!echo.empty())
      io_.out.line(
          printable(fmt::format("# {} {}://{}{}", request.method, request.tls ? "https" : "http", request.host, request.path)));
    if (!excluded_) excluded_ = excluded_ingresses(manifests_);
    const std::vector<std::string> hints = hints_for(request, explanation, table_, *excluded_);
    io_.out.write(answer_text(request, explanation, hints, {io_.out_colour, io_.out_width}));
  }

 private:
  const Manifests& manifests_;
  const route::Table& table_;
  bool json_;
  Io& io_;
  size_t answered_ = 0;
  std::optional<std::vector<Excluded>> excluded_;  // when first needed
  route::Scratch scratch_;
  std::vector<route::HeaderField> fields_;
};

/// As RFC 9110 has it for methods.
bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return std::ranges::all_of(
      text, [&](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || kMarks.find(c) != kMarks.npos; });
}

Result<RequestLine> request_of(const ExplainFlags& flags) {
  auto request = parse_url(flags.url);
  if (!request) return request;
  if (!flags.method.empty()) request->method = flags.method;
  if (!is_token(request->method))
    return fail(ErrorCode::kInvalid, fmt::format("-X \"{}\" is no method", flags.method), {}, "write one such as POST");
  for (const std::string& header : flags.headers) {
    if (auto added = add_header(*request, header); !added) return std::unexpected(std::move(added.error()));
  }
  if (!flags.cookies.empty()) {  // as curl: one header
    if (auto added = add_header(*request, fmt::format("Cookie: {}", fmt::join(flags.cookies, "; "))); !added) {
      return std::unexpected(std::move(added.error()));
    }
  }
  if (!flags.client_ip.empty()) request->client_ip = flags.client_ip;
  if (!route::parse_address(request->client_ip)) {
    return fail(ErrorCode::kInvalid, fmt::format("--client-ip \"{}\" is no IP address", request->client_ip), {},
                "write one such as 192.0.2.7");
  }
  return request;
}

/// The lines of a file. A bad one is told and keeps its place in the output; false when there was one.
class LineRun {
 public:
  LineRun(int fd, const std::string& name, Answerer& answerer, bool json, Io& io)
      : file_(std::make_shared<const std::string>(name)),
        reader_(fd, file_, kRequestLineBytesMax),
        answerer_(answerer),
        json_(json),
        io_(io) {}

  bool run() {
    for (uint32_t number = 1; !io_.out.closed(); ++number) {
      const auto line = reader_.next();
      if (!line) return refuse(line.error()), false;
      if (!*line) return good_;
      if (number > kRequestLinesMax) {
        return refuse({ErrorCode::kLimit, "more than 10,000,000 lines", {file_, {number, 1}}, "split the file"}), false;
      }
      one(**line, number);
    }
    return good_;
  }

 private:
  void one(const LineReader::Line& line, uint32_t number) {
    if (line.too_long)
      return refuse({ErrorCode::kLimit, "the line is longer than 1 MiB", {file_, {number, 1}}, "shorten the request"});
    if (is_blank(line.text)) return;
    const auto request = parse_request_line(line.text, file_, number);
    if (!request) return refuse(request.error());
    answerer_.answer(*request, trim(line.text));
  }

  void refuse(const Error& error) {
    good_ = false;
    if (json_) io_.out.line(error_json(error));
    tell(io_, error);
  }

  FileName file_;
  LineReader reader_;
  Answerer& answerer_;
  bool json_;
  Io& io_;
  bool good_ = true;
};

int explain_lines(const ExplainFlags& flags, Answerer& answerer, Io& io) {
  const bool json = flags.output == "json";
  if (flags.requests == "-" || io.running != nullptr) {
    const std::string name = flags.requests == "-" ? "<stdin>" : flags.requests;
    return LineRun(io.in_fd, name, answerer, json, io).run() ? kOk : kFailed;
  }
  const int fd = ::open(flags.requests.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    tell(io, {ErrorCode::kUnavailable,
              "cannot be read: " + std::generic_category().message(errno),
              {std::make_shared<const std::string>(flags.requests), {}},
              "name a file of requests, or - for standard input"});
    return kFailed;
  }
  const bool good = LineRun(fd, flags.requests, answerer, json, io).run();
  ::close(fd);
  return good ? kOk : kFailed;
}

}  // namespace

Result<void> check_words(const ExplainFlags& flags) {
  const auto wrong = [](std::string what, std::string fix) {
    return fail(ErrorCode::kInvalid, std::move(what), {}, std::move(fix));
  };
  const bool one = !flags.url.empty();
  if (one == !flags.requests.empty()) {
    return one ? wrong("explain takes a URL or --requests, not both", "leave one of them away")
               : wrong("explain needs a request", "name a URL such as http://app.example/, or a file with --requests FILE");
  }
  const bool edits = !flags.method.empty() || !flags.headers.empty() || !flags.cookies.empty() || !flags.client_ip.empty();
  if (!one && edits) return wrong("-X, -H, -b and --client-ip belong to a URL", "write them into the lines of --requests");
  return {};
}

int explain(const ExplainFlags& flags, Io& io) {
  int exit_code = kOk;
  if (const auto checked = check_words(flags); !checked) return tell(io, checked.error()), kUsage;
  const auto request = flags.url.empty() ? Result<RequestLine>() : request_of(flags);
  if (!request) return tell(io, request.error()), kUsage;
  const auto manifests = open_manifests("explain", flags.read, io, exit_code);
  if (!manifests) return exit_code;
  tell_errors(manifests->diagnostics(), flags.read.path, io);
  if (manifests->offline.objects().empty() && has_errors(manifests->offline.reading())) return kFailed;
  Answerer answerer(*manifests, flags.output == "json", io);
  if (flags.url.empty()) return explain_lines(flags, answerer, io);
  answerer.answer(*request, {});
  return kOk;
}

}  // namespace graylane::cli
