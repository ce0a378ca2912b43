#include "gateway/worker.h"

#include <linux/filter.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

#include "net/socket.h"

namespace graylane::gateway {

namespace {

constexpr std::chrono::seconds kSweepEvery{10};
constexpr int kAcceptsPerEvent = 64;
constexpr std::chrono::milliseconds kListenerPause{100};
constexpr std::chrono::milliseconds kHandshakesEnd{20};  // after the last connection was begun

/// The kernel drops what would begin a connection to this listener: whoever tries again will be refused.
void take_no_more(int listener) {
  constexpr uint32_t kFlags = 13;  // the byte of the TCP header
  constexpr uint32_t kSyn = 2;
  std::array<sock_filter, 4> program = {
      sock_filter BPF_STMT(BPF_LD | BPF_B | BPF_ABS, kFlags), sock_filter BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, kSyn, 0, 1),
      sock_filter BPF_STMT(BPF_RET | BPF_K, 0), sock_filter BPF_STMT(BPF_RET | BPF_K, UINT32_MAX)};
  const sock_fprog filter{program.size(), program.data()};
  // Where it is forbidden, what comes in the last microseconds is reset.
  setsockopt(listener, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter);
}

}  // namespace

Result<std::unique_ptr<Worker>> Worker::create(WorkerOptions options, net::Fd listener) {
  auto loop = net::EventLoop::create();
  if (!loop) return std::unexpected(loop.error());
  std::unique_ptr<Worker> worker(new Worker(std::move(options), std::move(*loop), std::move(listener)));
  if (auto opened = worker->listener_.open(); !opened) return std::unexpected(opened.error());
  return worker;
}

Worker::Worker(WorkerOptions options, std::unique_ptr<net::EventLoop> loop, net::Fd listener)
    : options_(std::move(options)),
      loop_(std::move(loop)),
      read_buffer_(std::make_unique_for_overwrite<char[]>(options_.limits.read_buffer_bytes)),
      router_(options_.seed),
      pool_(*this),
      backends_(pool_),
      listener_(*this, std::move(listener)) {
  loop_->arm(sweep_timer_, kSweepEvery);
}

Worker::~Worker() { cut_all(); }

void Worker::run() {
  loop_->run(options_.spin);
  cut_all();
}

// ---- tables ----

void Worker::publish(route::TablePtr table, uint64_t sequence) {
  bool first = false;
  {
    const std::lock_guard lock(inbox_mutex_);
    first = inbox_ == nullptr;
    inbox_ = std::move(table);
    inbox_sequence_ = sequence;
  }
  if (first) loop_->post([this] { take_table(); });
}

void Worker::take_table() {
  route::TablePtr table;
  uint64_t sequence = 0;
  {
    const std::lock_guard lock(inbox_mutex_);
    table = std::exchange(inbox_, nullptr);
    sequence = inbox_sequence_;
  }
  counters().table_revision.set(table->revision);
  counters().table_swaps.add();
  router_.set_table(std::move(table));
  acknowledged_.store(sequence, std::memory_order_release);
  options_.on_acknowledged();
}

// ---- turns ----

void Worker::begin_event() {
  if (turn_has_end_) return;
  turn_has_end_ = true;
  clock_.begin_turn();
  loop_->at_end_of_turn([this] { end_turn(); });
}

void Worker::settle_next_turn(Connection& connection) {
  if (next_turn_.empty()) {
    loop_->post([this] {
      begin_event();
      settling_.insert(settling_.end(), next_turn_.begin(), next_turn_.end());
      next_turn_.clear();
    });
  }
  next_turn_.push_back(&connection);
}

