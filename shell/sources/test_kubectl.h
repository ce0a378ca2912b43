// For tests: somebody else who writes to the objects of a store, by the same rules as the HTTP API, under the manager "kubectl".
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "apiserver/patching.h"
#include "doc/parse.h"
#include "doc/print.h"
#include "sources/applied_record.h"
#include "store/store.h"

namespace graylane::sources {

inline doc::Value from_json(const std::string& text) { return doc::parse_json(text, nullptr).documents.at(0); }

class Kubectl {
 public:
  explicit Kubectl(store::Store& store) : store_(store) {}

  /// That the API would serve; with those of definitions it has to be told. The built-in ones by default.
  std::shared_ptr<const api::Kinds> kinds = std::make_shared<const api::Kinds>(api::builtin_kinds());

  /// A merge patch of an object that is there.
  void merge(const api::ObjectKey& key, const std::string& json) {
    const api::ObjectPtr live = store_.get(key).value_or(nullptr);
    ASSERT_TRUE(live) << key.to_string();
    auto plan = apiserver::plan_patch(writer(live->gvk, key), live.get(), {apiserver::Patch::Type::kMerge, from_json(json)});
    ASSERT_TRUE(plan) << plan.error().message;
    ASSERT_TRUE(store_.update(std::move(plan->object)));
  }
  void create(const api::GroupVersionKind& gvk, const api::ObjectKey& key, const std::string& json) {
    doc::Value body = from_json(json);
    body.as_object()->set("apiVersion", doc::Value(gvk.api_version()));
    body.as_object()->set("kind", doc::Value(gvk.kind));
    auto plan = apiserver::plan_create(writer(gvk, key), {std::move(body), {}});
    ASSERT_TRUE(plan) << plan.error().message;
    ASSERT_TRUE(store_.create(std::move(plan->object)));
  }
  void remove(const api::ObjectKey& key) {
    const api::ObjectPtr live = store_.get(key).value_or(nullptr);
    ASSERT_TRUE(live) << key.to_string();
    auto plan = apiserver::plan_delete(writer(live->gvk, key), *live, {});
    ASSERT_TRUE(plan) << plan.error().message;
    if (plan->effect == apiserver::Plan::Effect::kRemove) ASSERT_TRUE(store_.remove(key));
    else ASSERT_TRUE(store_.update(std::move(plan->object)));
  }

 private:
  apiserver::Writer writer(const api::GroupVersionKind& gvk, const api::ObjectKey& key) const {
    static int uids = 0;
    apiserver::Writer writer;
    writer.kinds = kinds.get();
    writer.kind = writer.kinds->find(gvk.api_version(), gvk.kind);
    writer.target.ns = key.ns;
    writer.target.name = key.name;
    writer.options.manager = "kubectl";
    writer.now_unix_seconds = 1'700'000'000;
    writer.new_uid = "by-kubectl-" + std::to_string(++uids);
    return writer;
  }

  store::Store& store_;
};

/// A member of members, as JSON; "" when it is absent.
inline std::string field(const api::Object& object, std::initializer_list<const char*> path) {
  const doc::Value* at = &object.content;
  for (const char* name : path) at = at ? at->find(name) : nullptr;
  return at ? doc::to_json(*at) : "";
}

/// What people see of a store.
inline std::vector<api::ObjectPtr> visible(control::Client& client) {
  auto items = client.list({})->items;
  std::erase_if(
      items, [](const api::ObjectPtr& object) { return object->key.group == kInternalGroup || object->key.kind == "Namespace"; });
  return items;
}

}  // namespace graylane::sources
