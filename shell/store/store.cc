#include "store/store.h"

#include <future>

namespace graylane::store {

using api::Object;
using api::ObjectKey;
using api::ObjectPtr;
using control::Change;
using control::Written;

namespace {

Result<ObjectPtr> write_one(Store& store, Change change) {
  std::vector<Change> changes;
  changes.push_back(std::move(change));
  auto written = store.write(std::move(changes));
  if (!written) return std::unexpected(std::move(written.error()));
  return std::move(written->objects.front());
}

}  // namespace

std::unique_ptr<control::Watch> Store::watch(const control::Selector& selector, uint64_t since) {
  return timeline_.watch(selector, since, nullptr);
}

std::unique_ptr<control::Watch> Store::watch(const control::Selector& selector, uint64_t since, std::function<void()> ready) {
  return timeline_.watch(selector, since, std::move(ready));
}

Result<ObjectPtr> Store::create(Object object) { return write_one(*this, Change::create(std::move(object))); }
Result<ObjectPtr> Store::update(Object object) { return write_one(*this, Change::update(std::move(object))); }
Result<ObjectPtr> Store::apply(Object object) { return write_one(*this, Change::apply(std::move(object))); }
Result<ObjectPtr> Store::remove(const ObjectKey& key, uint64_t revision) {
  return write_one(*this, Change::remove(key, revision));
}

Result<Written> Store::write(std::vector<Change> changes) {
  auto outcome = std::make_shared<std::promise<Result<Written>>>();  // shared: set_value still runs when get returns
  auto settled = outcome->get_future();
  submit(std::move(changes), [outcome](Result<Written> written) { outcome->set_value(std::move(written)); });
  return settled.get();
}

}  // namespace graylane::store
