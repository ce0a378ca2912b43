#include "control/external_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/service_index.h"
#include "control/test_objects.h"
#include "store/memory_store.h"

namespace graylane::control {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

/// Notes the questions; a test answers them.
class FakeResolver final : public NameResolver {
 public:
  void ask(const std::string& name) override { asked.push_back(name); }
  std::vector<std::string> asked;
};

class ExternalNamesTest : public testing::Test {
 protected:
  void service(const std::string& name, const std::string& external_name, const std::string& type = "ExternalName") {
    ASSERT_TRUE(store_.apply(object_of("{apiVersion: v1, kind: Service, metadata: {name: " + name + "}, spec: {type: " + type +
                                       ", externalName: '" + external_name + "', ports: [{port: 80}]}}")));
  }
  bool step() {
    const auto changed = names_.step(now_);
    EXPECT_TRUE(changed) << changed.error().to_string();
    return changed && *changed;
  }
  void answer(const std::string& name, Result<Addresses> addresses) {
    names_.answered(name, std::move(addresses), now_);
    step();
  }
  static Result<Addresses> nothing() {
    return std::unexpected(Error{ErrorCode::kUnavailable, "Name or service not known", {}, {}});
  }
  /// What routing makes of the Service.
  std::vector<std::string> endpoints(const std::string& service) {
    api::ServiceIndex index;
    const Listing listing = store_.list({}).value();
    for (const api::ObjectPtr& object : listing.items) index.put(object);
    std::vector<std::string> texts;
    const api::ResolvedPort resolved = index.resolve("default", service, {80, {}});
    for (const api::Endpoint& endpoint : resolved.endpoints)
      texts.push_back(endpoint.address + ":" + std::to_string(endpoint.port));
    return texts;
  }
  size_t slices() { return store_.list({"discovery.k8s.io", "EndpointSlice", {}})->items.size(); }

