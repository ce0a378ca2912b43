#include "httpd/responder.h"

#include <utility>

#include "httpd/connection.h"
#include "httpd/exchange.h"

namespace graylane::httpd {

namespace {

using State = Exchange::State;

bool is(const std::shared_ptr<Exchange>& exchange, State state) { return exchange && exchange->state == state; }

}  // namespace

Responder::Responder(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}
Responder::Responder(Responder&&) noexcept = default;
Responder::~Responder() { let_go(); }

Responder& Responder::operator=(Responder&& other) noexcept {
  if (this == &other) return *this;
  let_go();
  exchange_ = std::move(other.exchange_);
  return *this;
}

void Responder::let_go() {
  if (!exchange_) return;
  exchange_->on_gone = nullptr;
  exchange_->on_drain = nullptr;
  if (is(exchange_, State::kWaiting)) respond(text_response(500, "500 Internal Server Error: no answer was given"));
  else if (is(exchange_, State::kStreaming)) exchange_->connection->cut_off();
}

void Responder::respond(const Response& response) {
  if (is(exchange_, State::kWaiting)) exchange_->connection->respond(response);
}

void Responder::begin_stream(Response response) {
  if (is(exchange_, State::kWaiting)) exchange_->connection->begin_stream(std::move(response));
}

Responder::Flow Responder::write(std::string_view chunk) {
  return is(exchange_, State::kStreaming) ? exchange_->connection->write(chunk) : Flow::kGone;
}

size_t Responder::pending() const { return is(exchange_, State::kStreaming) ? exchange_->connection->pending() : 0; }

void Responder::end_stream() {
  if (is(exchange_, State::kStreaming)) exchange_->connection->end_stream();
}

bool Responder::gone() const { return !exchange_ || is(exchange_, State::kGone); }

void Responder::on_gone(std::function<void()> callback) {
  if (exchange_ && exchange_->connection != nullptr) exchange_->on_gone = std::move(callback);
}

void Responder::on_drain(std::function<void()> callback) {
  if (exchange_ && exchange_->connection != nullptr) exchange_->on_drain = std::move(callback);
}

}  // namespace graylane::httpd
