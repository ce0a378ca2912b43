#include "local/prober.h"

#include <utility>

namespace graylane::local {

int32_t ProbeTarget::real_port(int32_t declared) const {
  const auto real = real_ports.find(declared);
  return real == real_ports.end() ? declared : real->second;
}

bool Prober::step(World& world, const ProbeTarget& target, Instant now) {
  bool failed = false;
  if (run_ && run_->result()) {
    failed = state_.take(*run_->result(), now);
    run_.reset();
  }
  if (run_) return failed;
  if (now >= state_.due()) {
    run_ = ask(world, target);
    if (run_) return failed;
    failed = state_.take({false, "the probe has no port and host that could be asked"}, now) || failed;
  }
  world.look_at(state_.due());
  return failed;
}

std::unique_ptr<ProbeRun> Prober::ask(World& world, const ProbeTarget& target) {
  const ProbeSpec& spec = state_.spec();
  if (spec.type == ProbeSpec::Type::kExec) {
    ChildSpec child = target.child;
    child.command = spec.command;
    if (child.command.empty()) return nullptr;
    return ask_program(world.loop, spec, child, world.wake);
  }
  const std::string host = spec.host.empty() ? target.ip : spec.host == "localhost" ? "127.0.0.1" : spec.host;
  const int32_t port = target.real_port(spec.port);
  const auto address = net::SocketAddress::from_ip(host, static_cast<uint16_t>(port));
  if (!address || port <= 0 || port > 65'535) return nullptr;
  return ask_network(world.loop, spec, *address, world.wake);
}

}  // namespace graylane::local
