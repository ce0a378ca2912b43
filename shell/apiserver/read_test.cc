#include "apiserver/columns.h"
#include "apiserver/listing.h"
#include "apiserver/test_api.h"

namespace graylane::apiserver {
namespace {

TEST(Discovery, SaysWhatIsServedInEveryForm) {
  // A client finds nothing that discovery does not name.
  TestApi api;
  EXPECT_EQ(api.get("/api").text("kind"), "APIVersions");
  EXPECT_EQ(api.get("/apis/apps").text("preferredVersion.groupVersion"), "apps/v1");
  EXPECT_EQ(api.get("/apis/apps/v1").text("groupVersion"), "apps/v1");
  const auto v2 = api.send("GET", "/apis", {}, {}, "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
  EXPECT_EQ(v2.text("apiVersion"), "apidiscovery.k8s.io/v2");
  EXPECT_EQ(v2.response.content_type, "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
  EXPECT_EQ(api.get("/readyz").response.body, "ok");
}

TEST(Discovery, TellsUnknownGroupsFromUnknownResources) {
  // Clients fall back on the first and report the second.
  TestApi api;
  EXPECT_EQ(api.get("/apis/nope.example.io/v1").response.body, "404 page not found\n");
  EXPECT_EQ(api.get("/apis/apps/v1/namespaces/default/nopes").message(), "the server could not find the requested resource");
}

TEST(Reading, AnAbsentObjectIsNamedWithItsGroup) {
  // Scripts match this very text.
  TestApi api;
  const auto answer = api.get(std::string(kDeployments) + "/x");
  EXPECT_EQ(answer.status(), 404);
  EXPECT_EQ(answer.message(), R"(deployments.apps "x" not found)");
  EXPECT_EQ(answer.text("details.kind"), "deployments");
}

TEST(Reading, ListsComeInPiecesOfOneState) {
  // A page that sees later writes would show an object twice or never.
  TestApi api;
  for (const char* name : {"a", "b", "c"}) api.send("POST", kMaps, map_json(name));
  const auto first = api.get(std::string(kMaps) + "?limit=2");
  EXPECT_EQ(first.number("metadata.remainingItemCount"), 1);
  api.send("POST", kMaps, map_json("b5"));
  const auto rest = api.get(std::string(kMaps) + "?limit=2&continue=" + first.text("metadata.continue"));
  ASSERT_EQ(size_at(rest.body, "items"), 1);
  EXPECT_EQ(text_at((*rest.body.find("items")->as_array())[0], "metadata.name"), "c");
  EXPECT_EQ(rest.text("metadata.resourceVersion"), first.text("metadata.resourceVersion"));
  EXPECT_EQ(api.get(std::string(kMaps) + "?continue=zz").status(), 400);
}

TEST(Reading, AnExpiredPieceSaysHowToGoOn) {
  // Without the fresh token a client that pages a large list can never end.
  TestApi api({.history_events_max = 2});
  for (const char* name : {"a", "b", "c"}) api.send("POST", kMaps, map_json(name));
  const std::string token = api.get(std::string(kMaps) + "?limit=1").text("metadata.continue");
  for (const char* name : {"d", "e", "f"}) api.send("POST", kMaps, map_json(name));
  const auto gone = api.get(std::string(kMaps) + "?limit=1&continue=" + token);
  EXPECT_EQ(gone.status(), 410);
  EXPECT_EQ(gone.text("reason"), "Expired");
  EXPECT_EQ(api.names(std::string(kMaps) + "?continue=" + gone.text("metadata.continue")), "b,c,d,e,f");
}

TEST(Reading, RevisionsFromTheFutureAreToldAsSuch) {
  // A client that was connected to another server must not take an older state for a newer one.
  TestApi api;
  const auto answer = api.get(std::string(kMaps) + "?resourceVersion=999");
  EXPECT_EQ(answer.status(), 504);
  EXPECT_EQ(answer.message(), "Timeout: Too large resource version: 999, current: 1");
  EXPECT_EQ(*answer.header("Retry-After"), "1");
  EXPECT_EQ(api.get(std::string(kMaps) + "?resourceVersion=abc").status(), 400);
  EXPECT_EQ(api.get(std::string(kMaps) + "?watch=1&resourceVersion=abc").status(), 500);  // a cluster says so too
  EXPECT_EQ(api.get(std::string(kMaps) + "?watch=1&continue=abc").status(), 422);
  EXPECT_EQ(api.get(std::string(kMaps) + "?resourceVersionMatch=Exact").status(), 422);
}

TEST(Reading, SelectorsChoose) {
  // `kubectl -l` and `--field-selector`.
  TestApi api;
  api.send("POST", kMaps, map_json("a", "x"));
  api.send("POST", kMaps, map_json("b", "y"));
  EXPECT_EQ(api.names(std::string(kMaps) + "?labelSelector=t%3Dy"), "b");
  EXPECT_EQ(api.names(std::string(kMaps) + "?fieldSelector=metadata.name%3Da"), "a");
  EXPECT_EQ(api.names("/api/v1/configmaps"), "a,b");
  EXPECT_EQ(api.names("/api/v1/namespaces/nowhere/configmaps"), "");
}

TEST(Tables, HaveTheColumnsThatKubectlPrints) {
  // Without a Table kubectl prints NAME and AGE only.
  TestApi api;
  api.send("POST", kDeployments, deployment_json("web"));
  api.now += 90;
  const auto table = api.send("GET", kDeployments, {}, {}, "application/json;as=Table;v=v1;g=meta.k8s.io");
  const doc::Value& row = (*table.body.find("rows")->as_array())[0];
  const doc::Array& cells = *row.find("cells")->as_array();
  EXPECT_EQ(*cells[0].as_string() + " " + *cells[1].as_string() + " " + *cells[4].as_string(), "web 0/2 90s");
  EXPECT_EQ(*cells[7].as_string(), "app=web");
  EXPECT_EQ(text_at(row, "object.kind"), "PartialObjectMetadata");
  EXPECT_FALSE(find_path(row, "object.spec"));
}

TEST(Tables, AgesReadAsKubectlSaysThem) {
  // People compare them with what a cluster prints.
  EXPECT_EQ(age_text(119), "119s");
  EXPECT_EQ(age_text(125), "2m5s");
  EXPECT_EQ(age_text(3 * 3600 + 60), "3h1m");
  EXPECT_EQ(age_text(86'400 * 3 + 3600), "3d1h");
  EXPECT_EQ(age_text(-5), "<invalid>");
}

TEST(ContinueKey, IsOfThisListOnly) {
  // Nobody may look into another namespace by a key of their own making, and a wrong key is no full disk.
  TestApi api;
  api.send("POST", kMaps, map_json("a"));
  EXPECT_EQ(api.get(kMaps + std::string("?limit=1&continue=gl1.1.other.a")).status(), 400);
  EXPECT_EQ(api.get(kMaps + std::string("?limit=1&continue=gl1.9000000.default.a")).status(), 400);
}

TEST(Health, ChecksCanBeListedAndAskedOneByOne) {
  // Load balancers ask for single checks; people read the list.
  TestApi api;
  EXPECT_EQ(api.get("/readyz").response.body, "ok");
  EXPECT_EQ(api.get("/livez/ping").response.body, "ok");
  EXPECT_EQ(api.get("/livez/nothing").status(), 404);
  EXPECT_EQ(api.get("/readyz?verbose&exclude=store&exclude=x").response.body,
            "[+]ping ok\n[+]log ok\n[+]store excluded: ok\nwarn: some health checks cannot be excluded: no matches for \"x\"\n"
            "readyz check passed\n");
}

TEST(Discovery, TheRootNamesThePaths) {
  // `kubectl get --raw /` is how people find what a server has.
  TestApi api;
  const std::string body = api.get("/").response.body;
  for (const char* path : {"\"/api/v1\"", "\"/apis/apps/v1\"", "\"/openapi/v3\"", "\"/readyz\""})
    EXPECT_NE(body.find(path), body.npos) << path;
}

TEST(Discovery, PathsWithEmptyPartsLeadNowhere) {
  // "/api/v1//pods" was answered with the list of resources.
  TestApi api;
  EXPECT_EQ(api.get("/api/v1//pods").status(), 404);
  EXPECT_EQ(api.get("/api/v1/namespaces//pods").status(), 200) << "an empty namespace is all of them";
}

TEST(Reading, TheOldWatchPrefixOnlyReads) {
  // A DELETE with the prefix deleted the object.
  TestApi api;
  api.send("POST", kMaps, map_json("a"));
  EXPECT_EQ(api.send("DELETE", "/api/v1/watch/namespaces/default/configmaps/a").status(), 405);
  EXPECT_EQ(api.get(std::string(kMaps) + "/a").status(), 200);
}

TEST(Reading, OptionsThatDoNotGoTogetherAreAllTold) {
  TestApi api;
  const TestAnswer list = api.get(std::string(kMaps) + "?resourceVersionMatch=x&continue=y");
  EXPECT_EQ(list.status(), 422);
  EXPECT_EQ(size_at(list.body, "details.causes"), 3);
  EXPECT_EQ(api.get(std::string(kMaps) + "?limit=").message(), "strconv.ParseInt: parsing \"\": invalid syntax");
}

TEST(Reading, YamlIsSortedByName) {
  // People look for "kind" where kubectl has it; and the items of a list must stay items of the list.
  TestApi api;
  api.send("POST", kMaps, R"({"metadata":{"name":"a"},"data":{"z":"1","b":"2"}})");
  const auto yaml = [&](const std::string& path) {
    return whole_body(api.send("GET", path, "", "", "application/yaml").response);
  };
  EXPECT_TRUE(yaml(std::string(kMaps) + "/a").starts_with("apiVersion: v1\ndata:\n  b: \"2\"\n  z: \"1\"\nkind: ConfigMap\n"));
  const std::string list = yaml(kMaps);
  EXPECT_TRUE(list.starts_with("apiVersion: v1\nitems:\n- data:\n")) << list;
  EXPECT_NE(list.find("\nkind: ConfigMapList\nmetadata:\n"), list.npos) << list;
  const std::string empty = yaml(std::string(kMaps) + "?labelSelector=x");
  EXPECT_TRUE(empty.starts_with("apiVersion: v1\nitems: []\nkind: ConfigMapList\n")) << empty;
  EXPECT_TRUE(yaml(std::string(kMaps) + "/none").starts_with("apiVersion: v1\ncode: 404\n"));
}

}  // namespace
}  // namespace graylane::apiserver
