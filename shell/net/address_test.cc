#include "net/address.h"

#include <gtest/gtest.h>

namespace graylane::net {
namespace {

// People write these on the command line: what is read must be what is printed.
TEST(SocketAddress, IsPrintedAsItIsRead) {
  for (const char* text : {"127.0.0.1:8080", "0.0.0.0:0", "[::1]:8080", "[2001:db8::7]:65535"}) {
    const auto address = SocketAddress::parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->to_string(), text);
  }
}

// A listener on something other than what was meant would be worse than none.
TEST(SocketAddress, RefusesWhatIsNotExactlyAnAddressAndAPort) {
  for (const char* text :
       {"", "8080", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:80x", "::1:8080",
        "[127.0.0.1]:80", "[::1]", "[::1:80", "localhost:80", "127.1:80", "127.0.0.1 :80", "1.2.3.4.5:80"}) {
    const auto address = SocketAddress::parse(text);
    ASSERT_FALSE(address) << text;
    EXPECT_FALSE(address.error().fix.empty()) << text;
  }
}

// Client addresses are compared with ranges in one form, whatever the socket's family.
TEST(SocketAddress, GivesIpv4AsMappedIpv6) {
  const auto bytes = SocketAddress::parse("192.0.2.7:1")->ip_bytes();
  EXPECT_EQ(bytes, (std::array<uint8_t, 16>{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 7}));
}

// Messages name an address that a person can open.
TEST(SocketAddress, ReachesAListenerForAllAddressesByLoopback) {
  EXPECT_EQ(SocketAddress::parse("0.0.0.0:80")->reachable().to_string(), "127.0.0.1:80");
  EXPECT_EQ(SocketAddress::parse("[::]:80")->reachable().to_string(), "[::1]:80");
  EXPECT_EQ(SocketAddress::parse("192.0.2.7:80")->reachable().to_string(), "192.0.2.7:80");
}

}  // namespace
}  // namespace graylane::net
