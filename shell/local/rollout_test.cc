// Controllers, runtime and real processes together: what a release looks like to those who send requests.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <atomic>
#include <mutex>
#include <thread>

#include "api/service_index.h"
#include "control/deployment_controller.h"
#include "control/endpoints_controller.h"
#include "local/test_pods.h"
#include "net/address.h"

namespace graylane::local {
namespace {

using std::chrono::sys_seconds;

/// Sends requests without pause, each on a connection of its own, to the endpoints it was told last; as a gateway does.
class Load {
 public:
  ~Load() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  void begin() {
    thread_ = std::thread([this] {
      while (!stop_) turn();
    });
  }
  void use(std::vector<api::Endpoint> endpoints, uint64_t revision) {
    const std::lock_guard lock(mutex_);
    endpoints_ = std::move(endpoints);
    told_ = revision;
  }
  /// Everything up to this revision of the store is what it goes by, with no older request under way.
  uint64_t acknowledged() const { return acknowledged_; }

  std::atomic<int> requests = 0, failures = 0, fresh = 0;

 private:
  void turn() {
    std::vector<api::Endpoint> endpoints;
    {
      const std::lock_guard lock(mutex_);
      endpoints = endpoints_;
      acknowledged_ = told_;
    }
    if (endpoints.empty()) {
      ++failures;
      return;
    }
    const api::Endpoint& endpoint = endpoints[static_cast<size_t>(requests) % endpoints.size()];
    const std::string answer = ask(*net::SocketAddress::from_ip(endpoint.address, endpoint.port));
    ++requests;
    if (answer.ends_with("new\n")) ++fresh;
    else if (!answer.ends_with("old\n")) ++failures;
  }

  static std::string ask(const net::SocketAddress& address) {
    const net::Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const timeval limit{10, 0};
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (::connect(socket.get(), address.data(), address.size()) != 0) return "refused";
    const std::string_view request = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    if (::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL) < 0) return "broken";
    std::string answer;
    std::array<char, 1024> buffer;
    for (ssize_t size; (size = ::recv(socket.get(), buffer.data(), buffer.size(), 0)) > 0;)
      answer.append(buffer.data(), static_cast<size_t>(size));
    return answer;
  }

  std::thread thread_;
  std::mutex mutex_;
  std::vector<api::Endpoint> endpoints_;
  uint64_t told_ = 0;
  std::atomic<uint64_t> acknowledged_ = 0;
  std::atomic<bool> stop_ = false;
};

class RolloutTest : public PodTest {
 protected:
  void SetUp() override {
    PodTest::SetUp();
    options_.drain_max = std::chrono::seconds(20);
    options_.may_stop = [this](const StoppingPod& pod) { return load_.acknowledged() >= pod.revision; };
    apply(
        "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: web}, ports: [{port: 80, targetPort: "
        "http}]}}");
  }

  void deploy(int replicas, const std::string& version) {
    apply("{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: " + std::to_string(replicas) +
          ", selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web,"
          " image: registry.cn-hangzhou.aliyuncs.com/acs-sample/" +
          version + "-nginx, ports: [{name: http, containerPort: 18080}]}]}}}}");
  }

  /// One round of what a running instance does all the time.
  void turn() {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    ASSERT_TRUE(deployments_.step(now));
    // Read before the slices are made: they then know everything up to it.
    const uint64_t revision = store_.list({"", "Pod", {}})->revision;
    ASSERT_TRUE(endpoints_.step(std::chrono::sys_seconds{}));
    api::ServiceIndex index;
    const control::Listing everything = store_.list({}).value();
    for (const api::ObjectPtr& object : everything.items) index.put(object);
    load_.use(index.resolve("default", "web", {80, {}}).endpoints, revision);
    ASSERT_TRUE(runtime().reconcile());
    loop_->turn(std::chrono::milliseconds(5));
  }
  bool settle(const std::function<bool()>& holds) {
    return wait_until([&] {
      turn();
      return holds();
    });
  }
  std::vector<api::Pod> pods() {
    std::vector<api::Pod> result;
    const control::Listing listing = store_.list({"", "Pod", {}}).value();
    for (const api::ObjectPtr& pod : listing.items) result.push_back(api::read_pod(*pod));
    return result;
  }
  bool all_ready(size_t number) {
    const std::vector<api::Pod> present = pods();
    return present.size() == number &&
           std::ranges::all_of(present, [](const api::Pod& pod) { return pod.ready && !pod.terminating; });
  }

  control::DeploymentController deployments_{store_, 7};
  control::EndpointsController endpoints_{store_};
  Load load_;
};

TEST_F(RolloutTest, ARollingUpdateAndScalingLoseNoRequest) {
  // The promise of the whole thing: nobody outside notices that a version is replaced.
  deploy(2, "old");
  ASSERT_TRUE(settle([&] { return all_ready(2); }));
  turn();
  load_.begin();
  ASSERT_TRUE(settle([&] { return load_.requests > 50; }));
  EXPECT_EQ(load_.fresh, 0);
  deploy(2, "new");
  ASSERT_TRUE(settle([&] {
    const auto is_new = [&](const api::Pod& pod) {
      return object(pod.name)
          ->find("spec")
          ->find("containers")
          ->as_array()
          ->front()
          .find("image")
          ->as_string()
          ->ends_with("new-nginx");
    };
    return all_ready(2) && std::ranges::all_of(pods(), is_new);
  }));
  deploy(4, "new");
  ASSERT_TRUE(settle([&] { return all_ready(4); }));
  deploy(1, "new");
  ASSERT_TRUE(settle([&] { return all_ready(1); }));
  const int before = load_.requests;
  ASSERT_TRUE(settle([&] { return load_.requests > before + 50; }));
  EXPECT_GT(load_.fresh, 50);
  EXPECT_EQ(load_.failures, 0) << "of " << load_.requests;
}

}  // namespace
}  // namespace graylane::local
