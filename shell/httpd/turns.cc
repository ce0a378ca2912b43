#include "httpd/turns.h"

#include <chrono>
#include <utility>

namespace graylane::httpd {

namespace {

constexpr std::chrono::milliseconds kTimeATurn{1};
constexpr int kPiecesATurn = 64;  // what they write is sent behind them, which takes time too

}  // namespace

void Turns::ask(std::function<void()> piece) {
  waiting_.push_back(std::move(piece));
  if (!std::exchange(posted_, true)) post();
}

void Turns::in_order(std::function<void()> piece) {
  if (waiting_.empty()) piece();
  else ask(std::move(piece));
}

void Turns::post() {
  loop_.post([this, alive = alive_] {
    if (*alive) run();
  });
}

void Turns::run() {
  const auto end = std::chrono::steady_clock::now() + kTimeATurn;
  int pieces = 0;
  do {
    const auto piece = std::move(waiting_.front());
    waiting_.pop_front();
    piece();
  } while (!waiting_.empty() && ++pieces < kPiecesATurn && std::chrono::steady_clock::now() < end);
  posted_ = !waiting_.empty();
  if (posted_) post();
}

}  // namespace graylane::httpd
