#include "local/probe_run.h"

#include <sys/socket.h>

#include <array>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

#include "net/socket.h"

namespace graylane::local {

namespace {

constexpr size_t kAnswerBytesMax = 4096;  // a status line stands in the first bytes
constexpr const char* kNoAnswer = "context deadline exceeded (Client.Timeout exceeded while awaiting headers)";

class NetworkRun final : public ProbeRun, public net::Handler {
 public:
  NetworkRun(net::EventLoop& loop, const ProbeSpec& spec, const net::SocketAddress& address, std::function<void()> on_done)
      : loop_(loop),
        url_(url_of(spec, address)),
        dial_("dial tcp " + address.to_string() + ": "),
        timeout_([this] { fail_with(connected_ ? kNoAnswer : "i/o timeout"); }) {
    on_done_ = std::move(on_done);
    if (spec.type == ProbeSpec::Type::kHttp) request_ = request_of(spec, address);
    begin(spec, address);
  }
  ~NetworkRun() override { close(); }

 private:
  void begin(const ProbeSpec& spec, const net::SocketAddress& address) {
    auto socket = net::connect(address);
    if (!socket) return fail_with(socket.error().what);
    socket_ = std::move(*socket);
    if (auto added = loop_.add(socket_.get(), *this); !added) return fail_with(added.error().what);
    loop_.arm(timeout_, spec.timeout);
  }

  /// As a kubelet words it.
  static std::string url_of(const ProbeSpec& spec, const net::SocketAddress& address) {
    return spec.type == ProbeSpec::Type::kHttp ? "Get \"http://" + address.to_string() + spec.path + "\": " : "";
  }

  void fail_with(const std::string& why) { end({false, url_ + (connected_ ? "" : dial_) + why}); }
  void fail_with(int error) {
    std::string why = std::strerror(error);
    why.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(why.front())));
    fail_with((connected_ ? "" : "connect: ") + why);
  }

  static std::string request_of(const ProbeSpec& spec, const net::SocketAddress& address) {
    std::string host = address.to_string(), fields;
    for (const auto& [name, value] : spec.headers) {
      if (name == "Host" || name == "host") host = value;
      else fields += name + ": " + value + "\r\n";
    }
    return "GET " + spec.path + " HTTP/1.1\r\nHost: " + host +
           "\r\nUser-Agent: graylane-probe\r\nAccept: */*\r\nConnection: close\r\n" + fields + "\r\n";
  }

  void on_events(uint32_t events) override {
    if (!connected_) {
      if ((events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) == 0) return;
      const int error = net::socket_error(socket_.get());
      if (error != 0) return fail_with(error);
      connected_ = true;
      if (request_.empty()) return end({true, {}});
    }
    send();
    if (socket_) receive();
  }

  void send() {
    while (sent_ < request_.size()) {
      const ssize_t size = ::send(socket_.get(), request_.data() + sent_, request_.size() - sent_, MSG_NOSIGNAL);
      if (size < 0 && errno == EINTR) continue;
      if (size < 0 && errno != EAGAIN) return fail_with(errno);
      if (size < 0) return;
      sent_ += static_cast<size_t>(size);
    }
  }

  void receive() {
    std::array<char, 1024> buffer;
    for (;;) {
      const ssize_t size = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
      if (size < 0 && errno == EINTR) continue;
      if (size < 0 && errno == EAGAIN) return;
      if (size < 0) return fail_with(errno);
      answer_.append(buffer.data(), static_cast<size_t>(size));
      if (answer_.find('\n') != answer_.npos || answer_.size() > kAnswerBytesMax || size == 0) return judge();
    }
  }

  void judge() {
    int status = 0;
    const size_t space = answer_.find(' ');
    if (answer_.starts_with("HTTP/1.") && space != answer_.npos)
      std::from_chars(answer_.data() + space + 1, answer_.data() + answer_.size(), status);
    if (status == 0) return fail_with("malformed HTTP response");
    end({status >= 200 && status < 400, "HTTP probe failed with statuscode: " + std::to_string(status)});
  }

  void end(ProbeResult result) {
    close();
    finish(std::move(result));
  }

  void close() {
    timeout_.cancel();
    if (socket_) loop_.remove(socket_.get(), *this);
    socket_.reset();
  }

  net::EventLoop& loop_;
  const std::string url_;  // empty: only a connection is asked for
  const std::string dial_;
  net::CallbackTimer timeout_;
  net::Fd socket_;
  std::string request_;
  std::string answer_;
  size_t sent_ = 0;
  bool connected_ = false;
};

class ProgramRun final : public ProbeRun {
 public:
  ProgramRun(net::EventLoop& loop, const ProbeSpec& spec, const ChildSpec& child, std::function<void()> on_done)
      : timeout_([this] { give_up(); }) {
    on_done_ = std::move(on_done);
    begin(loop, spec, child);
  }

 private:
  void begin(net::EventLoop& loop, const ProbeSpec& spec, const ChildSpec& child) {
    auto started = ChildProcess::start(loop, child, [this] { look(); });
    if (!started) return finish({false, "exec: " + started.error().what});
    child_ = std::move(*started);
    loop.arm(timeout_, spec.timeout);
  }

  void look() {
    if (child_->alive() || result()) return;
    timeout_.cancel();
    if (child_->state() == ChildProcess::State::kFailed) return finish({false, "exec: " + child_->failure()});
    finish({child_->exit_code() == 0, "exec: exit code " + std::to_string(child_->exit_code())});
  }

  void give_up() {
    child_->kill();
    finish({false, "exec: no end within the timeout"});
  }

  net::CallbackTimer timeout_;
  std::unique_ptr<ChildProcess> child_;
};

}  // namespace

void ProbeRun::finish(ProbeResult result) {
  if (result_) return;
  result_ = std::move(result);
  on_done_();
}

std::unique_ptr<ProbeRun> ask_network(net::EventLoop& loop, const ProbeSpec& spec, const net::SocketAddress& address,
                                      std::function<void()> on_done) {
  return std::make_unique<NetworkRun>(loop, spec, address, std::move(on_done));
}

std::unique_ptr<ProbeRun> ask_program(net::EventLoop& loop, const ProbeSpec& spec, const ChildSpec& child,
                                      std::function<void()> on_done) {
  return std::make_unique<ProgramRun>(loop, spec, child, std::move(on_done));
}

}  // namespace graylane::local
