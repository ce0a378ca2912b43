// The sample server: stands for the images of the examples. HTTP/1.1 with keep-alive at $POD_IP (else 127.0.0.1) and $PORT
// (else 8080); answers one text at every path, "ok" at /healthz, and with `?echo` or the header `X-Echo` a JSON
// description of the request. Says on stdout where it listens, and a line for each request: "GET /path 200", with its
// X-Request-ID where it has one: "GET /path 200 X-Request-ID=3f2a...". One thread; only
// returns to end the process.
//
// SIGTERM: answers go out with `Connection: close`, idle connections are closed after a moment, and new ones are accepted for a
// second more, so that a client that has not heard of the Pod's removal loses nothing. A second SIGTERM ends it at once.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace graylane::local {

struct SampleServerOptions {
  std::string text;  // the answer's body; a newline is added
  std::string ip = "127.0.0.1";
  uint16_t port = 8080;
  std::string name;                         // of the Pod; goes into the field X-Pod unless empty
  std::chrono::milliseconds linger{1'000};  // how long it accepts after SIGTERM
  size_t connections_max = 10'000;
  std::chrono::milliseconds idle_max{75'000};  // without a byte of a request
};

/// Reads `sample-server TEXT` and the environment. Exit code 0 after SIGTERM, 1 when it cannot listen, 2 for wrong arguments.
int run_sample_server(int argc, char** argv);
int run_sample_server(const SampleServerOptions& options);

}  // namespace graylane::local
