#include "store/scan.h"

namespace graylane::store {

using api::ObjectKey;
using api::ObjectPtr;
using control::Selector;

namespace {

// The first key behind all of a kind, and behind all of one namespace of it.
ObjectKey end_of_kind(const ObjectKey& key) { return {key.group, key.kind + '\0', "", ""}; }
ObjectKey end_of_namespace(const ObjectKey& key) { return {key.group, key.kind, key.ns + '\0', ""}; }

// What is selected lies between two keys when the selector names a kind; else in one such range of each kind.
ObjectKey end_key(const Selector& selector) {
  ObjectKey first = Scan::first_key(selector);
  if (!selector.ns) return end_of_kind(first);
  if (!selector.name) return end_of_namespace(first);
  return Scan::behind(std::move(first));
}

// Where selected keys may go on behind one that is not selected; of a selector that names no kind but a namespace.
ObjectKey next_candidate(const Selector& selector, const ObjectKey& unselected) {
  if (unselected.ns < *selector.ns) return {unselected.group, unselected.kind, *selector.ns, ""};
  return unselected.ns == *selector.ns ? end_of_namespace(unselected) : end_of_kind(unselected);
}

}  // namespace

ObjectKey Scan::first_key(const Selector& selector) {
  if (selector.kind.empty()) return {};
  return {selector.group, selector.kind, selector.ns.value_or(""), selector.ns ? selector.name.value_or("") : ""};
}

ObjectKey Scan::behind(ObjectKey key) {
  key.name += '\0';
  return key;
}

Scan::Scan(ObjectMap objects, Selector selector, uint64_t revision, const std::optional<ObjectKey>& after)
    : objects_(std::move(objects)),
      selector_(std::move(selector)),
      revision_(revision),
      from_(after ? behind(*after) : first_key(selector_)) {}

bool Scan::walk(const std::function<bool(const ObjectPtr&)>& see) {
  const ObjectKey end = end_key(selector_);
  const bool hops = selector_.kind.empty() && selector_.ns;
  bool stopped = false;
  while (from_ && !stopped) {
    std::optional<ObjectKey> next;
    objects_.visit(*from_, [&](const ObjectPtr& object) {
      if (selector_.matches(object->key)) {
        stopped = !see(object);
        if (stopped) next = behind(object->key);
        return !stopped;
      }
      if (hops && object->key.ns != *selector_.ns) next = next_candidate(selector_, object->key);
      return !next && (selector_.kind.empty() || object->key < end);
    });
    from_ = std::move(next);
  }
  return stopped;
}

size_t Scan::remaining() const {
  if (!from_) return 0;
  // All of one range are counted without being looked at.
  if (!selector_.kind.empty() && (selector_.ns || !selector_.name))
    return objects_.rank(end_key(selector_)) - objects_.rank(*from_);
  return Scan(*this).walk([](const ObjectPtr&) { return false; }) ? 1 : 0;
}

}  // namespace graylane::store
