#include "apiserver/server.h"

#include <random>

#include "api/crd.h"
#include "apiserver/access.h"
#include "apiserver/columns_text.h"
#include "apiserver/reading.h"
#include "doc/parse.h"

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

ApiError no_such_watch_form() {
  return {406, "NotAcceptable", "only the following media types are accepted: application/json;stream=watch"};
}

/// Whoever asks to act as somebody with fewer rights must not act with all of their own.
bool impersonates(const httpd::Request& request) {
  return request.header("Impersonate-User") || request.header("Impersonate-Group") || request.header("Impersonate-Uid");
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

namespace {

World with_turns(World world, httpd::Turns& turns, std::shared_ptr<bool> alive) {
  world.post = [post = std::move(world.post), &turns, alive = std::move(alive)](std::function<void()> work) {
    post([&turns, alive, work = std::move(work)] {
      if (*alive) turns.in_order(work);
    });
  };
  return world;
}

}  // namespace

ApiServer::ApiServer(const api::Kinds& kinds, store::Store& store, net::EventLoop& loop, World world, ApiServerOptions options)
    : loop_(loop),
      turns_(loop),
      handlers_(kinds, store, with_turns(std::move(world), turns_, alive_)),
      options_(std::move(options)),
      logs_(store, loop, options_.log_path, handlers_.world().unix_seconds),
      shared_{handlers_, loop, options_.times, turns_} {
  watch_definitions();
}

ApiServer::~ApiServer() { *alive_ = false; }

std::optional<httpd::Response> ApiServer::refusal(const httpd::Request& request, const identity::Identity& identity) const {
  const identity::Access access = access_of(request);
  const bool allowed = identity::allows(identity, access);
  if (allowed && !impersonates(request)) return std::nullopt;
  std::optional<httpd::Response> answer;
  const Reply keep = [&answer](httpd::Response response) { answer = std::move(response); };
  audited(request, identity, access, keep)(error_response(
      allowed ? ApiError{403, "Forbidden", "impersonation is not served: use a token of that role (graylane token)"}
              : not_allowed(identity, access)));
  return answer;
}

void ApiServer::handle(const httpd::Request& request, const identity::Identity& identity, httpd::Responder&& responder) {
  if (const auto refused = refusal(request, identity)) return responder.respond(*refused);
  if (const auto place = handlers_.watched(request)) return watch(request, *place, std::move(responder));
  if (logs_.answer(request, responder)) return;
  const auto held = std::make_shared<httpd::Responder>(std::move(responder));
  const Reply reply = [held](const httpd::Response& response) { held->respond(response); };
  handlers_.answer(request, identity, audited(request, identity, access_of(request), reply));
}

namespace {

/// The address of a creation does not name the object; the answer does, also when it is refused.
std::string name_in(const httpd::Response& response) {
  const auto answer = doc::parse_json(response.body, nullptr, {.bytes_max = response.body.size()});
  if (answer.documents.empty()) return {};
  const std::string made = text_at(answer.documents.front(), "metadata.name");
  return made.empty() ? text_at(answer.documents.front(), "details.name") : made;
}

}  // namespace

/// The reply itself where nothing is to be changed.
Reply ApiServer::audited(const httpd::Request& request, const identity::Identity& identity, const identity::Access& access,
                         Reply reply) const {
  if (!options_.audit || !identity::is_change(access)) return reply;
  const std::string* agent = request.header("User-Agent");
  const std::string* dry_run = request.query_value("dryRun");
  auto entry = std::make_shared<identity::AuditEntry>();
  *entry = {.time = std::chrono::system_clock::now(),
            .identity = identity,
            .access = access,
            .dry_run = dry_run && !dry_run->empty(),
            .from = request.peer,
            .user_agent = agent ? *agent : std::string()};
  return [entry, reply = std::move(reply), audit = options_.audit](httpd::Response response) {
    entry->status = response.status;
    if (entry->access.name.empty() && entry->access.verb == "create") entry->access.name = name_in(response);
    audit(*entry);
    reply(std::move(response));
  };
}

void ApiServer::watch(const httpd::Request& request, const Place& place, httpd::Responder&& responder) {
  auto form = choose_form(request.header("Accept"));
  if (form && form->yaml) form = refuse(no_such_watch_form());
  if (!form) return responder.respond(error_response(form.error()));
  auto options = parse_list_options(request, *place.kind);
  httpd::Request as_watch = request;
  if (options && !options->watch) {  // the old /watch/ prefix
    as_watch.query.push_back({"watch", "true"});
    options = parse_list_options(as_watch, *place.kind);
  }
  if (!options) return responder.respond(error_response(options.error()));
  auto stream = std::make_shared<WatchStream>(shared_, place, *std::move(options), *std::move(form), std::move(responder));
  streams_.insert(stream);
  stream->start([this, alive = alive_, raw = std::weak_ptr(stream)] {
    loop_.at_end_of_turn([this, alive, raw] {
      if (const auto ended = raw.lock(); *alive && ended) streams_.erase(ended);
    });
  });
}

void ApiServer::watch_definitions() {
  auto changed = [this, alive = alive_] {
    loop_.post([this, alive] {
      if (*alive) end_watches_of_lost_kinds();
    });
  };
  definitions_ = handlers_.store().watch({api::kCrdGroup, api::kCrdKind, "", {}}, handlers_.store().revision(), changed);
}

void ApiServer::end_watches_of_lost_kinds() {
  auto next = definitions_->next(std::chrono::milliseconds(0));
  while (next && *next) next = definitions_->next(std::chrono::milliseconds(0));
  if (!next) watch_definitions();
  for (const auto& stream : streams_) {
    if (!handlers_.serves(stream->place())) stream->end_of_kind();
  }
}

}  // namespace graylane::apiserver
