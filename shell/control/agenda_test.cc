#include "control/agenda.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

namespace graylane::control {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr sys_seconds kStart{seconds(1'767'225'600)};  // 2026-01-01T00:00:00Z

api::ObjectKey key_of(const std::string& name) { return {"apps", "Deployment", "default", name}; }

TEST(Agenda, GivesEachOnceWhenItIsDue) {
  // What is looked at too often costs; what is not looked at stalls.
  Agenda agenda;
  agenda.add(key_of("a"));
  agenda.add(key_of("a"));
  agenda.add(key_of("b"), kStart + seconds(5));
  agenda.add(key_of("c"), std::nullopt);
  EXPECT_EQ(agenda.next(), kStart + seconds(5));
  EXPECT_THAT(agenda.take(kStart), ElementsAre(key_of("a")));
  EXPECT_THAT(agenda.take(kStart + seconds(4)), IsEmpty());
  EXPECT_THAT(agenda.take(kStart + seconds(5)), ElementsAre(key_of("b")));
  EXPECT_FALSE(agenda.next());
}

TEST(Agenda, NamespacesAreKeptApart) {
  // "a" is not "ab", and the last one of a kind has nothing behind it.
  std::map<api::ObjectKey, int> entries;
  for (const char* ns : {"a", "ab", "b"}) entries[{"apps", "Deployment", ns, "x"}] = 0;
  for (const char* ns : {"a", "ab", "b"}) {
    Agenda agenda;
    agenda.add_namespace(entries, ns);
    EXPECT_THAT(agenda.take(kStart), ElementsAre(api::ObjectKey{"apps", "Deployment", ns, "x"}));
  }
  Agenda none;
  none.add_namespace(entries, "c");
  none.add_namespace(std::map<api::ObjectKey, int>(), "a");
  EXPECT_THAT(none.take(kStart), IsEmpty());
}

}  // namespace
}  // namespace graylane::control
