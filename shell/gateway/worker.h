// Worker: one thread of the gateway, and everything that it alone touches: its loop, listener, connections, upstream pool,
// routes and draws. Other threads only hand it tables and tell it to end.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "gateway/backends.h"
#include "gateway/client_connection.h"
#include "gateway/client_stream.h"
#include "gateway/gateway.h"
#include "gateway/list.h"
#include "gateway/pipe.h"
#include "gateway/router.h"
#include "gateway/turn.h"
#include "gateway/upstream_pool.h"
#include "gateway/writer.h"
#include "net/event_loop.h"
#include "telemetry/access_ring.h"
#include "telemetry/recorder.h"

namespace graylane::gateway {

struct WorkerOptions {
  GatewayLimits limits;
  uint16_t public_port = 0;
  std::chrono::milliseconds drain_timeout{};
  std::chrono::microseconds spin{};
  uint64_t seed = 0;
  telemetry::Recorder* recorder = nullptr;
  telemetry::AccessRing* access_ring = nullptr;  // nullptr: no log
  std::function<void()> on_acknowledged;         // in the worker's thread
};

class Worker {
 public:
  static Result<std::unique_ptr<Worker>> create(WorkerOptions options, net::Fd listener);
  ~Worker();

  void run();  // the thread

  // ---- any thread ----
  void publish(route::TablePtr table, uint64_t sequence);
  uint64_t acknowledged() const { return acknowledged_.load(std::memory_order_acquire); }
  void drain();
  void stop() { loop_->stop(); }

  // ---- its connections and exchanges ----
  net::EventLoop& loop() { return *loop_; }
  Writer& writer() { return writer_; }
  PipePool& pipes() { return pipes_; }
  Router& router() { return router_; }
  Backends& backends() { return backends_; }
  UpstreamPool& pool() { return pool_; }
  const GatewayLimits& limits() const { return options_.limits; }
  uint16_t public_port() const { return options_.public_port; }
  telemetry::Recorder& recorder() { return *options_.recorder; }
  telemetry::WorkerCounters& counters() { return options_.recorder->counters(); }
  telemetry::AccessRing* access_ring() const { return options_.access_ring; }
  bool draining() const { return draining_; }

  std::span<char> read_buffer() { return {read_buffer_.get(), options_.limits.read_buffer_bytes}; }
  http::ResponseHead& response_head() { return response_head_; }
  std::vector<HeaderField>& answer_fields() { return answer_fields_; }
  std::string& page() { return page_; }
  std::string_view date() { return clock_.date(); }
  uint64_t unix_milliseconds() { return clock_.unix_milliseconds(); }

  /// To be called when anything happens: sees to it that the turn has an end.
  void begin_event();
  void settle(Connection& connection) { settling_.push_back(&connection); }
  void settle_next_turn(Connection& connection);
  ClientStream* take_stream();
  void retire(ClientStream& stream) { retired_.push_back(&stream); }
  void closed(ClientConnection& connection);
  /// Ends its life at the end of the turn.
  void bury(Connection* connection) { buried_.emplace_back(connection); }

 private:
  class Listener final : public net::Handler {
   public:
    Listener(Worker& worker, net::Fd fd) : worker_(worker), fd_(std::move(fd)) {}
    Result<void> open();
    void drain();  // closes a moment later
    void close();
    bool is_open() const { return open_; }

   private:
    void on_events(uint32_t) override { accept(); }
    void accept();
    void pause();
    void reopen();

    Worker& worker_;
    net::Fd fd_;
    bool open_ = false;
    net::CallbackTimer reopen_{[this] { reopen(); }};
    net::CallbackTimer close_{[this] { close(); }};
  };

  Worker(WorkerOptions options, std::unique_ptr<net::EventLoop> loop, net::Fd listener);
  void admit(net::Fd fd, const net::SocketAddress& peer);
  void end_turn();
  void take_table();
  void begin_drain();
  void sweep();
  void cut_all();

  const WorkerOptions options_;
  const std::unique_ptr<net::EventLoop> loop_;
  const std::unique_ptr<char[]> read_buffer_;
  TurnClock clock_;
  Writer writer_;
  PipePool pipes_;

  // freed last: connections refer to what stands above
  std::vector<std::unique_ptr<Connection>> buried_;
  std::vector<std::unique_ptr<ClientStream>> streams_;
  std::vector<ClientStream*> free_streams_;
  std::vector<ClientStream*> retired_;
  std::vector<Connection*> settling_;
  std::vector<Connection*> settling_now_;
  std::vector<Connection*> next_turn_;

  Router router_;
  UpstreamPool pool_;
  Backends backends_;
  http::ResponseHead response_head_;
  std::vector<HeaderField> answer_fields_;
  std::string page_;

  Listener listener_;
  List<ClientConnection> clients_;
  size_t client_count_ = 0;
  bool turn_has_end_ = false;
  bool draining_ = false;
  net::CallbackTimer sweep_timer_{[this] { sweep(); }};
  net::CallbackTimer drain_timer_{[this] { loop_->stop(); }};

  std::mutex inbox_mutex_;  // of the two below
  route::TablePtr inbox_;
  uint64_t inbox_sequence_ = 0;
  std::atomic<uint64_t> acknowledged_ = 0;
};

}  // namespace graylane::gateway
