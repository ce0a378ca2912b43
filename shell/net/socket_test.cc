#include "net/socket.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace graylane::net {
namespace {

bool connects(const SocketAddress& address) {
  const auto fd = connect(address);
  if (!fd) return false;
  pollfd wait{fd->get(), POLLOUT, 0};
  return poll(&wait, 1, 5000) == 1 && socket_error(fd->get()) == 0;
}

// Two gateways that share a port would each get half of the traffic, with different tables.
TEST(Sockets, ASecondProcessCannotShareTheAddressAndIsToldWhoHasIt) {
  const auto listeners = listen_shared(SocketAddress::loopback(), 3);
  ASSERT_TRUE(listeners);
  const SocketAddress address = local_address((*listeners)[0].get());
  const auto second = listen_shared(address, 3);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().what,
            "cannot listen on " + address.to_string() + ": address in use by pid " + std::to_string(getpid()));
  EXPECT_FALSE(listen(address));
}

// "Cannot assign requested address" says nothing to who mistyped an address or took another machine's.
TEST(Sockets, AnAddressOfAnotherMachineIsExplained) {
  const auto listener = listen(*SocketAddress::parse("203.0.113.1:8080"));
  ASSERT_FALSE(listener);
  EXPECT_NE(listener.error().fix.find("no interface of this machine has it"), std::string::npos) << listener.error().fix;
}

// The kernel shares connections out: every worker must get some, or it idles while another is overloaded.
TEST(Sockets, EveryListenerOfASharedAddressGetsConnections) {
  const auto listeners = listen_shared(SocketAddress::loopback(), 2);
  ASSERT_TRUE(listeners);
  const SocketAddress address = local_address((*listeners)[0].get());
  EXPECT_NE(address.port(), 0);
  std::vector<Fd> clients;
  std::array<int, 2> accepted{};
  for (int i = 0; i < 200; ++i) {
    clients.push_back(std::move(*connect(address)));
    std::array<pollfd, 2> wait{pollfd{(*listeners)[0].get(), POLLIN, 0}, pollfd{(*listeners)[1].get(), POLLIN, 0}};
    ASSERT_GE(poll(wait.data(), wait.size(), 5000), 1);
    for (size_t n = 0; n < wait.size(); ++n) {
      SocketAddress peer;
      while (accept((*listeners)[n].get(), peer)) ++accepted[n];
    }
  }
  EXPECT_EQ(accepted[0] + accepted[1], 200);
  EXPECT_GT(accepted[0], 0);
  EXPECT_GT(accepted[1], 0);
}

// A restart must not wait for the kernel to forget old connections.
TEST(Sockets, AnAddressCanBeTakenAgainAtOnceAfterItsListenersClosed) {
  auto listeners = listen_shared(SocketAddress::loopback(), 2);
  ASSERT_TRUE(listeners);
  const SocketAddress address = local_address((*listeners)[0].get());
  EXPECT_TRUE(connects(address));
  listeners->clear();
  EXPECT_FALSE(connects(address));
  EXPECT_TRUE(listen_shared(address, 2));
}

// The client's address goes into logs, access lists and X-Forwarded-For.
TEST(Sockets, AcceptTellsWhoConnected) {
  for (const char* text : {"127.0.0.1:0", "[::1]:0"}) {
    const auto listener = listen(*SocketAddress::parse(text));
    ASSERT_TRUE(listener) << text;
    const auto client = connect(local_address(listener->get()));
    ASSERT_TRUE(client);
    pollfd wait{listener->get(), POLLIN, 0};
    ASSERT_EQ(poll(&wait, 1, 5000), 1);
    SocketAddress peer;
    ASSERT_TRUE(accept(listener->get(), peer));
    EXPECT_EQ(peer, local_address(client->get()));
  }
}

}  // namespace
}  // namespace graylane::net
