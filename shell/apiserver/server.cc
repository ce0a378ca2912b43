#include "apiserver/server.h"

#include <random>

#include "apiserver/reading.h"

namespace graylane::apiserver {
namespace {

/// Random, version 4.
std::string make_uuid(std::random_device& random) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text = "00000000-0000-4000-8000-000000000000";
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '0') text[i] = kHex[random() % 16];
    else if (text[i] == '8') text[i] = kHex[8 + random() % 4];
  }
  return text;
}

std::string make_suffix(std::random_device& random) {
  constexpr std::string_view kLetters = "bcdfghjklmnpqrstvwxz2456789";
  std::string text;
  while (text.size() < 5) text += kLetters[random() % kLetters.size()];
  return text;
}

}  // namespace

World real_world(net::EventLoop& loop) {
  auto random = std::make_shared<std::random_device>();
  return {
      .unix_seconds =
          [] {
            return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
          },
      .new_uid = [random] { return make_uuid(*random); },
      .name_suffix = [random] { return make_suffix(*random); },
      .post = [&loop](std::function<void()> work) { loop.post(std::move(work)); }};
}

ApiServer::ApiServer(const api::Kinds& kinds, store::Store& store, net::EventLoop& loop, World world, WatchStream::Times times)
    : loop_(loop), handlers_(kinds, store, std::move(world)), times_(times) {}

ApiServer::~ApiServer() { *alive_ = false; }

void ApiServer::handle(const httpd::Request& request, const Identity& identity, httpd::Responder&& responder) {
  if (const auto place = handlers_.watched(request)) return watch(request, *place, std::move(responder));
  auto held = std::make_shared<httpd::Responder>(std::move(responder));
  handlers_.answer(request, identity, [held](const httpd::Response& response) { held->respond(response); });
}

void ApiServer::watch(const httpd::Request& request, const Place& place, httpd::Responder&& responder) {
  auto form = choose_form(request.header("Accept"));
  if (!form) return responder.respond(error_response(form.error()));
  auto options = parse_list_options(request, *place.kind);
  httpd::Request as_watch = request;
  if (options && !options->watch) {  // the old /watch/ prefix
    as_watch.query.push_back({"watch", "true"});
    options = parse_list_options(as_watch, *place.kind);
  }
  if (!options) return responder.respond(error_response(options.error()));
  auto stream =
      std::make_shared<WatchStream>(handlers_, loop_, place, *std::move(options), *std::move(form), std::move(responder), times_);
  streams_.insert(stream);
  stream->start([this, alive = alive_, raw = std::weak_ptr(stream)] {
    loop_.at_end_of_turn([this, alive, raw] {
      if (const auto ended = raw.lock(); *alive && ended) streams_.erase(ended);
    });
  });
}

}  // namespace graylane::apiserver
