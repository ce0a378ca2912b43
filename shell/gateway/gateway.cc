#include "gateway/gateway.h"

#include <signal.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "gateway/worker.h"
#include "net/socket.h"

namespace graylane::gateway {

namespace {

/// Signals are for the process's own thread. SIGPIPE above all: splice(2) raises it whatever one says.
void block_signals() {
  sigset_t signals;
  sigfillset(&signals);
  for (const int synchronous : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) sigdelset(&signals, synchronous);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

}  // namespace

class Gateway::Impl {
 public:
  explicit Impl(GatewayOptions options) : options_(std::move(options)) {}
  Result<void> open(telemetry::Telemetry& telemetry);
  void run();
  uint64_t publish(const route::TablePtr& table);
  uint64_t acknowledged() const;
  bool wait_acknowledged(uint64_t sequence, std::chrono::milliseconds timeout) const;
  void drain();
  void stop();
  void join();
  const net::SocketAddress& address() const { return address_; }

 private:
  WorkerOptions worker_options(telemetry::Telemetry& telemetry, uint64_t index);
  void on_acknowledged();

  GatewayOptions options_;
  net::SocketAddress address_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::thread> threads_;
  std::mutex join_mutex_;

  std::mutex publish_mutex_;  // of the two below
  uint64_t published_ = 0;
  std::vector<route::TablePtr> tables_;  // so that a worker never frees one: it may be large

  mutable std::mutex told_mutex_;  // of told_
  mutable std::condition_variable told_changed_;
  uint64_t told_ = 0;  // the highest that on_acknowledged was told of
};

Result<void> Gateway::Impl::open(telemetry::Telemetry& telemetry) {
  options_.workers = std::max(1U, options_.workers);
  auto listeners = net::listen_shared(options_.listen, options_.workers);
  if (!listeners) return std::unexpected(listeners.error());
  address_ = net::local_address((*listeners)[0].get());
  if (options_.public_port == 0) options_.public_port = address_.port();
  for (net::Fd& listener : *listeners) {
    auto worker = Worker::create(worker_options(telemetry, workers_.size()), std::move(listener));
    if (!worker) return std::unexpected(worker.error());
    workers_.push_back(std::move(*worker));
  }
  return {};
}

WorkerOptions Gateway::Impl::worker_options(telemetry::Telemetry& telemetry, uint64_t index) {
  WorkerOptions result;
  result.limits = options_.limits;
  result.public_port = options_.public_port;
  result.drain_timeout = options_.drain_timeout;
  result.spin = options_.spin;
  result.seed = route::Rng(options_.seed + index).next();
  result.recorder = &telemetry.add_recorder();
  if (options_.access_log != nullptr) result.access_ring = &options_.access_log->add_ring();
  result.on_acknowledged = [this] { on_acknowledged(); };
  return result;
}

void Gateway::Impl::run() {
  for (const auto& worker : workers_) {
    threads_.emplace_back([&worker] {
      block_signals();
      worker->run();
    });
  }
}

uint64_t Gateway::Impl::publish(const route::TablePtr& table) {
  const std::lock_guard lock(publish_mutex_);
  std::erase_if(tables_, [](const route::TablePtr& old) { return old.use_count() == 1; });
  tables_.push_back(table);
  ++published_;
  for (const auto& worker : workers_) worker->publish(table, published_);
  return published_;
}

uint64_t Gateway::Impl::acknowledged() const {
  uint64_t lowest = UINT64_MAX;
  for (const auto& worker : workers_) lowest = std::min(lowest, worker->acknowledged());
  return lowest;
}

void Gateway::Impl::on_acknowledged() {
  uint64_t reached = 0;
  {
    // Under the lock, so that of two workers that come at once the second sees what the first has stored.
    const std::lock_guard lock(told_mutex_);
    reached = acknowledged();
    if (reached <= told_) return;
    told_ = reached;
  }
  told_changed_.notify_all();
  if (options_.on_acknowledged) options_.on_acknowledged(reached);
}

bool Gateway::Impl::wait_acknowledged(uint64_t sequence, std::chrono::milliseconds timeout) const {
  std::unique_lock lock(told_mutex_);
  return told_changed_.wait_for(lock, timeout, [&] { return told_ >= sequence; });
}

void Gateway::Impl::drain() {
  for (const auto& worker : workers_) worker->drain();
}

void Gateway::Impl::stop() {
  for (const auto& worker : workers_) worker->stop();
}

void Gateway::Impl::join() {
  const std::lock_guard lock(join_mutex_);
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

Result<std::unique_ptr<Gateway>> Gateway::start(GatewayOptions options, telemetry::Telemetry& telemetry) {
  auto impl = std::make_unique<Impl>(std::move(options));
  if (auto opened = impl->open(telemetry); !opened) return std::unexpected(opened.error());
  impl->run();
  return std::unique_ptr<Gateway>(new Gateway(std::move(impl)));
}

Gateway::Gateway(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Gateway::~Gateway() {
  impl_->stop();
  impl_->join();
}

net::SocketAddress Gateway::address() const { return impl_->address(); }
uint64_t Gateway::publish(const route::TablePtr& table) { return impl_->publish(table); }
uint64_t Gateway::acknowledged() const { return impl_->acknowledged(); }
bool Gateway::wait_acknowledged(uint64_t sequence, std::chrono::milliseconds timeout) const {
  return impl_->wait_acknowledged(sequence, timeout);
}
void Gateway::drain() { impl_->drain(); }
void Gateway::stop() { impl_->stop(); }
void Gateway::join() { impl_->join(); }

}  // namespace graylane::gateway
