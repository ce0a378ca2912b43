#include "daemon/api.h"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <utility>

#include "apiserver/access.h"
#include "apiserver/body.h"
#include "apiserver/health.h"
#include "apiserver/reading.h"
#include "apiserver/server.h"
#include "httpd/server.h"
#include "identity/authenticate.h"
#include "identity/kubeconfig.h"
#include "identity/pki.h"

namespace graylane::daemon {

namespace {

using Clock = std::chrono::system_clock;

constexpr std::chrono::seconds kMemoryCheck{10};
constexpr std::chrono::hours kRenewalCheckMax{24};  // a laptop may have slept
constexpr size_t kConnectionsMax = 8'192;
constexpr size_t kBodyBytesMax = 16 << 20;  // over 3 MiB the API refuses it in its own words

Result<std::shared_ptr<const httpd::TlsContext>> tls_of(const identity::Pki& pki) {
  return httpd::TlsContext::create({pki.server.certificate_pem, pki.server.key_pem, pki.ca_pem});
}

apiserver::World world_of(net::EventLoop& loop, const ApiOptions& options, identity::Tokens& tokens) {
  apiserver::World world = apiserver::real_world(loop);
  world.measures = options.measures;
  world.authenticate = [&tokens](const std::string& token) -> std::optional<identity::Identity> {
    httpd::Request request;
    request.headers.push_back({"Authorization", "Bearer " + token});
    auto who = identity::authenticate(request, tokens, Clock::now());
    return who && who->authenticated() ? std::optional(*std::move(who)) : std::nullopt;
  };
  return world;
}

/// Who has proven nothing is not told why: a file that cannot be read is for the operator to know.
apiserver::ApiError refusal(const Error& error) {
  if (error.code == ErrorCode::kInvalid) return apiserver::unauthorized();
  return apiserver::internal_error("credentials cannot be checked now; the output of graylane says why");
}

/// Gives memory back to the system that the allocator keeps, after many clients have gone or a lot was taken: it does so by itself
/// only for what lies at the end of its heaps. Costs some milliseconds, so not for little.
class MemoryReturn {
 public:
  void look(size_t connections) {
    constexpr size_t kGone = 256;
    constexpr size_t kGrown = size_t{64} << 20;
    connections_max_ = std::max(connections_max_, connections);
    const size_t gone = connections_max_ - connections;
    const bool is_rest = std::exchange(many_went_, false) && gone != 0;
    if (gone < kGone && !is_rest && resident_bytes() < resident_ + kGrown) return;
    malloc_trim(0);
    many_went_ = gone != 0;
    connections_max_ = connections;
    resident_ = resident_bytes();
  }

 private:
  static size_t resident_bytes() {
    size_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages >> pages;  // the second number
    return pages * static_cast<size_t>(sysconf(_SC_PAGESIZE));
  }

  size_t connections_max_ = 0;  // since then
  bool many_went_ = false;      // at the last look; the rest of them may be on its way
  size_t resident_ = resident_bytes();
};

}  // namespace

std::string tokens_path(const std::string& state_folder) { return state_folder + "/tokens.json"; }

class Api::Impl {
 public:
  Impl(ApiOptions options, store::DurableStore& store, std::unique_ptr<net::EventLoop> loop, identity::AuditLog audit)
      : options_(std::move(options)),
        store_(store),
        loop_(std::move(loop)),
        audit_(std::move(audit)),
        tokens_(tokens_path(options_.state_folder)),
        api_(api::builtin_kinds(), store, *loop_, world_of(*loop_, options_, tokens_),
             {.audit = [this](const identity::AuditEntry& entry) { told_of_audit_.report(*this, audit_.write(entry)); },
              .log_path = options_.log_path}) {}

  ~Impl() {
    loop_->stop();
    if (thread_.joinable()) thread_.join();
  }

  Result<void> start() {
    auto pki = identity::open_pki(options_.state_folder, identity::server_names(options_.listen), Clock::now());
    if (!pki) return std::unexpected(std::move(pki.error()));
    auto tls = tls_of(*pki);
    if (!tls) return std::unexpected(std::move(tls.error()));
    httpd::Limits limits;
    limits.connections_max = kConnectionsMax;
    limits.body_bytes_max = kBodyBytesMax;
    auto server = httpd::Server::start(
        *loop_, options_.listen,
        [this](httpd::Request&& request, httpd::Responder&& responder) { handle(request, std::move(responder)); }, limits,
        *std::move(tls), early_answers());
    if (!server) return std::unexpected(std::move(server.error()));
    server_ = std::move(*server);
    if (auto written = write_kubeconfig(*pki); !written) return written;
    look_at_tokens();
    watch_expiry(*pki);
    loop_->arm(memory_timer_, kMemoryCheck);
    thread_ = std::thread([this] { loop_->run(); });
    return {};
  }

