#include "daemon/signals.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>
#include <utility>

namespace graylane::daemon {

namespace {

sigset_t set_of(Signals::Numbers signals) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : signals) sigaddset(&set, signal);
  return set;
}

}  // namespace

void Signals::block(Numbers signals) {
  const sigset_t set = set_of(signals);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

Signals::Signals(Numbers signals, std::function<void(int)> told) : told_(std::move(told)) {
  block(signals);
  const sigset_t set = set_of(signals);
  fd_.reset(::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
}

void Signals::on_events(uint32_t /*epoll_events*/) {
  signalfd_siginfo info;
  while (::read(fd_.get(), &info, sizeof(info)) == sizeof(info)) told_(static_cast<int>(info.ssi_signo));
}

}  // namespace graylane::daemon
