#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "local/real_ports.h"
#include "local/test_pods.h"
#include "net/socket.h"

namespace graylane::local {
namespace {

using ::testing::HasSubstr;

TEST(RealPorts, LowPortsAreShiftedForOrdinaryUsersOnly) {
  // root serves port 80 as written; others get a port that the Pod does not use for something else.
  const auto nobody = [](uint16_t) { return false; };
  const auto everybody = [](uint16_t) { return true; };
  using Ports = std::map<int32_t, int32_t>;
  EXPECT_EQ(real_ports({80, 8080}, everybody), Ports());
  EXPECT_EQ(real_ports({80, 443, 8080}, nobody), (Ports{{80, 10080}, {443, 10443}}));
  EXPECT_EQ(real_ports({1023, 1024}, nobody), (Ports{{1023, 11023}}));
  EXPECT_EQ(real_ports({80, 10080}, nobody), (Ports{{80, 20080}}));
  EXPECT_EQ(real_ports({80, 10080, 20080, 30080, 40080, 50080, 60080}, nobody), (Ports{{80, 0}}));
}

class PortTest : public PodTest {
 protected:
  /// A server of the test program's own at any address.
  std::string server(const std::string& ip, int port) {
    const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
    return "command: [" + self + ", sample-server, hi], env: [{name: POD_IP, value: '" + ip +
           "'}], ports: [{containerPort: " + std::to_string(port) + "}]";
  }
  /// A port that nobody uses on any address at this moment.
  static int free_port() {
    const auto socket = net::listen(*net::SocketAddress::from_ip("0.0.0.0", 0));
    return net::local_address(socket->get()).port();
  }
};

TEST_F(PortTest, WhoFindsItsPortTakenByAnotherPodIsToldByWhom) {
  // Two replicas of a program that listens on 0.0.0.0 cannot both run here; nothing else explains the second one's failure.
  const int port = free_port();
  pod("greedy", server("0.0.0.0", port));
  ASSERT_TRUE(wait_ready("greedy"));
  pod("second", server("$(POD_IP)", port));
  ASSERT_TRUE(wait_until([&] { return restarts("second") >= 1; }));
  EXPECT_EQ(state("second", "terminated", "reason", "lastState"), "PortTaken");
  EXPECT_THAT(state("second", "terminated", "message", "lastState"), HasSubstr("Pod default/greedy"));
  EXPECT_THAT(state("second", "terminated", "message", "lastState"), HasSubstr("$POD_IP"));
}

TEST_F(PortTest, AnAnswerFromAStrangerMakesNoPodReady) {
  // Else requests for the new version would be answered by the old one, which listens everywhere.
  const int port = free_port();
  pod("greedy", server("0.0.0.0", port));
  ASSERT_TRUE(wait_ready("greedy"));
  pod("deaf", "command: [/bin/sh, -c, 'sleep 1000'], ports: [{containerPort: " + std::to_string(port) + "}]");
  ASSERT_TRUE(
      wait_until([&] { return condition("deaf", "message").find("is taken by Pod default/greedy") != std::string::npos; }));
  EXPECT_FALSE(view("deaf").ready);
}

TEST_F(PortTest, TwoPodsServeTheSamePortSideBySide) {
  // The point of an address for every Pod.
  const int port = free_port();
  pod("a", server("$(POD_IP)", port));
  pod("b", server("$(POD_IP)", port));
  EXPECT_TRUE(wait_ready("a"));
  EXPECT_TRUE(wait_ready("b"));
  EXPECT_NE(view("a").ip, view("b").ip);
}

TEST_F(PortTest, ThePodTellsItsRealPort) {
  // Endpoints have to carry the port on which the program listens.
  pod("web", "image: 'registry.cn-hangzhou.aliyuncs.com/acs-sample/old-nginx', ports: [{containerPort: 81}]");
  ASSERT_TRUE(wait_ready("web"));
  const int32_t expected = may_bind(view("web").ip, 81) ? 81 : 10'081;
  EXPECT_EQ(view("web").real_port(81), expected);
}

}  // namespace
}  // namespace graylane::local
