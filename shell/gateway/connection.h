// Connection: one socket of a worker, a client's or an upstream's: reading, writing and their limits, without any protocol.
// Created and closed by its worker's thread; after close() it is told nothing more and lives until the end of the turn, so that
// whoever is up the stack may still look at it.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "gateway/byte_queue.h"
#include "gateway/pipe.h"
#include "net/event_loop.h"
#include "net/fd.h"

namespace graylane::gateway {

class Worker;

class Connection : public net::Handler, public net::Timer {
 public:
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  virtual ~Connection() = default;

  /// Sends, and keeps what the socket does not take. For Writer.
  void send(std::span<const iovec> parts);
  bool output_waits() const { return !out_.empty() || pipe_ != nullptr; }
  bool closed() const { return closed_; }
  int fd() const { return fd_.get(); }

  /// For the worker, at the end of a turn.
  void settle();

 protected:
  Connection(Worker& worker, net::Fd fd) : worker_(worker), fd_(std::move(fd)) {}

  /// Reads and gives to take() for as long as it wants input and there is some.
  void read_on();
  /// The same, at the end of this turn.
  void settle_later();
  /// The same, if there may be something to read.
  void resume_later() {
    if (!reading_ && (readable_ || !in_.empty())) settle_later();
  }
  /// Reads what there may be, though nothing was told: after an error.
  void read_rest();
  void close();
  /// Sends now what would be sent at the end of the turn.
  void push();
  void finish_output();  // nothing more will be sent: FIN, once the socket has taken everything
  Worker& worker() const { return worker_; }
  /// One timer for each connection: what it means depends on what the connection waits for.
  void wait(std::chrono::milliseconds timeout);
  bool has_input() const { return !in_.empty(); }
  bool peer_finished() const { return input_ended_; }

  // ---- what the protocol does ----
  virtual bool wants_input() const = 0;
  /// Uses bytes from the front and returns how many. Called again with the rest and more, or when it wants input again.
  virtual size_t take(std::string_view bytes) = 0;
  virtual void on_input_end() = 0;  // FIN
  /// Where the next bytes may go without being looked at, and how many. nullptr: they have to be looked at.
  struct Ahead {
    Connection* to = nullptr;
    uint64_t bytes = 0;
  };
  virtual Ahead ahead() { return {}; }
  virtual void on_moved(size_t /*bytes*/) {}
  virtual void on_blocked() = 0;   // the socket took less than was sent
  virtual void on_progress() = 0;  // it took some of what waited
  virtual void on_drained() = 0;   // it took all of it
  virtual void on_writable() { drain_output(); }
  /// Both directions are shut, or an error is known. What was received before can still be read.
  virtual void on_hang_up() = 0;
  /// `error`: an errno value. Not called for what is found after close().
  virtual void on_broken(int error) = 0;
  void drain_output();

 private:
  friend class Writer;  // keeps the output until the turn's end

  void on_events(uint32_t events) final;
  bool receive();
  bool move(const Ahead& ahead);
  bool take_end();
  bool drain_pipe();
  void finish_draining();
  void take_from_queue();
  void fail_later(int error);

  Worker& worker_;
  net::Fd fd_;
  int error_ = 0;  // found while sending; told at the end of the turn
  bool readable_ = false;
  bool hung_up_ = false;  // no more edges will come for input
  bool input_ended_ = false;
  bool reading_ = false;
  bool finish_output_ = false;
  bool closed_ = false;
  bool settles_ = false;        // is on the worker's list
  bool kept_ = false;           // the writer has output for it
  ByteQueue in_;                // received, not used yet
  ByteQueue out_;               // to be sent
  std::unique_ptr<Pipe> pipe_;  // to be sent before out_; there only while it holds something
};

}  // namespace graylane::gateway
