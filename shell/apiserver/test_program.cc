// A server of the API alone, for tests that drive it with a real client: objects in memory, the namespaces of every cluster, no
// controllers. Prints its address; ends with its standard input.
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <thread>

#include "api/build.h"
#include "api/decode.h"
#include "apiserver/body.h"
#include "apiserver/reading.h"
#include "apiserver/server.h"
#include "httpd/server.h"
#include "store/memory_store.h"

namespace {

using namespace graylane;

void add_namespace(store::Store& store, const char* name, const apiserver::World& world) {
  auto decoded = api::decode(
      api::make_object({{"apiVersion", doc::Value("v1")},
                        {"kind", doc::Value("Namespace")},
                        {"metadata", api::make_object({{"name", doc::Value(name)}, {"uid", doc::Value(world.new_uid())}})}}),
      nullptr);
  if (!decoded.object || !store.create(*std::move(decoded.object))) std::fprintf(stderr, "cannot create namespace %s\n", name);
}

void wait_for_end_of_input() {
  char byte = 0;
  while (::read(STDIN_FILENO, &byte, 1) > 0) {}
}

}  // namespace

int main() {
  std::signal(SIGPIPE, SIG_IGN);
  store::MemoryStore store;
  auto loop = std::move(*net::EventLoop::create());
  const apiserver::World world = apiserver::real_world(*loop);
  for (const char* name : {"default", "kube-system", "kube-public"}) add_namespace(store, name, world);
  apiserver::ApiServer api(api::builtin_kinds(), store, *loop, world);
  const identity::Identity admin = identity::user_of_role("ann", identity::Role::kAdmin);
  auto server = httpd::Server::start(
      *loop, net::SocketAddress::loopback(),
      [&](httpd::Request&& request, httpd::Responder&& responder) { api.handle(request, admin, std::move(responder)); },
      {.body_bytes_max = size_t{16} << 20}, nullptr, {.to_long_body = [](const httpd::Request&) {
        return apiserver::error_response(apiserver::too_large(apiserver::kBodyBytesMax));
      }});
  if (!server) {
    std::fprintf(stderr, "%s\n", server.error().to_string().c_str());
    return 1;
  }
  std::printf("http://%s\n", (*server)->address().to_string().c_str());
  std::fflush(stdout);
  std::thread waiter([&] {
    wait_for_end_of_input();
    loop->stop();
  });
  loop->run();
  waiter.join();
  server->reset();
  return 0;
}
