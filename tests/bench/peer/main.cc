// bench_peer serve: both backends and the clients of a bench, told what to do by lines on standard input; each is answered with
// one line of JSON. bench_peer forward PORT: the raw forwarder. Both print the ports they listen on first, and end when
// standard input does.
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <deque>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <sstream>

#include <fmt/format.h>

#include "forwarder.h"
#include "load.h"

namespace graylane::bench {

namespace {

/// Lines of standard input.
class Lines final : public net::Handler {
 public:
  std::optional<std::string> next(net::EventLoop& loop) {
    while (lines_.empty() && !ended_) loop.turn(std::chrono::seconds(1));
    if (lines_.empty()) return {};
    std::string line = std::move(lines_.front());
    lines_.pop_front();
    return line;
  }

  bool empty() const { return lines_.empty() && !ended_; }

 private:
  void on_events(uint32_t) override {
    char buffer[4096];
    const ssize_t got = read(STDIN_FILENO, buffer, sizeof buffer);
    if (got <= 0) {
      ended_ = true;
      return;
    }
    partial_.append(buffer, static_cast<size_t>(got));
    for (size_t end = partial_.find('\n'); end != std::string::npos; end = partial_.find('\n')) {
      lines_.push_back(partial_.substr(0, end));
      partial_.erase(0, end + 1);
    }
  }

  std::deque<std::string> lines_;
  std::string partial_;
  bool ended_ = false;
};

/// "run port=8080 window_ms=600": words with a value each, after the command.
class Command {
 public:
  explicit Command(const std::string& line) {
    std::istringstream words(line);
    words >> name;
    for (std::string word; words >> word;) {
      const size_t equals = word.find('=');
      if (equals != std::string::npos) values_[word.substr(0, equals)] = word.substr(equals + 1);
    }
  }

  std::string text(const std::string& key) const {
    const auto found = values_.find(key);
    return found == values_.end() ? std::string() : found->second;
  }
  size_t number(const std::string& key, size_t otherwise) const {
    const std::string value = text(key);
    size_t number = otherwise;
    std::from_chars(value.data(), value.data() + value.size(), number);
    return number;
  }
  std::vector<int> numbers(const std::string& key) const {
    std::vector<int> found;
    std::istringstream list(text(key));
    for (std::string each; std::getline(list, each, ',');) found.push_back(std::stoi(each));
    return found;
  }

  std::string name;

 private:
  std::map<std::string, std::string> values_;
};

/// The requests of a file, each ended by a zero byte.
std::vector<std::string> requests_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<std::string> requests;
  for (std::string request; std::getline(file, request, '\0');) requests.push_back(request);
  return requests;
}

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

LoadPlan plan_of(const Command& command) {
  LoadPlan plan;
  plan.port = static_cast<uint16_t>(command.number("port", 0));
  plan.clients = command.number("clients", plan.clients);
  plan.warm_up = std::chrono::milliseconds(command.number("warm_up_ms", 250));
  plan.window = std::chrono::milliseconds(command.number("window_ms", 600));
  plan.answer_bytes = command.number("answer_bytes", kSmallBytes);
  plan.closes = command.number("closes", 0) != 0;
  plan.requests = requests_of(command.text("requests"));
  plan.pids = command.numbers("pids");
  return plan;
}

std::string json(const LoadResult& result) {
  return fmt::format(
      R"({{"requests": {}, "failed": {}, "wrong": {}, "seconds": {:.6f}, "cpu_ns": {}, "stable": {}, "canary": {}, )"
      R"("p50_us": {:.1f}, "p99_us": {:.1f}, "max_us": {:.1f}, "backend_head": {}, "first_failure": {}}})",
      result.requests, result.failed, result.wrong, result.seconds, result.cpu_ns, result.stable, result.canary, result.p50_us,
      result.p99_us, result.max_us, json_text(result.backend_head), json_text(result.first_failure));
}

int die(const Error& error) {
  fmt::print(stderr, "bench_peer: {}\n", error.what);
  return 1;
}

void say(const std::string& line) {
  fmt::print("{}\n", line);
  std::fflush(stdout);
}

class Server {
 public:
  Server(net::EventLoop& loop, Lines& lines, Upstream& stable, Upstream& canary)
      : loop_(loop), lines_(lines), stable_(stable), canary_(canary) {}

  std::string answer(const Command& command) {
    if (command.name == "run") return run(command);
    if (command.name == "end") return "{}";  // a line of any kind ends the window of a run
    if (command.name == "hold") return hold(command);
    if (command.name == "release") {
      held_.reset();
      return "{}";
    }
    return R"({"error": "unknown command"})";
  }

 private:
  std::string run(const Command& command) {
    LoadPlan plan = plan_of(command);
    plan.ended = [this] { return !lines_.empty(); };
    if (plan.requests.empty()) return R"({"error": "no requests"})";
    return json(run_load(loop_, plan, stable_, canary_));
  }

  /// More idle connections to the port of the first hold.
  std::string hold(const Command& command) {
    if (!held_) {
      const std::vector<std::string> requests = requests_of(command.text("requests"));
      if (requests.empty()) return R"({"error": "no requests"})";
      held_.emplace(loop_, static_cast<uint16_t>(command.number("port", 0)), requests.front());
    }
    return fmt::format(R"({{"failed": {}}})", held_->open(command.number("count", 0)));
  }

  net::EventLoop& loop_;
  Lines& lines_;
  Upstream& stable_;
  Upstream& canary_;
  std::optional<Held> held_;
};

int serve(net::EventLoop& loop, Lines& lines) {
  const auto stable = Upstream::start(loop, "stable");
  if (!stable) return die(stable.error());
  const auto canary = Upstream::start(loop, "canary");
  if (!canary) return die(canary.error());
  say(fmt::format(R"({{"stable": {}, "canary": {}}})", (*stable)->port(), (*canary)->port()));
  Server server(loop, lines, **stable, **canary);
  while (const auto line = lines.next(loop)) say(server.answer(Command(*line)));
  return 0;
}

int forward(net::EventLoop& loop, Lines& lines, uint16_t target_port) {
  const auto forwarder = Forwarder::start(loop, target_port);
  if (!forwarder) return die(forwarder.error());
  say(fmt::format(R"({{"port": {}}})", (*forwarder)->port()));
  while (lines.next(loop)) {}
  return 0;
}

int run(const std::vector<std::string>& arguments) {
  auto loop = net::EventLoop::create();
  if (!loop) return die(loop.error());
  Lines lines;
  if (auto added = (*loop)->add_level(STDIN_FILENO, lines); !added) return die(added.error());
  if (arguments.size() == 1 && arguments[0] == "serve") return serve(**loop, lines);
  if (arguments.size() == 2 && arguments[0] == "forward") {
    return forward(**loop, lines, static_cast<uint16_t>(std::stoi(arguments[1])));
  }
  fmt::print(stderr, "usage: bench_peer serve | forward PORT\n");
  return 2;
}

}  // namespace

}  // namespace graylane::bench

int main(int argc, char** argv) { return graylane::bench::run({argv + 1, argv + argc}); }
