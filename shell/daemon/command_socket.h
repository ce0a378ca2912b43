// How a command asks the running instance: over a socket in the state folder, so that the file system says who may. One
// request and one answer for each connection. The request is a command line; the answer is what it prints.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "net/event_loop.h"

namespace graylane::daemon {

inline constexpr size_t kCommandBytesMax = size_t{16} << 20;

struct Command {
  std::vector<std::string> arguments;  // without the program's name
  std::string input{};                 // what the command would read from a file or standard input
  bool out_colour = false;
  bool err_colour = false;
  size_t out_width = 0;
  size_t err_width = 0;
};

struct CommandAnswer {
  int exit_code = 0;
  std::string out;
  std::string err;
};

/// Asks the instance that holds this state folder. kNotFound: none does. kLimit: the command is over kCommandBytesMax.
/// Waits for the answer as long as the instance lives.
Result<CommandAnswer> ask_instance(const std::string& state_folder, const Command& command);

/// The instance's end: lives in the thread of its loop; `answer` is called there.
class CommandSocket final : public net::Handler {
 public:
  using Answer = std::function<CommandAnswer(const Command&)>;
  static Result<std::unique_ptr<CommandSocket>> listen(net::EventLoop& loop, int state_folder, Answer answer);
  ~CommandSocket();

 private:
  class Connection;
  CommandSocket(net::EventLoop& loop, net::Fd listener, Answer answer);
  void on_events(uint32_t epoll_events) override;
  void done(Connection& connection);

  net::EventLoop& loop_;
  net::Fd listener_;
  const Answer answer_;
  std::map<Connection*, std::unique_ptr<Connection>> connections_;
};

}  // namespace graylane::daemon
