#include "local/sample_server.h"

#include <signal.h>
#include <sys/signalfd.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "local/sample_connection.h"
#include "net/socket.h"

namespace graylane::local {

namespace {

/// After lingering, for answers that are under way.
constexpr std::chrono::milliseconds kFinishMax{10'000};

class SampleServer {
 public:
  SampleServer(net::EventLoop& loop, const SampleServerOptions& options) : loop_(loop), options_(options) {}

  Result<void> begin() {
    auto address = net::SocketAddress::from_ip(options_.ip, options_.port);
    if (!address) return std::unexpected(std::move(address.error()));
    auto listener = net::listen(*address);
    if (!listener) return std::unexpected(std::move(listener.error()));
    listener_ = std::move(*listener);
    sigset_t watched;
    ::sigemptyset(&watched);
    ::sigaddset(&watched, SIGTERM);
    ::sigaddset(&watched, SIGINT);
    ::sigprocmask(SIG_BLOCK, &watched, nullptr);
    signals_.reset(::signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK));
    if (auto added = loop_.add_level(signals_.get(), on_signal_); !added) return added;
    auto added = loop_.add_level(listener_.get(), on_client_);
    std::printf("listening on %s, answering \"%s\"\n", address->to_string().c_str(), options_.text.c_str());
    std::fflush(stdout);
    return added;
  }

 private:
  /// Calls a member when its descriptor is readable.
  class Readable final : public net::Handler {
   public:
    Readable(SampleServer& server, void (SampleServer::*call)()) : server_(server), call_(call) {}
    void on_events(uint32_t) override { (server_.*call_)(); }

   private:
    SampleServer& server_;
    void (SampleServer::*call_)();
  };

  void accept() {
    for (;;) {
      net::SocketAddress peer;
      net::Fd socket = net::accept(listener_.get(), peer);
      if (!socket) return;
      if (connections_.size() >= options_.connections_max) continue;  // closed at once
      const uint64_t id = ++ids_;
      auto connection = std::make_unique<SampleConnection>(loop_, options_, std::move(socket), [this, id] { forget(id); });
      if (stopping_) connection->begin_stop();
      if (!connection->begin()) continue;
      connections_.emplace(id, std::move(connection));
    }
  }

  void forget(uint64_t id) {
    loop_.at_end_of_turn([this, id] {
      connections_.erase(id);
      if (!listener_ && connections_.empty()) loop_.stop();
    });
  }

  void read_signal() {
    signalfd_siginfo info{};
    if (::read(signals_.get(), &info, sizeof info) != sizeof info) return;
    if (std::exchange(stopping_, true)) return loop_.stop();
    for (auto& [id, connection] : connections_) connection->begin_stop();
    loop_.arm(linger_, options_.linger);
  }

  void end_linger() {
    loop_.remove(listener_.get(), on_client_);
    listener_.reset();
    for (auto& [id, connection] : connections_) connection->close_if_idle();
    if (connections_.empty()) return loop_.stop();
    loop_.arm(finish_, kFinishMax);
  }

  net::EventLoop& loop_;
  const SampleServerOptions& options_;
  net::Fd listener_;
  net::Fd signals_;
  Readable on_client_{*this, &SampleServer::accept};
  Readable on_signal_{*this, &SampleServer::read_signal};
  net::CallbackTimer linger_{[this] { end_linger(); }};
  net::CallbackTimer finish_{[this] { loop_.stop(); }};
  std::unordered_map<uint64_t, std::unique_ptr<SampleConnection>> connections_;
  uint64_t ids_ = 0;
  bool stopping_ = false;
};

const char* variable(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value && *value ? value : otherwise;
}

}  // namespace

int run_sample_server(const SampleServerOptions& options) {
  auto loop = net::EventLoop::create();
  if (!loop) {
    std::fprintf(stderr, "sample-server: %s\n", loop.error().to_string().c_str());
    return 1;
  }
  SampleServer server(**loop, options);
  if (auto begun = server.begin(); !begun) {
    std::fprintf(stderr, "sample-server: %s\n", begun.error().to_string().c_str());
    return 1;
  }
  (*loop)->run();
  return 0;
}

int run_sample_server(int argc, char** argv) {
  SampleServerOptions options;
  const std::string_view port = variable("PORT", "8080");
  const auto [rest, error] = std::from_chars(port.data(), port.data() + port.size(), options.port);
  if (argc != 3 || error != std::errc() || rest != port.data() + port.size() || options.port == 0) {
    std::fprintf(stderr, "usage: [POD_IP=ADDRESS] [PORT=NUMBER] sample-server TEXT\n");
    return 2;
  }
  options.text = argv[2];
  options.ip = variable("POD_IP", "127.0.0.1");
  options.name = variable("POD_NAME", "");
  return run_sample_server(options);
}

}  // namespace graylane::local
