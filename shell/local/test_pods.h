// A runtime over a store in memory, with real processes, for tests.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/manifest.h"
#include "api/view_fields.h"
#include "api/workload.h"
#include "control/object_parts.h"
#include "local/log_file.h"
#include "local/runtime.h"
#include "store/memory_store.h"

namespace graylane::local {

namespace fields = api::fields;

/// A folder that is deleted at the end.
class TestFolder {
 public:
  TestFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "graylane-test-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TestFolder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

class PodTest : public ::testing::Test {
 protected:
  /// Before the first use of the runtime.
  RuntimeOptions options_;

  void SetUp() override {
    options_.state_folder = folder_.path();
    options_.backoff = {std::chrono::milliseconds(40), std::chrono::milliseconds(160), std::chrono::milliseconds(600'000)};
    loop_ = std::move(*net::EventLoop::create());
  }

  Runtime& runtime() {
    if (!runtime_) runtime_ = std::move(*Runtime::create(*loop_, store_, std::make_unique<LoopbackPool>(), options_));
    return *runtime_;
  }
  void end_runtime() { runtime_.reset(); }

  void apply(const std::string& yaml) {
    api::Manifest manifest = api::read_manifest(yaml, nullptr);
    EXPECT_FALSE(has_errors(manifest.diagnostics));  // that there is no image is only a warning
    for (api::Object& object : manifest.objects) ASSERT_TRUE(store_.apply(std::move(object)));
    ASSERT_TRUE(runtime().reconcile());
  }
  /// A Pod with one container "main"; `container` in flow style, `spec` beside `containers`.
  void pod(const std::string& name, const std::string& container, const std::string& spec = "") {
    apply("{apiVersion: v1, kind: Pod, metadata: {name: " + name + ", labels: {app: web}}, spec: {" + spec +
          " containers: [{name: main, " + container + "}]}}");
  }
  /// `grace_seconds`: as in a deletion that says how long; less than 0: it says nothing.
  void mark_deleted(const std::string& name, int64_t grace_seconds = -1) {
    api::Object pod = *object(name);
    doc::Object& metadata = control::metadata_of(pod);
    metadata.set("deletionTimestamp", doc::Value("2026-01-01T00:00:00Z"));
    if (grace_seconds >= 0) metadata.set("deletionGracePeriodSeconds", doc::Value(grace_seconds));
    ASSERT_TRUE(store_.apply(std::move(pod)));
    ASSERT_TRUE(runtime().reconcile());
  }

  api::ObjectPtr object(const std::string& name) {
    auto found = store_.get({"", "Pod", "default", name});
    return found ? *found : nullptr;
  }
  api::Pod view(const std::string& name) {
    const api::ObjectPtr found = object(name);
    return found ? api::read_pod(*found) : api::Pod();
  }
  /// Of its first container.
  doc::Value container_status(const std::string& name) {
    const api::ObjectPtr found = object(name);
    const doc::Array& statuses = fields::items(found ? found->find("status") : nullptr, "containerStatuses");
    return statuses.empty() ? doc::Value() : statuses.front();
  }
  std::string state(const std::string& name, const char* kind, const char* field, const char* which = "state") {
    const doc::Value status = container_status(name);
    return fields::text(fields::find_object(fields::find_object(&status, which), kind), field);
  }
  int32_t restarts(const std::string& name) {
    const doc::Value status = container_status(name);
    return fields::number(&status, "restartCount");
  }
  std::string condition(const std::string& name, const char* field, const char* type = "Ready") {
    const api::ObjectPtr found = object(name);
    for (const doc::Value& one : fields::items(found ? found->find("status") : nullptr, "conditions")) {
      if (fields::text(&one, "type") == type) return fields::text(&one, field);
    }
    return {};
  }
  std::string log(const std::string& name, const char* container = "main") {
    return tail_of(log_path(folder_.path(), "default", name, container), 1 << 20);
  }

  /// What was said of a Pod: "Normal Started spec.containers{main}: Started container main", each once.
  std::vector<std::string> events(const std::string& name) {
    std::vector<std::string> texts;
    const control::Listing listing = store_.list({"", "Event", "default"}).value();
    for (const api::ObjectPtr& event : listing.items) {
      const doc::Value* about = event->find("involvedObject");
      if (fields::text(about, "name") != name) continue;
      const std::string place = fields::text(about, "fieldPath");
      texts.push_back(fields::text(&event->content, "type") + " " + fields::text(&event->content, "reason") +
                      (place.empty() ? "" : " " + place) + ": " + fields::text(&event->content, "message"));
    }
    return texts;
  }

  /// Runs the loop until it holds.
  bool wait_until(const std::function<bool()>& holds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!holds()) {
      if (std::chrono::steady_clock::now() > end) return false;
      loop_->turn(std::chrono::milliseconds(20));
    }
    return true;
  }
  bool wait_ready(const std::string& name) {
    return wait_until([&] { return view(name).ready; });
  }

  TestFolder folder_;
  store::MemoryStore store_;
  std::unique_ptr<net::EventLoop> loop_;
  std::unique_ptr<Runtime> runtime_;
};

}  // namespace graylane::local