  store::MemoryStore store_;
  FakeResolver resolver_;
  ExternalNames names_{store_, resolver_};
  ExternalNames::Time now_{};
};

TEST_F(ExternalNamesTest, AnExternalNameBecomesItsAddresses) {
  // Without them every request of such a Service would be answered 503.
  service("far", "api.example");
  service("near", "", "ClusterIP");
  EXPECT_FALSE(step());
  EXPECT_THAT(resolver_.asked, ElementsAre("api.example"));
  answer("api.example", Addresses{"192.0.2.8", "192.0.2.7", "192.0.2.8"});
  EXPECT_THAT(endpoints("far"), ElementsAre("192.0.2.7:80", "192.0.2.8:80"));
  EXPECT_FALSE(step()) << "the controller never comes to rest";
  EXPECT_THAT(names_.diagnostics(), IsEmpty());
}

TEST_F(ExternalNamesTest, SixIsAddressedAsWell) {
  // A slice says of which family its addresses are.
  service("far", "api.example");
  step();
  answer("api.example", Addresses{"2001:db8::1"});
  EXPECT_THAT(endpoints("far"), ElementsAre("2001:db8::1:80"));
}

TEST_F(ExternalNamesTest, ANameIsAskedForOnceForAllItsServices) {
  // Ten Services of one name are one question, and one answer.
  service("a", "api.example");
  service("b", "api.example");
  step();
  step();
  EXPECT_THAT(resolver_.asked, ElementsAre("api.example"));
  answer("api.example", Addresses{"192.0.2.7"});
  EXPECT_THAT(endpoints("a"), ElementsAre("192.0.2.7:80"));
  EXPECT_THAT(endpoints("b"), ElementsAre("192.0.2.7:80"));
}

TEST_F(ExternalNamesTest, ItIsAskedAgainAfterTheInterval) {
  // A name's addresses move; whoever keeps the first ones sends requests to nobody.
  service("far", "api.example");
  step();
  EXPECT_EQ(names_.look_again(), std::nullopt) << "nothing to do before the answer";
  answer("api.example", Addresses{"192.0.2.7"});
  EXPECT_EQ(names_.look_again(), now_ + kResolveInterval);
  now_ += kResolveInterval - 1ms;
  step();
  EXPECT_EQ(resolver_.asked.size(), 1u);
  now_ += 1ms;
  EXPECT_FALSE(step());
  EXPECT_EQ(resolver_.asked.size(), 2u);
  EXPECT_THAT(endpoints("far"), ElementsAre("192.0.2.7:80")) << "until the new answer";
  answer("api.example", Addresses{"192.0.2.9"});
  EXPECT_THAT(endpoints("far"), ElementsAre("192.0.2.9:80"));
}

TEST_F(ExternalNamesTest, AFailureKeepsTheLastAddressesAndIsTold) {
  // A resolver that is down for a minute must not take the Service down.
  service("far", "api.example");
  step();
  answer("api.example", Addresses{"192.0.2.7"});
  now_ += kResolveInterval;
  step();
  answer("api.example", nothing());
  EXPECT_THAT(endpoints("far"), ElementsAre("192.0.2.7:80"));
  ASSERT_EQ(names_.diagnostics().size(), 1u);
  EXPECT_THAT(to_string(names_.diagnostics()[0]), HasSubstr("its last addresses stay in use"));
  EXPECT_EQ(names_.look_again(), now_ + kResolveInterval);
}

TEST_F(ExternalNamesTest, ANameThatNeverResolvedHasNoEndpointsAndIsTold) {
  // The author sees why the answer is 503, and where it was written.
  service("far", "nowhere.example");
  step();
  answer("nowhere.example", nothing());
  EXPECT_EQ(slices(), 1u);
  EXPECT_THAT(endpoints("far"), IsEmpty());
  ASSERT_EQ(names_.diagnostics().size(), 1u);
  const Diagnostic told = names_.diagnostics()[0];
  EXPECT_EQ(told.object, "Service default/far");
  EXPECT_EQ(told.id, "name-unresolved");
  EXPECT_GT(told.where.at.line, 0u);
  EXPECT_THAT(told.message, HasSubstr("nowhere.example does not resolve (Name or service not known)"));
}

TEST_F(ExternalNamesTest, NoAddressIsAFailureToo) {
  // A name may exist and have mail servers only.
  service("far", "api.example");
  step();
  answer("api.example", Addresses{});
  EXPECT_EQ(names_.diagnostics().size(), 1u);
}

TEST_F(ExternalNamesTest, AnotherNameTakesOverOnceItIsKnown) {
  // An edit of the name must not cost requests while the new one is looked up; but a name that fails is not the old one.
  service("far", "old.example");
  step();
  answer("old.example", Addresses{"192.0.2.7"});
  service("far", "new.example");
  step();
  EXPECT_THAT(endpoints("far"), ElementsAre("192.0.2.7:80"));
  answer("old.example", Addresses{"192.0.2.8"});
  EXPECT_THAT(endpoints("far"), ElementsAre("192.0.2.7:80")) << "an answer that nobody waits for";
  answer("new.example", nothing());
  EXPECT_THAT(endpoints("far"), IsEmpty());
}

TEST_F(ExternalNamesTest, AServiceThatIsGoneLeavesNothing) {
  // Neither a slice that a new Service of that name would begin with, nor questions for ever.
  service("far", "api.example");
  step();
  answer("api.example", Addresses{"192.0.2.7"});
  ASSERT_TRUE(store_.remove({"", "Service", "default", "far"}, 0));
  EXPECT_TRUE(step());
  EXPECT_EQ(slices(), 0u);
  EXPECT_EQ(names_.look_again(), std::nullopt);
}

TEST_F(ExternalNamesTest, NamesAndAddressesHaveLimits) {
  // Who writes manifests must not be able to make us ask for anything without end.
  for (size_t i = 0; i <= kNamesMax; ++i) service("s" + std::to_string(1000 + i), "n" + std::to_string(1000 + i) + ".example");
  step();
  EXPECT_EQ(resolver_.asked.size(), kNamesMax);
  Addresses many;
  for (size_t i = 0; i < 2 * kAddressesMax; ++i) many.push_back("192.0.2." + std::to_string(i));
  answer("n1000.example", many);
  EXPECT_EQ(endpoints("s1000").size(), kAddressesMax);
  const std::string last = "s" + std::to_string(1000 + kNamesMax);
  EXPECT_THAT(endpoints(last), IsEmpty());
  ASSERT_EQ(names_.diagnostics().size(), 1u);
  EXPECT_EQ(names_.diagnostics()[0].object, "Service default/" + last);
  ASSERT_TRUE(store_.remove({"", "Service", "default", "s1000"}, 0));
  step();
  EXPECT_EQ(resolver_.asked.size(), kNamesMax + 1) << "there is room for it now";
}

}  // namespace
}  // namespace graylane::control
