#include "apiserver/columns.h"

#include <gtest/gtest.h>

#include "apiserver/columns_pod.h"
#include "apiserver/columns_text.h"
#include "doc/parse.h"
#include "doc/print.h"

namespace graylane::apiserver {
namespace {

constexpr int64_t kNow = 1'800'000'000;  // 2027-01-15T08:00:00Z

doc::Value json(const std::string& text) {
  doc::Parsed parsed = doc::parse_json(text, nullptr);
  EXPECT_EQ(parsed.documents.size(), 1u) << text;
  return parsed.documents.empty() ? doc::Value() : std::move(parsed.documents.front());
}

std::string cells(const char* api_version, const char* kind, const std::string& object) {
  const Columns columns = columns_of(*api::builtin_kinds().find(api_version, kind));
  const Cells made = columns.cells(json(object), kNow);
  EXPECT_EQ(made.size(), columns.columns.size()) << kind;
  return doc::to_json(doc::Value(made));
}

PodSummary pod(const std::string& spec, const std::string& status) {
  return summarize_pod(json(R"({"spec":)" + spec + R"(,"status":)" + status + "}"), kNow);
}

TEST(Columns, EveryKindHasAsManyCellsAsColumns) {
  // kubectl prints by position: one cell too few moves all that follow. Each column says what it is.
  for (const api::Kind& kind : api::builtin_kinds().all()) {
    const Columns columns = columns_of(kind);
    EXPECT_EQ(columns.cells(json("{}"), kNow).size(), columns.columns.size()) << kind.gvk.kind;
    for (const Column& column : columns.columns) EXPECT_NE(description_of(column), "") << kind.gvk.kind << " " << column.name;
  }
}

TEST(Columns, SelectorsShowTheirExpressions) {
  // A Deployment that selects by expressions looked as if it selected by its labels alone.
  const doc::Value selector = json(
      R"({"matchLabels":{"app":"w"},"matchExpressions":[{"key":"x","operator":"In","values":["q","p"]},)"
      R"({"key":"y","operator":"Exists"},{"key":"z","operator":"DoesNotExist"},{"key":"k","operator":"NotIn","values":["1"]}]})");
  EXPECT_EQ(selector_text(&selector), "app=w,k notin (1),x in (p,q),y,!z");
  EXPECT_EQ(selector_text(nullptr), "<none>");
}

TEST(Columns, ListsAreCutAndSayHowMuchFollows) {
  EXPECT_EQ(joined({"a", "b", "c", "d"}, ",", 3), "a,b,c + 1 more...");
  EXPECT_EQ(cells("v1", "Endpoints",
                  R"({"metadata":{"name":"e"},"subsets":[{"addresses":[{"ip":"1.1.1.1"},{"ip":"1.1.1.2"}],)"
                  R"("ports":[{"port":80},{"port":81}]}]})"),
            R"(["e","1.1.1.1:80,1.1.1.2:80,1.1.1.1:81 + 1 more...","<unknown>"])");
}

TEST(Columns, AutoscalersShowAllSortsOfMetrics) {
  const doc::Value autoscaler =
      json(R"({"spec":{"metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"averageUtilization":50}}},)"
           R"({"type":"Resource","resource":{"name":"memory","target":{"averageValue":"100Mi"}}},{"type":"Pods"}]},)"
           R"("status":{"currentMetrics":[{"resource":{"current":{"averageUtilization":30}}},)"
           R"({"resource":{"current":{"averageValue":"50Mi"}}}]}})");
  EXPECT_EQ(metrics_text(autoscaler), "cpu: 30%/50%, memory: 50Mi/100Mi + 1 more...");
}

TEST(Columns, EventsOfASeriesCountTheSeries) {
  EXPECT_EQ(cells("v1", "Event",
                  R"({"metadata":{"name":"e"},"involvedObject":{"kind":"Pod","name":"p"},"eventTime":"2027-01-15T07:00:00.0Z",)"
                  R"("reportingComponent":"a/b","reportingInstance":"i","message":"m\n",)"
                  R"("series":{"count":5,"lastObservedTime":"2027-01-15T07:59:00.0Z"}})"),
            R"(["60s","","","pod/p","","a/b, i","m","60m",5,"e"])");
}

TEST(PodColumns, TheFirstContainerInTroubleIsShown) {
  // `kubectl get pods` is where people see first what is wrong.
  const char* two = R"({"containers":[{"name":"a"},{"name":"b"}]})";
  EXPECT_EQ(pod(two, R"({"phase":"Pending","containerStatuses":[{"state":{"waiting":{"reason":"ImagePullBackOff"}}},)"
                     R"({"state":{"waiting":{"reason":"ContainerCreating"}}}]})")
                .status,
            "ImagePullBackOff");
  EXPECT_EQ(pod(two, R"({"phase":"Running","containerStatuses":[{"state":{"terminated":{"reason":"Completed"}}},)"
                     R"({"ready":true,"state":{"running":{}}}]})")
                .status,
            "NotReady");
}

TEST(PodColumns, SidecarsCountAndInitContainersDoNot) {
  const PodSummary summary =
      pod(R"({"containers":[{"name":"c"}],"initContainers":[{"name":"s","restartPolicy":"Always"},{"name":"i"}]})",
          R"({"phase":"Running","initContainerStatuses":[{"name":"s","ready":true,"started":true,"restartCount":2,)"
          R"("state":{"running":{}}},{"name":"i","restartCount":7,"state":{"terminated":{"exitCode":0}}}],)"
          R"("containerStatuses":[{"name":"c","ready":true,"state":{"running":{}}}]})");
  EXPECT_EQ(summary.ready + " " + summary.status + " " + summary.restarts, "2/2 Running 2");
}

TEST(PodColumns, GatesSayHowManyAreOpen) {
  EXPECT_EQ(pod(R"({"containers":[{}],"readinessGates":[{"conditionType":"a"},{"conditionType":"b"}]})",
                R"({"conditions":[{"type":"a","status":"True"},{"type":"b","status":"False"}]})")
                .gates,
            "1/2");
}

}  // namespace
}  // namespace graylane::apiserver
