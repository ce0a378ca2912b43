#include "daemon/signals.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>
#include <utility>

namespace graylane::daemon {

Signals::Signals(std::initializer_list<int> signals, std::function<void(int)> told) : told_(std::move(told)) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : signals) sigaddset(&set, signal);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  fd_.reset(::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
}

void Signals::on_events(uint32_t /*epoll_events*/) {
  signalfd_siginfo info;
  while (::read(fd_.get(), &info, sizeof(info)) == sizeof(info)) told_(static_cast<int>(info.ssi_signo));
}

}  // namespace graylane::daemon
