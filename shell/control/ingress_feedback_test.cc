// What the authors of Ingresses read of them by kubectl: their address, and what is wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/build.h"
#include "api/view_fields.h"
#include "control/finding_events.h"
#include "control/ingress_status.h"
#include "control/object_parts.h"
#include "control/route_feed.h"
#include "control/test_objects.h"
#include "doc/parse.h"
#include "store/memory_store.h"

namespace graylane::control {
namespace {

namespace fields = api::fields;
using std::chrono::seconds;
using std::chrono::sys_seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr sys_seconds kStart{seconds(1'767'225'600)};  // 2026-01-01T00:00:00Z

class IngressFeedbackTest : public ::testing::Test {
 protected:
  static api::ObjectKey key_of(const std::string& name) { return {"networking.k8s.io", "Ingress", "default", name}; }
  void ingress(const std::string& name, const std::string& spec = "") {
    ASSERT_TRUE(store_.apply(object_of("{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: " + name +
                                       ", generation: 1}, spec: {" + spec + " rules: [{host: " + name +
                                       ".example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port:"
                                       " {number: 80}}}}]}}]}}")));
  }
  /// As after an acknowledgement.
  bool step() {
    EXPECT_TRUE(feed_.poll());
    const auto wrote = status_.step(table(feed_.revision()), kStart);
    EXPECT_TRUE(wrote);
    return wrote.value_or(false);
  }
  TableInForce table(uint64_t store_revision) {
    compiled_ = feed_.diagnostics();
    return {++tables_, store_revision, compiled_};
  }
  std::string address(const std::string& name) {
    const api::ObjectPtr object = store_.get(key_of(name)).value();
    const doc::Array& entries = fields::items(fields::find_path(&object->content, {"status", "loadBalancer"}), "ingress");
    return entries.empty() ? "" : fields::text(entries.data(), "ip");
  }
  std::vector<std::string> events() {
    std::vector<std::string> texts;
    const Listing listing = store_.list({"", "Event", {}}).value();
    for (const api::ObjectPtr& event : listing.items)
      texts.push_back(fields::text(&event->content, "type") + " " + fields::text(&event->content, "reason") + " x" +
                      std::to_string(fields::number(&event->content, "count")) + " " + fields::text(&event->content, "message"));
    return texts;
  }
  static Diagnostic finding(const std::string& name, const std::string& id, Severity severity = Severity::kWarning) {
    return {severity, id, "Ingress default/" + name, "spec.rules[0]", "is odd", "mend it", {}, {}};
  }
  bool tell(const Diagnostics& news, const Diagnostics& mended, sys_seconds now = kStart) {
    return events_.tell(news, mended, now).value();
  }

  store::MemoryStore store_;
  RouteFeed feed_{store_, {}};
  IngressStatus status_{store_, "127.0.0.1"};
  Diagnostics compiled_;
  uint64_t tables_ = 0;
  FindingEvents events_{store_, 7};
};

TEST_F(IngressFeedbackTest, AnIngressInForceHasAnAddress) {
  // `kubectl get ingress` and tools like external-dns wait for it.
  ingress("shop");
  EXPECT_TRUE(step());
  EXPECT_EQ(address("shop"), "127.0.0.1");
  EXPECT_FALSE(step());
  EXPECT_EQ(fields::number(metadata_of(**store_.get(key_of("shop"))), "generation"), 1);
}

TEST_F(IngressFeedbackTest, NotBeforeItIsInForce) {
  // Who sees the address may send requests at once.
  ASSERT_TRUE(feed_.poll());
  const uint64_t in_force = feed_.revision();
  ingress("shop");
  ASSERT_TRUE(feed_.poll());
  EXPECT_FALSE(status_.step(table(in_force), kStart).value());
  EXPECT_EQ(address("shop"), "");
}

TEST_F(IngressFeedbackTest, AnIngressOfAnotherControllerLosesOurAddressOnly) {
  // Two controllers that overwrite one another would never come to rest.
  ingress("shop");
  step();
  api::Object other = **store_.get(key_of("shop"));
  api::object_member(*other.content.as_object(), "spec").set("ingressClassName", doc::Value("traefik"));
  ASSERT_TRUE(store_.update(std::move(other)));
  EXPECT_TRUE(step());
  EXPECT_EQ(address("shop"), "");
  other = **store_.get(key_of("shop"));
  other.content.as_object()->set("status", doc::parse_yaml("{loadBalancer: {ingress: [{ip: 10.0.0.1}]}}", {}).documents.at(0));
  ASSERT_TRUE(store_.update(std::move(other)));
  EXPECT_FALSE(step());
  EXPECT_EQ(address("shop"), "10.0.0.1");
}

TEST_F(IngressFeedbackTest, AThousandAreOneWriteAndNoNewTable) {
  // Each write could make a table, each table an acknowledgement, and each of those a write.
  for (int i = 0; i < 1'000; ++i) ingress("i" + std::to_string(i));
  const route::TablePtr before = feed_.poll().value();
  const uint64_t revision = store_.revision();
  EXPECT_TRUE(step());
  EXPECT_EQ(store_.revision(), revision + 1);
  EXPECT_EQ(feed_.poll().value(), before);
  EXPECT_EQ(feed_.revision(), revision + 1);
  EXPECT_FALSE(step());
}

TEST_F(IngressFeedbackTest, FindingsAreEventsUntilTheyAreMended) {
  // `kubectl describe ingress` is where people look; what was mended must not mislead them.
  ingress("shop");
  const Diagnostic odd = finding("shop", "path-duplicate"), note = finding("shop", "trailing-slash-redirect", Severity::kInfo);
  EXPECT_TRUE(tell({odd, note}, {}));
  EXPECT_THAT(events(), ElementsAre("Warning path-duplicate x1 spec.rules[0]: is odd (fix: mend it)",
                                    "Normal trailing-slash-redirect x1 spec.rules[0]: is odd (fix: mend it)"));
  EXPECT_FALSE(tell({}, {}));
  EXPECT_TRUE(tell({}, {odd}));
  EXPECT_THAT(events(), SizeIs(1));
}

TEST_F(IngressFeedbackTest, WhatOthersDidIsSaidOnObjectsOfAllKinds) {
  // Who finds a Deployment scaled by somebody looks at the Deployment; what is odd about it otherwise is for its author.
  ASSERT_TRUE(store_.apply(object_of("{apiVersion: v1, kind: ConfigMap, metadata: {name: m, namespace: default, uid: u1}}")));
  ASSERT_TRUE(store_.apply(object_of("{apiVersion: v1, kind: Namespace, metadata: {name: shop, uid: u2}}")));
  ASSERT_TRUE(
      store_.apply(object_of("{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: "
                             "widgets.example.com}, spec: {group: "
                             "example.com, scope: Namespaced, names: {kind: Widget, plural: widgets}, versions: [{name: v1, "
                             "served: true, storage: true, "
                             "schema: {openAPIV3Schema: {type: object}}}]}}")));
  api::Object widget = object_of("{apiVersion: v1, kind: ConfigMap, metadata: {name: w, namespace: default, uid: u3}}");
  widget.gvk = {"example.com", "v1", "Widget"};
  widget.key = {"example.com", "Widget", "default", "w"};
  ASSERT_TRUE(store_.apply(std::move(widget)));
  const auto about = [](const std::string& object, const std::string& id) {
    return Diagnostic{Severity::kWarning, id, object, {}, object, {}, {}, {}};
  };
  const Diagnostic map = about("ConfigMap default/m", "overridden");
  EXPECT_TRUE(tell({map, about("Namespace shop", "override-ended"), about("Widget default/w", "overridden"),
                    about("ConfigMap default/m", "unknown-field"), about("Gadget default/g", "overridden")},
                   {}));
  EXPECT_THAT(events(),
              UnorderedElementsAre("Warning overridden x1 ConfigMap default/m", "Warning override-ended x1 Namespace shop",
                                   "Warning overridden x1 Widget default/w"));
  EXPECT_TRUE(tell({}, {map}));
  EXPECT_THAT(events(), SizeIs(2));
}

TEST_F(IngressFeedbackTest, WhatStaysWrongIsSaidAgain) {
  // Events go after an hour; the fault does not.
  ingress("shop");
  tell({finding("shop", "path-duplicate")}, {});
  EXPECT_FALSE(tell({}, {}, kStart + kSayAgain - seconds(1)));
  EXPECT_TRUE(tell({}, {}, kStart + kSayAgain));
  EXPECT_THAT(events(), ElementsAre("Warning path-duplicate x2 spec.rules[0]: is odd (fix: mend it)"));
}

TEST_F(IngressFeedbackTest, EventsOfFindingsAreBounded) {
  // One broken generator must not bury what else is said; and a finding of nobody's Ingress has no place.
  ingress("shop");
  Diagnostics news = {finding("gone", "path-duplicate"), {}};
  for (int i = 0; i < 100; ++i) news.push_back(finding("shop", "f" + std::to_string(i)));
  const uint64_t revision = store_.revision();
  EXPECT_TRUE(tell(news, {}));
  EXPECT_EQ(store_.revision(), revision + 1);
  EXPECT_THAT(events(), SizeIs(kFindingEventsMax));
}

}  // namespace
}  // namespace graylane::control