  net::SocketAddress address() const { return server_->address(); }

 private:
  Result<identity::Identity> identify(const httpd::Request& request) {
    auto who = identity::authenticate(request, tokens_, Clock::now());
    const bool is_ours = !who && who.error().code != ErrorCode::kInvalid;
    if (is_ours) told_of_tokens_.report(*this, std::unexpected(who.error()));
    else if (request.header("Authorization")) told_of_tokens_.report(*this, {});
    return who;
  }

  void handle(const httpd::Request& request, httpd::Responder&& responder) {
    const auto who = identify(request);
    if (!who) return responder.respond(apiserver::error_response(refusal(who.error())));
    if (auto health = apiserver::answer_health(request, [this] { return note_on_store(); })) return responder.respond(*health);
    api_.handle(request, *who, std::move(responder));
  }

  /// Who may not write is told so before 16 MiB of theirs are read.
  httpd::EarlyAnswers early_answers() {
    const auto to_head = [this](const httpd::Request& request) -> std::optional<httpd::Response> {
      const auto who = identify(request);
      return who ? api_.refusal(request, *who) : apiserver::error_response(refusal(who.error()));
    };
    const auto to_long_body = [](const httpd::Request&) {
      return apiserver::error_response(apiserver::too_large(apiserver::kBodyBytesMax));
    };
    return {to_head, to_long_body};
  }

  /// Else who has a good one would be the first to learn that none is.
  void look_at_tokens() {
    const auto read = tokens_.list();
    told_of_tokens_.report(*this, read ? Result<void>() : std::unexpected(read.error()));
  }

  /// For everybody: no path.
  std::string note_on_store() const {
    const auto trouble = store_.trouble();
    if (!trouble) return {};
    return trouble->full ? "the disk is full: reads go on, writes are refused"
                         : "the disk fails: reads go on, writes are refused";
  }

  Result<void> write_kubeconfig(const identity::Pki& pki) {
    return identity::write_kubeconfig(options_.state_folder, identity::kubeconfig_text(server_->address(), pki));
  }

  void watch_expiry(const identity::Pki& pki) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(pki.renew_at - Clock::now());
    loop_->arm(renewal_, std::clamp<std::chrono::milliseconds>(left, std::chrono::minutes(1), kRenewalCheckMax));
  }

  /// A failure is tried again in a minute; there are 30 days for it.
  void renew() {
    auto pki = identity::open_pki(options_.state_folder, identity::server_names(options_.listen), Clock::now());
    auto tls = pki ? tls_of(*pki) : std::unexpected(pki.error());
    if (!tls) {
      report(Result<void>(std::unexpected(tls.error())));
      return loop_->arm(renewal_, std::chrono::minutes(1));
    }
    server_->set_tls(*std::move(tls));
    report(write_kubeconfig(*pki));
    watch_expiry(*pki);
  }

  void report(const Result<void>& result) const {
    if (!result && options_.on_error) options_.on_error(result.error());
  }

  /// Of what each request may meet: told once, and again after it went well.
  class Once {
   public:
    void report(const Impl& impl, const Result<void>& result) {
      const std::string text = result ? std::string() : result.error().to_string();
      if (std::exchange(told_, text) != text) impl.report(result);
    }

   private:
    std::string told_;
  };

  const ApiOptions options_;
  const store::DurableStore& store_;
  const std::unique_ptr<net::EventLoop> loop_;
  identity::AuditLog audit_;
  identity::Tokens tokens_;
  Once told_of_audit_;
  Once told_of_tokens_;
  apiserver::ApiServer api_;
  std::unique_ptr<httpd::Server> server_;
  net::CallbackTimer renewal_{[this] { renew(); }};
  MemoryReturn memory_;
  net::CallbackTimer memory_timer_{[this] {
    memory_.look(server_->connections());
    loop_->arm(memory_timer_, kMemoryCheck);
  }};
  std::thread thread_;
};

Result<std::unique_ptr<Api>> Api::start(ApiOptions options, store::DurableStore& store) {
  auto loop = net::EventLoop::create();
  if (!loop) return std::unexpected(std::move(loop.error()));
  auto audit = identity::AuditLog::open(options.state_folder + "/audit.log");
  if (!audit) return std::unexpected(std::move(audit.error()));
  auto impl = std::make_unique<Impl>(std::move(options), store, std::move(*loop), std::move(*audit));
  if (auto started = impl->start(); !started) return std::unexpected(std::move(started.error()));
  return std::unique_ptr<Api>(new Api(std::move(impl)));
}

Api::Api(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Api::~Api() = default;

net::SocketAddress Api::address() const { return impl_->address(); }

}  // namespace graylane::daemon
