// ClientConnection: one client's HTTP/1 connection: its requests one after another, and the time-outs, the half-closed ends and
// the last words between them. Idle, it has no stream and no buffers: see kIdleBytesMax. One worker's thread.
#pragma once

#include <array>
#include <cstdint>

#include "gateway/client_stream.h"
#include "gateway/connection.h"
#include "gateway/list.h"
#include "gateway/router.h"

namespace graylane::gateway {

class ClientConnection final : public Connection, public ListLinks {
 public:
  ClientConnection(Worker& worker, net::Fd fd, const net::SocketAddress& peer);
  ~ClientConnection() override;

  Caller caller() const;
  /// No request has begun.
  bool idle() const { return stream_ == nullptr && !has_input() && !ending_; }
  void begin_drain();  // closes if idle; otherwise the answer will say so
  void abandon();      // closes, whatever is going on

  // ---- by its stream ----
  void on_request();  // a head or a body is complete; the client has to wait now
  void on_body();     // some of it came
  void on_answered(bool keep_alive);
  void end_now();
  void cut();
  void read_later() { resume_later(); }
  void finish_tunnel() { finish_output(); }

 private:
  bool wants_input() const override;
  size_t take(std::string_view bytes) override;
  Ahead ahead() override;
  void on_moved(size_t bytes) override;
  void on_input_end() override;
  void on_blocked() override;
  void on_progress() override { on_blocked(); }
  void on_drained() override;
  void on_hang_up() override;
  void on_broken(int error) override;
  void on_timer() override;

  void start_stream();
  void drop_stream();
  void linger();
  void become_idle();

  ClientStream* stream_ = nullptr;
  std::array<uint8_t, 16> address_;
  std::array<char, 46> address_text_;
  uint8_t address_text_size_ = 0;
  bool served_ = false;     // a request has begun at some time
  bool ending_ = false;     // the last answer was given: what still comes is not read as requests
  bool lingering_ = false;  // all of it was sent, and FIN
};

/// User space of an idle connection, the allocator's rounding included.
inline constexpr size_t kIdleBytesMax = 200;
static_assert(sizeof(ClientConnection) <= kIdleBytesMax - 8);

}  // namespace graylane::gateway
