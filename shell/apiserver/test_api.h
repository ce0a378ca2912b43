// For tests: the handlers over a store in memory, without sockets; everything is answered at once, at a time of the test's choice.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "api/build.h"
#include "api/decode.h"
#include "apiserver/columns_text.h"
#include "apiserver/handlers.h"
#include "apiserver/listing.h"
#include "apiserver/reading.h"
#include "doc/parse.h"
#include "store/memory_store.h"

namespace graylane::apiserver {

struct TestAnswer {
  httpd::Response response;
  doc::Value body;

  int status() const { return response.status; }
  std::string text(std::string_view path) const { return text_at(body, path); }
  int64_t number(std::string_view path) const { return number_at(body, path); }
  std::string message() const { return text("message"); }
  const std::string* header(std::string_view name) const {
    for (const httpd::Header& header : response.headers) {
      if (header.name == name) return &header.value;
    }
    return nullptr;
  }
};

class TestApi {
 public:
  explicit TestApi(store::StoreOptions options = {})
      : store_(options),
        handlers_(api::builtin_kinds(), store_,
                  {.unix_seconds = [this] { return now; },
                   .new_uid = [this] { return "uid-" + std::to_string(++uids_); },
                   .name_suffix = [this] { return "x000" + std::to_string(++suffixes_); },
                   .post = [this](std::function<void()> work) { posted_.push_back(std::move(work)); }}) {
    send("POST", "/api/v1/namespaces", R"({"metadata":{"name":"default"}})");
  }

  /// `target`: path and query. `type`: of the body.
  TestAnswer send(std::string method, std::string_view target, std::string body = {}, std::string type = "application/json",
                  std::string accept = "application/json") {
    httpd::Request request;
    request.method = std::move(method);
    const size_t mark = std::min(target.find('?'), target.size());
    request.path = target.substr(0, mark);
    if (mark < target.size()) request.query = *httpd::parse_query(target.substr(mark + 1));
    request.headers = {{"Accept", std::move(accept)}, {"User-Agent", "test/1.0"}};
    if (!body.empty()) request.headers.push_back({"Content-Type", std::move(type)});
    request.body = std::move(body);
    std::optional<TestAnswer> answer;
    handlers_.answer(request, {}, [&](httpd::Response response) {
      EXPECT_FALSE(answer) << "answered twice";
      response.body = whole_body(response);
      response.rest = nullptr;
      doc::Parsed parsed = doc::parse_json(response.body, nullptr);
      answer = {std::move(response), parsed.documents.empty() ? doc::Value() : parsed.documents.front()};
    });
    run_posted();
    EXPECT_TRUE(answer) << "not answered";
    return answer ? *std::move(answer) : TestAnswer();
  }
  TestAnswer get(std::string_view target) { return send("GET", target); }
  TestAnswer merge(std::string_view target, std::string body) {
    return send("PATCH", target, std::move(body), "application/merge-patch+json");
  }
  /// Of a list: "a,b,c".
  std::string names(std::string_view target) {
    std::string joined;
    const TestAnswer list = get(target);
    for (const doc::Value& item : *list.body.find("items")->as_array())
      joined += (joined.empty() ? "" : ",") + text_at(item, "metadata.name");
    return joined;
  }

  Handlers& handlers() { return handlers_; }
  store::Store& store() { return store_; }

  int64_t now = 1'700'000'000;

 private:
  void run_posted() {
    while (!posted_.empty()) {
      const std::function<void()> work = std::move(posted_.front());
      posted_.pop_front();
      work();
    }
  }

  std::deque<std::function<void()>> posted_;  // what waits for its turn in the server's thread
  int uids_ = 0;
  int suffixes_ = 0;
  store::MemoryStore store_;
  Handlers handlers_;
};

inline constexpr const char* kMaps = "/api/v1/namespaces/default/configmaps";
inline constexpr const char* kDeployments = "/apis/apps/v1/namespaces/default/deployments";

inline std::string deployment_json(const std::string& name) {
  return R"({"metadata":{"name":")" + name +
         R"("},"spec":{"replicas":2,"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},)"
         R"("spec":{"containers":[{"name":"c","image":"nginx:1"}]}}}})";
}
inline std::string map_json(const std::string& name, const std::string& label = "x") {
  return R"({"metadata":{"name":")" + name + R"(","labels":{"t":")" + label + R"("}},"data":{"a":"b"}})";
}

}  // namespace graylane::apiserver
