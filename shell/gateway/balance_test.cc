// Choosing: endpoints, rings, draws and cookies, without sockets.
#include <gtest/gtest.h>

#include <map>

#include "gateway/backends.h"
#include "gateway/byte_queue.h"
#include "gateway/cookies.h"
#include "gateway/hash_ring.h"
#include "gateway/splits.h"
#include "gateway/turn.h"
#include "gateway/worker.h"
#include "net/socket.h"

namespace graylane::gateway {
namespace {

// One endpoint less must move its own keys only: every other cache stays warm.
TEST(HashRing, AMemberThatGoesMovesOnlyItsOwnKeys) {
  std::vector<std::string> names;
  for (int i = 0; i < 10; ++i) names.push_back("10.0.0." + std::to_string(i) + ":8080");
  const std::vector<std::string_view> all(names.begin(), names.end());
  const HashRing ring(all);
  const HashRing smaller(std::span<const std::string_view>(all).first(9));
  std::map<uint32_t, int> counts;
  for (int i = 0; i < 10'000; ++i) {
    const std::string key = "user" + std::to_string(i);
    uint32_t with = 0;
    uint32_t without = 0;
    const auto take = [](uint32_t& into) { return [&into](uint32_t member) { return into = member, true; }; };
    ASSERT_TRUE(ring.find(key, take(with)));
    ASSERT_TRUE(smaller.find(key, take(without)));
    ++counts[with];
    EXPECT_TRUE(with == 9 || with == without) << key;
  }
  ASSERT_EQ(counts.size(), 10U);
  for (const auto& [member, count] : counts) EXPECT_NEAR(count, 1000, 350) << member;
}

// A retry goes round the ring until it has seen everybody.
TEST(HashRing, OffersEveryMemberInTurn) {
  const std::vector<std::string_view> names = {"a", "b", "c"};
  std::map<uint32_t, int> offered;
  EXPECT_FALSE(HashRing(names).find("key", [&](uint32_t member) { return ++offered[member], false; }));
  EXPECT_EQ(offered.size(), 3U);
  EXPECT_FALSE(HashRing().find("key", [](uint32_t) { return true; }));
}

// Three failures in a row, not three in a lifetime.
TEST(Endpoint, IsEjectedAfterFailuresInARowAndForgivenByAnAnswer) {
  Endpoint endpoint;
  const net::Instant now{};
  for (int i = 0; i < 10; ++i) {
    endpoint.failed(now);
    endpoint.failed(now);
    EXPECT_FALSE(endpoint.ejected(now));
    endpoint.succeeded(std::chrono::milliseconds(1));
  }
  for (uint32_t i = 0; i < kFailuresToEject; ++i) endpoint.failed(now);
  EXPECT_TRUE(endpoint.ejected(now));
  EXPECT_FALSE(endpoint.ejected(now + kEjectionTime));
  endpoint.failed(now + kEjectionTime);
  EXPECT_TRUE(endpoint.ejected(now + kEjectionTime)) << "one failure is enough after an ejection";
}

route::TablePtr table_of(std::vector<bool> ready, route::SplitMode mode = route::SplitMode::kExact) {
  auto table = std::make_shared<route::Table>();
  table->split_mode = mode;
  route::SharedSlots<route::BackendPtr>::Edit edit(table->backends);
  for (size_t i = 0; i < ready.size(); ++i) {
    route::Backend backend;
    if (ready[i]) backend.endpoints.push_back({"127.0.0.1", 80});
    edit.set(i, std::make_shared<const route::Backend>(std::move(backend)));
  }
  return table;
}

route::Split split_of(std::vector<uint64_t> weights) {
  route::Split split;
  split.id = 7;
  split.total = 100;
  for (size_t i = 0; i < weights.size(); ++i) {
    split.destinations.push_back({static_cast<route::BackendId>(i), route::Role::kStable, weights[i], "", {}});
  }
  return split;
}

// Least request: with turns, every third request would wait behind an endpoint that is busy; and one that is slower than the
// others gets less, not nothing.
TEST(Backend, LeastRequestPassesABusyEndpointBy) {
  telemetry::Recorder recorder;
  WorkerOptions options;
  options.recorder = &recorder;
  const auto worker = std::move(*Worker::create(std::move(options), std::move(*net::listen(net::SocketAddress::loopback()))));
  route::Backend description;
  description.balance = route::LoadBalance::kEwma;
  for (uint16_t port = 1001; port <= 1003; ++port) description.endpoints.push_back({"127.0.0.1", port});
  Backend backend(std::make_shared<const route::Backend>(description), worker->pool(), 0);
  route::Rng rng(7);
  const auto shares = [&] {
    std::map<const Endpoint*, int> counts;
    for (int i = 0; i < 3000; ++i) ++counts[backend.pick({net::Instant{}, rng, {}, {}})];
    return counts;
  };
  Endpoint* first = backend.endpoints()[0];
  for (const auto& [endpoint, count] : shares()) EXPECT_NEAR(count, 1000, 200) << endpoint->text;
  first->in_flight = 1;
  EXPECT_EQ(shares()[first], 0) << "of any two, the other one has less to do";
  for (Endpoint* endpoint : backend.endpoints()) endpoint->in_flight = 1;
  first->answer_time = std::chrono::seconds(1);
  EXPECT_EQ(shares()[first], 0) << "as busy as the others, and slower";
  first->in_flight = 0;
  backend.endpoints()[1]->answer_time = backend.endpoints()[2]->answer_time = std::chrono::seconds(1);
  EXPECT_NEAR(shares()[first], 2000, 200) << "idle: it wins wherever it is one of the two";
}

// A/B/n: each version has the share that was asked for, exactly.
TEST(Splits, SeveralCanariesEachHaveTheirShare) {
  for (const route::SplitMode mode : {route::SplitMode::kExact, route::SplitMode::kRandom}) {
    const auto table = table_of({true, true, true}, mode);
    const route::Split split = split_of({70, 10, 20});
    Splits splits(1);
    std::array<int, 3> counts{};
    for (int i = 0; i < 10'000; ++i) ++counts[splits.draw(*table, split, {}, {})];
    const double off = mode == route::SplitMode::kExact ? 5 : 250;
    EXPECT_NEAR(counts[0], 7000, off);
    EXPECT_NEAR(counts[1], 1000, off);
    EXPECT_NEAR(counts[2], 2000, off);
  }
}

TEST(Splits, AUserStaysWhenTheWeightRises) {
  // Raising a weight moves people into the canary, never out of it.
  const auto table = table_of({true, true});
  Splits splits(1);
  int canaries = 0;
  for (int user = 0; user < 2000; ++user) {
    const std::string key = "u" + std::to_string(user);
    const uint32_t at_10 = splits.draw(*table, split_of({90, 10}), {key}, {});
    const uint32_t at_50 = splits.draw(*table, split_of({50, 50}), {key}, {});
    EXPECT_TRUE(at_10 == 0 || at_50 == 1);
    canaries += at_10 == 1;
  }
  EXPECT_NEAR(canaries, 200, 70);
}

// A version without endpoints must not answer 503 for its share.
TEST(Splits, AVersionWithoutEndpointsIsPassedOver) {
  const auto table = table_of({true, false});
  Splits splits(1);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(splits.draw(*table, split_of({0, 100}), {}, {}), 0U);
  EXPECT_EQ(splits.draw(*table, split_of({0, 100}), {"user"}, {}), 0U);
}

// Tables come and go for years.
TEST(Splits, ForgetsWhatIsNotUsedAnyMore) {
  const auto table = table_of({true, true});
  Splits splits(1);
  net::Instant now{};
  for (uint64_t id = 0; id < 3 * Splits::kKept; ++id) {
    route::Split split = split_of({50, 50});
    split.id = id;
    splits.draw(*table, split, {}, now);
  }
  splits.sweep(now);
  EXPECT_EQ(splits.size(), 3 * Splits::kKept);
  splits.sweep(now + Splits::kForgetAfter + std::chrono::seconds(1));
  EXPECT_EQ(splits.size(), 0U);
}

// The matcher and the balancer must read the same two parts.
TEST(Cookies, AnAffinityCookieHasTwoParts) {
  EXPECT_EQ(read_affinity_cookie("node|key").node, "node");
  EXPECT_EQ(read_affinity_cookie("node|key").backend, "key");
  EXPECT_EQ(read_affinity_cookie("|node||key|more").backend, "key");
  EXPECT_EQ(read_affinity_cookie("node").backend, "");
  EXPECT_EQ(read_affinity_cookie("").node, "");
}

TEST(Cookies, AreSecureOnSecureConnections) {
  // Otherwise a plain request would give the session away.
  route::Rng rng(1);
  std::string cookie;
  const std::string minted(mint_sticky_cookie("route", true, rng, cookie));
  EXPECT_EQ(minted.size(), 32U);
  EXPECT_EQ(cookie, "route=" + minted + "; Path=/; Secure; HttpOnly");
}

// A connection that has nothing to say costs a pointer.
TEST(ByteQueue, GivesBackItsMemoryWhenEmpty) {
  ByteQueue queue;
  EXPECT_TRUE(queue.empty());
  queue.append("hello ");
  queue.append("world");
  EXPECT_EQ(queue.view(), "hello world");
  queue.consume(6);
  EXPECT_EQ(queue.view(), "world");
  queue.append("!");
  EXPECT_EQ(queue.view(), "world!");
  queue.consume(6);
  EXPECT_TRUE(queue.empty());
  static_assert(sizeof(ByteQueue) == sizeof(void*));
}

// Caches compute with it.
TEST(TurnClock, WritesTheTimeAsHttpWantsIt) {
  TurnClock clock;
  const std::string text(clock.date());
  tm parts{};
  ASSERT_NE(strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts), nullptr) << text;
  EXPECT_EQ(static_cast<uint64_t>(timegm(&parts)), clock.unix_milliseconds() / 1000);
}

}  // namespace
}  // namespace graylane::gateway
