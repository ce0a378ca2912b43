#include "cli/load.h"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <optional>
#include <system_error>

#include "http/h1_body.h"
#include "http/h1_head.h"
#include "net/socket.h"

namespace graylane::cli {

namespace {

constexpr int kWaitMs = 5'000;  // for connecting and for every piece of an answer

bool wait_for(int fd, short events) {
  pollfd polled{fd, events, 0};
  return ::poll(&polled, 1, kWaitMs) == 1;
}

/// One keep-alive connection. Errors are texts for people.
class Connection {
 public:
  explicit Connection(const net::SocketAddress& to) : to_(to) {}

  /// The answer's body, or nothing; then why() says why.
  std::optional<std::string> ask(const std::string& request) {
    if (!fd_ && !connect()) return std::nullopt;
    if (::send(fd_.get(), request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
      return failed("the request could not be sent");
    std::string bytes;
    http::HeadEnd end;
    while (end.look(bytes) == http::HeadEnd::State::kMore) {
      if (!receive(bytes)) return failed("the connection was closed before an answer");
    }
    http::ResponseHead head;
    const std::string text = bytes.substr(0, end.size());
    if (http::parse_response_head(text, "GET", {}, head)) return failed("the answer is no HTTP");
    auto body = read_body(head, bytes.substr(end.size()));
    if (!head.keep_alive) fd_.reset();
    if (body && head.status != 200) return failed("status " + std::to_string(head.status), false);
    return body;
  }
  const std::string& why() const { return why_; }

 private:
  bool connect() {
    auto fd = net::connect(to_);
    const bool connected = fd && wait_for(fd->get(), POLLOUT) && net::socket_error(fd->get()) == 0;
    if (connected) fd_ = std::move(*fd);
    else why_ = "no connection to " + to_.to_string();
    return connected;
  }

  bool receive(std::string& bytes) {
    std::array<char, 16 * 1024> buffer;
    if (!wait_for(fd_.get(), POLLIN)) return false;
    const ssize_t size = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
    if (size > 0) bytes.append(buffer.data(), static_cast<size_t>(size));
    return size > 0;
  }

  std::optional<std::string> read_body(const http::ResponseHead& head, std::string bytes) {
    http::BodyReader reader;
    reader.start(head.framing, head.content_length);
    std::string body;
    while (reader.state() == http::BodyReader::State::kMore) {
      const auto piece = reader.next(bytes);
      body += piece.data;
      bytes.erase(0, piece.consumed);
      if (reader.state() != http::BodyReader::State::kMore || !piece.data.empty()) continue;
      if (!receive(bytes)) reader.end_of_input();
    }
    if (reader.state() == http::BodyReader::State::kBad) return failed("the answer ended early");
    return body;
  }

  std::nullopt_t failed(std::string why, bool closes = true) {
    why_ = std::move(why);
    if (closes) fd_.reset();
    return std::nullopt;
  }

  const net::SocketAddress to_;
  net::Fd fd_;
  std::string why_;
};

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

Load::Load(LoadOptions options) : options_(std::move(options)) {
  for (unsigned i = 0; i < options_.connections; ++i) threads_.emplace_back([this] { run(); });
}

Load::~Load() { stopped_ = true; }

void Load::run() {
  const std::string begin = "GET / HTTP/1.1\r\nHost: " + options_.host + "\r\n";
  const std::string plain = begin + "\r\n";
  const std::string marked = begin + options_.marked_header + "\r\n\r\n";
  Connection connection(options_.to);
  for (unsigned i = 1; !stopped_; ++i) {
    const bool is_marked = i % options_.marked_every == 0;
    const auto answer = connection.ask(is_marked ? marked : plain);
    if (answer) count(is_marked, first_line(*answer));
    else fail(connection.why());
    ++finished_;
    std::this_thread::sleep_for(options_.pause);
  }
}

void Load::count(bool marked, const std::string& answer) {
  const std::lock_guard lock(mutex_);
  ++(marked ? counts_.marked : counts_.plain)[answer];
}

void Load::fail(std::string why) {
  const std::lock_guard lock(mutex_);
  ++counts_.failed;
  counts_.last_error = std::move(why);
}

LoadCounts Load::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(counts_, {});
}

}  // namespace graylane::cli
