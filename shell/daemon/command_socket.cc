#include "daemon/command_socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>

#include "daemon/state_folder.h"

namespace graylane::daemon {

namespace {

constexpr const char* kName = "command.sock";
constexpr size_t kConnectionsMax = 64;

// A message is a list of texts, each with its length in front: eight bytes, lowest first.
void put(std::string& out, std::string_view text) {
  for (size_t i = 0, size = text.size(); i < 8; ++i, size >>= 8) out += static_cast<char>(size & 0xff);
  out += text;
}

std::optional<std::vector<std::string>> texts_of(std::string_view bytes) {
  std::vector<std::string> texts;
  while (bytes.size() >= 8) {
    uint64_t size = 0;
    for (size_t i = 8; i-- > 0;) size = size << 8 | static_cast<unsigned char>(bytes[i]);
    bytes.remove_prefix(8);
    if (size > bytes.size()) return std::nullopt;
    texts.emplace_back(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
  if (!bytes.empty()) return std::nullopt;
  return texts;
}

std::string encode(const Command& command) {
  std::string out;
  put(out, std::to_string(command.out_colour));
  put(out, std::to_string(command.err_colour));
  put(out, std::to_string(command.out_width));
  put(out, std::to_string(command.err_width));
  put(out, command.input);
  for (const std::string& argument : command.arguments) put(out, argument);
  return out;
}

size_t number(const std::string& text) { return static_cast<size_t>(std::strtoul(text.c_str(), nullptr, 10)); }

std::optional<Command> decode_command(std::string_view bytes) {
  const auto texts = texts_of(bytes);
  if (!texts || texts->size() < 5) return std::nullopt;
  const std::vector<std::string>& t = *texts;
  return Command{{t.begin() + 5, t.end()}, t[4], t[0] == "1", t[1] == "1", number(t[2]), number(t[3])};
}

std::string encode(const CommandAnswer& answer) {
  std::string out;
  put(out, std::to_string(answer.exit_code));
  put(out, answer.out);
  put(out, answer.err);
  return out;
}

// Reached through the folder's descriptor: a socket's name may have 107 bytes only.
sockaddr_un address_in(int folder) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = "/proc/self/fd/" + std::to_string(folder) + "/" + kName;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

std::unexpected<Error> failed(const std::string& doing) {
  return fail(ErrorCode::kUnavailable, doing + ": " + std::generic_category().message(errno), {}, {});
}

std::unexpected<Error> nobody(const std::string& folder) {
  return fail(ErrorCode::kNotFound, "no instance is running with the state folder " + folder, {},
              "start one with graylane up -f DIR, or name its folder with --state");
}

Result<net::Fd> reach(const std::string& folder) {
  const net::Fd opened(::open(folder.c_str(), O_DIRECTORY | O_CLOEXEC | O_RDONLY));
  if (!opened) return nobody(folder);
  net::Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) return failed("a socket cannot be made");
  const sockaddr_un address = address_in(opened.get());
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) return socket;
  if (errno == ENOENT || errno == ECONNREFUSED) return nobody(folder);
  return failed("the instance of the state folder " + folder + " cannot be reached");
}

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EINTR) return false;
    if (sent > 0) bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

std::string receive_all(int socket) {
  std::string bytes;
  std::array<char, 64 * 1024> buffer;
  for (;;) {
    const ssize_t size = ::recv(socket, buffer.data(), buffer.size(), 0);
    if (size > 0) bytes.append(buffer.data(), static_cast<size_t>(size));
    if (size == 0 || (size < 0 && errno != EINTR)) return bytes;
  }
}

}  // namespace

