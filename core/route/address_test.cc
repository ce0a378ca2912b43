#include "route/address.h"

#include <gtest/gtest.h>

namespace graylane::route {
namespace {

bool contains(std::string_view range, std::string_view address) {
  return parse_cidr(range).value().contains(parse_address(address).value());
}

TEST(Address, ReadsBothFamiliesAndNothingElse) {
  // An address list that is read wrongly lets somebody in.
  EXPECT_TRUE(parse_address("192.0.2.7"));
  EXPECT_TRUE(parse_address("2001:db8::1"));
  for (const std::string_view bad : {"", "192.0.2", "192.0.2.256", "192.0.2.7:80", "[::1]", "fe80::1%eth0", " 192.0.2.7",
                                     "192.0.2.7 ", "localhost", "::1/64"}) {
    EXPECT_FALSE(parse_address(bad)) << bad;
  }
  EXPECT_FALSE(parse_address(std::string_view("192.0.2.7\0x", 11)));
}

TEST(Address, AMappedIpv4AddressIsTheIpv4Address) {
  // A dual-stack listener reports IPv4 clients this way.
  EXPECT_EQ(parse_address("::ffff:192.0.2.7"), parse_address("192.0.2.7"));
}

TEST(Cidr, ContainsByItsBits) {
  // Also where the bits end within a byte.
  EXPECT_TRUE(contains("192.0.2.0/24", "192.0.2.255"));
  EXPECT_FALSE(contains("192.0.2.0/24", "192.0.3.0"));
  EXPECT_TRUE(contains("10.16.0.0/12", "10.31.255.255"));
  EXPECT_FALSE(contains("10.16.0.0/12", "10.32.0.0"));
  EXPECT_TRUE(contains("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(contains("2001:db8::/33", "2001:db8:8000::1"));
  EXPECT_TRUE(contains("192.0.2.7", "192.0.2.7"));
  EXPECT_FALSE(contains("192.0.2.7", "192.0.2.8"));
}

TEST(Cidr, HostBitsDoNotCount) {
  // "192.0.2.7/24" is written often and means the network.
  EXPECT_TRUE(contains("192.0.2.7/24", "192.0.2.1"));
}

TEST(Cidr, EverythingOfOneFamilyIsNotTheOther) {
  // 0.0.0.0/0 is every IPv4 address; ::/0 is every address, since IPv4 is kept mapped.
  EXPECT_TRUE(contains("0.0.0.0/0", "203.0.113.1"));
  EXPECT_FALSE(contains("0.0.0.0/0", "2001:db8::1"));
  EXPECT_TRUE(contains("::/0", "2001:db8::1"));
}

TEST(Cidr, RefusesWhatIsNoRange) {
  // The author gets an error; nobody gets a wider range than was meant.
  for (const std::string_view bad : {"", "/24", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/+8", "192.0.2.0/8 ",
                                     "2001:db8::/129", "192.0.2.0/999999999999", "192.0.2/24"}) {
    EXPECT_FALSE(parse_cidr(bad)) << bad;
  }
}

}  // namespace
}  // namespace graylane::route