void Worker::end_turn() {
  writer_.flush();
  writer_.send_kept();
  while (!settling_.empty()) {
    settling_now_.swap(settling_);
    for (Connection* connection : settling_now_) connection->settle();
    settling_now_.clear();
    writer_.flush();
    writer_.send_kept();
  }
  if (options_.access_ring != nullptr) options_.access_ring->flush();
  for (ClientStream* stream : retired_) {
    stream->clear();
    free_streams_.push_back(stream);
  }
  retired_.clear();
  if (!buried_.empty()) {
    for (const auto& connection : buried_) std::erase(next_turn_, connection.get());
    buried_.clear();
  }
  turn_has_end_ = false;
  if (draining_ && client_count_ == 0 && !listener_.is_open()) loop_->stop();
}

void Worker::sweep() {
  begin_event();
  if (router_.table()) backends_.sweep(*router_.table());
  router_.splits().sweep(loop_->now());
  pool_.sweep();
  loop_->arm(sweep_timer_, kSweepEvery);
}

// ---- clients ----

ClientStream* Worker::take_stream() {
  if (free_streams_.empty()) {
    streams_.push_back(std::make_unique<ClientStream>(*this));
    return streams_.back().get();
  }
  ClientStream* stream = free_streams_.back();
  free_streams_.pop_back();
  return stream;
}

void Worker::admit(net::Fd fd, const net::SocketAddress& peer) {
  if (client_count_ >= limits().connections_max) {
    counters().connections_refused.add();
    return;
  }
  const int raw = fd.get();
  auto connection = std::make_unique<ClientConnection>(*this, std::move(fd), peer);
  if (!loop_->add(raw, *connection)) return;
  counters().connections_accepted.add();
  ++client_count_;
  ClientConnection& client = *connection.release();
  clients_.push_back(client);
  if (draining_) client.begin_drain();
}

void Worker::closed(ClientConnection& connection) {
  counters().connections_closed.add();
  --client_count_;
  List<ClientConnection>::remove(connection);
  bury(&connection);
}

// ---- the end ----

void Worker::drain() {
  loop_->post([this] { begin_drain(); });
}

void Worker::begin_drain() {
  if (draining_) return;
  begin_event();
  draining_ = true;
  listener_.drain();
  clients_.for_each([](ClientConnection& client) { client.begin_drain(); });
  loop_->arm(drain_timer_, options_.drain_timeout);
}

void Worker::cut_all() {
  begin_event();
  listener_.close();
  while (ClientConnection* client = clients_.first()) client->abandon();
  pool_.close_all();
  end_turn();
}

// ---- the listener ----

Result<void> Worker::Listener::open() {
  if (open_ || !fd_) return {};
  auto added = worker_.loop().add_level(fd_.get(), *this);
  open_ = added.has_value();
  return added;
}

/// Closing resets what our kernel has accepted and we have not, so first nothing more may come.
void Worker::Listener::drain() {
  if (!open_) return close();
  take_no_more(fd_.get());
  worker_.loop().arm(close_, kHandshakesEnd);
}

/// What waits has been promised an answer by our kernel.
void Worker::Listener::close() {
  close_.cancel();
  if (!fd_) return;
  if (open_) worker_.loop().remove(fd_.get(), *this);
  open_ = false;
  accept();
  reopen_.cancel();
  fd_.reset();
}

void Worker::Listener::accept() {
  worker_.begin_event();
  for (int i = 0; i < kAcceptsPerEvent || !open_; ++i) {
    net::SocketAddress peer;
    net::Fd fd = net::accept(fd_.get(), peer);
    if (fd) {
      worker_.admit(std::move(fd), peer);
    } else if (errno != ECONNABORTED && errno != EINTR) {
      if (errno != EAGAIN) pause();
      return;
    }
  }
}

/// No descriptors or no memory are left: to be told of it in every turn would only make it worse.
void Worker::Listener::pause() {
  if (!open_) return;
  worker_.loop().remove(fd_.get(), *this);
  open_ = false;
  worker_.loop().arm(reopen_, kListenerPause);
}

void Worker::Listener::reopen() {
  if (!open()) worker_.loop().arm(reopen_, kListenerPause);
}

}  // namespace graylane::gateway