Result<CommandAnswer> ask_instance(const std::string& state_folder, const Command& command) {
  const std::string request = encode(command);
  if (request.size() > kCommandBytesMax) {
    return fail(ErrorCode::kLimit, "the command and its input are over 16 MiB", {}, "name manifests with -f instead");
  }
  const auto socket = reach(state_folder);
  if (!socket) return std::unexpected(socket.error());
  if (!send_all(socket->get(), request) || ::shutdown(socket->get(), SHUT_WR) != 0) return failed("the instance went away");
  const auto texts = texts_of(receive_all(socket->get()));
  if (!texts || texts->size() != 3) {
    return fail(ErrorCode::kUnavailable, "the instance gave no whole answer", {}, "see whether it still runs, and ask again");
  }
  return CommandAnswer{static_cast<int>(number((*texts)[0])), (*texts)[1], (*texts)[2]};
}

class CommandSocket::Connection final : public net::Handler {
 public:
  Connection(CommandSocket& owner, net::Fd socket) : owner_(owner), socket_(std::move(socket)) {}
  ~Connection() { owner_.loop_.remove(socket_.get(), *this); }
  int fd() const { return socket_.get(); }

  void on_events(uint32_t epoll_events) override {
    if (!answering_ && !read()) return;
    if (answering_ && !write()) return;
    if (closed_ || (epoll_events & (EPOLLHUP | EPOLLERR)) != 0) owner_.done(*this);
  }

 private:
  /// False: this connection is gone.
  bool read() {
    std::array<char, 64 * 1024> buffer;
    for (;;) {
      const ssize_t size = ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (size < 0 && errno == EAGAIN) return true;
      if (size > 0 && bytes_.size() + static_cast<size_t>(size) <= kCommandBytesMax) {
        bytes_.append(buffer.data(), static_cast<size_t>(size));
        continue;
      }
      if (size == 0) return answer();
      return owner_.done(*this), false;
    }
  }

  bool answer() {
    const auto command = decode_command(bytes_);
    if (!command) return owner_.done(*this), false;
    bytes_ = encode(owner_.answer_(*command));
    answering_ = true;
    return true;
  }

  bool write() {
    while (sent_ < bytes_.size()) {
      const ssize_t size = ::send(socket_.get(), bytes_.data() + sent_, bytes_.size() - sent_, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (size < 0 && errno == EAGAIN) return true;
      if (size < 0) return owner_.done(*this), false;
      sent_ += static_cast<size_t>(size);
    }
    closed_ = true;
    return true;
  }

  CommandSocket& owner_;
  net::Fd socket_;
  std::string bytes_;  // of the request, then of the answer
  size_t sent_ = 0;
  bool answering_ = false;
  bool closed_ = false;
};

Result<std::unique_ptr<CommandSocket>> CommandSocket::listen(net::EventLoop& loop, int state_folder, Answer answer) {
  ::unlinkat(state_folder, kName, 0);  // of an instance that was killed; the folder's lock says that it is gone
  net::Fd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!listener) return failed("a socket cannot be made");
  const sockaddr_un address = address_in(state_folder);
  const mode_t before = ::umask(0177);
  const int bound = ::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  ::umask(before);
  if (bound != 0 || ::listen(listener.get(), 64) != 0)
    return failed("the socket for commands cannot be made in the state folder");
  std::unique_ptr<CommandSocket> made(new CommandSocket(loop, std::move(listener), std::move(answer)));
  if (auto added = loop.add_level(made->listener_.get(), *made); !added) return std::unexpected(added.error());
  return made;
}

CommandSocket::CommandSocket(net::EventLoop& loop, net::Fd listener, Answer answer)
    : loop_(loop), listener_(std::move(listener)), answer_(std::move(answer)) {}

CommandSocket::~CommandSocket() {
  connections_.clear();
  loop_.remove(listener_.get(), *this);
}

void CommandSocket::on_events(uint32_t /*epoll_events*/) {
  net::Fd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!socket || connections_.size() >= kConnectionsMax) return;
  auto connection = std::make_unique<Connection>(*this, std::move(socket));
  Connection* key = connection.get();
  if (loop_.add(key->fd(), *key)) connections_.emplace(key, std::move(connection));
}

void CommandSocket::done(Connection& connection) { connections_.erase(&connection); }

}  // namespace graylane::daemon
