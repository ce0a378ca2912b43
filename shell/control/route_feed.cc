#include "control/route_feed.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "control/object_parts.h"

namespace graylane::control {

namespace {

/// Writers may be faster than we are; then a table of slightly different revisions is better than none.
constexpr int kRoundsMax = 16;

std::vector<Selector> what_routing_reads() {
  std::vector<Selector> selectors;
  const auto add = [&](const char* group, std::initializer_list<const char*> kinds) {
    for (const char* kind : kinds) selectors.push_back({group, kind, {}});
  };
  add("networking.k8s.io", {"IngressClass", "Ingress"});
  add("", {"Service", "Endpoints", "Pod", "ConfigMap", "Secret", "Namespace"});
  add("discovery.k8s.io", {"EndpointSlice"});
  add("apps", {"Deployment"});
  return selectors;
}

using Harm = std::tuple<std::string, std::string, std::string>;  // object, field, id
Harm harm_of(const Diagnostic& diagnostic) { return {diagnostic.object, diagnostic.field, diagnostic.id}; }

std::set<Harm> harms_of(const Diagnostics& diagnostics) {
  std::set<Harm> found;
  for (const Diagnostic& diagnostic : diagnostics) {
    if (harms(diagnostic)) found.insert(harm_of(diagnostic));
  }
  return found;
}

bool any_of_object(const std::set<Harm>& harms, const std::string& object) {
  const auto found = harms.lower_bound({object, {}, {}});
  return found != harms.end() && std::get<0>(*found) == object;
}

}  // namespace

bool harms(const Diagnostic& diagnostic) {
  return diagnostic.severity == Severity::kError || diagnostic.id == "annotation-ignored";
}

RouteFeed::RouteFeed(Client& client, ingress_nginx::Options options) : client_(client), compiler_(std::move(options)) {
  for (Selector& selector : what_routing_reads()) streams_.push_back({std::move(selector), nullptr, {}, 0});
}

Result<route::TablePtr> RouteFeed::poll() {
  // One write may touch several kinds. Going round until all streams have seen the same revision keeps it in one table.
  for (int round = 0; round == 0 || (round < kRoundsMax && !level()); ++round) {
    for (Stream& stream : streams_) {
      const auto done = catch_up(stream);
      if (!done) return std::unexpected(done.error());
    }
  }
  if (changed_) table_ = compiler_.compile();
  changed_ = false;
  return table_;
}

void RouteFeed::put_or_remove(const api::ObjectKey& key, const api::ObjectPtr& object) {
  if (object) compiler_.put(object);
  else compiler_.remove(key);
}

Result<Diagnostics> RouteFeed::preview(const std::vector<Change>& changes) {
  if (auto polled = poll(); !polled) return std::unexpected(std::move(polled.error()));
  const std::set<Harm> known = harms_of(compiler_.diagnostics());
  std::map<api::ObjectKey, api::ObjectPtr> before;
  std::set<std::string> created;
  bool takes_away = false;
  for (const Change& change : changes) {
    auto stored = client_.get(change.object.key);
    if (!stored && stored.error().code != ErrorCode::kNotFound) return std::unexpected(std::move(stored.error()));
    const bool removes = change.verb == Change::Verb::kRemove;
    const std::string name = change.object.key.to_string();
    if (!stored && !removes) created.insert(name);
    takes_away = takes_away || (stored && removes && !any_of_object(known, name));
    before[change.object.key] = stored.value_or(nullptr);
    put_or_remove(change.object.key, removes ? nullptr : std::make_shared<const api::Object>(change.object));
  }
  compiler_.compile();
  Diagnostics found = compiler_.diagnostics();
  std::erase_if(found, [&](const Diagnostic& diagnostic) {
    const bool only_added = created.contains(diagnostic.object) && !takes_away;
    return !harms(diagnostic) || only_added || known.contains(harm_of(diagnostic));
  });
  for (Diagnostic& diagnostic : found) diagnostic.severity = Severity::kError;
  for (const auto& [key, object] : before) put_or_remove(key, object);
  compiler_.compile();
  return found;
}

uint64_t RouteFeed::revision() const { return std::ranges::min_element(streams_, {}, &Stream::revision)->revision; }

bool RouteFeed::level() const {
  return std::ranges::all_of(streams_, [&](const Stream& s) { return s.revision == streams_.front().revision; });
}

Result<void> RouteFeed::catch_up(Stream& stream) {
  if (stream.watch) {
    auto drained = drain(stream);
    if (drained) return drained;
    stream.watch.reset();  // its errors are final; what was missed is in the next listing
    if (drained.error().code != ErrorCode::kExpired) return drained;
  }
  return list(stream);
}

Result<void> RouteFeed::list(Stream& stream) {
  auto listing = client_.list(stream.selector);
  if (!listing) return std::unexpected(std::move(listing.error()));
  Objects present;
  for (const api::ObjectPtr& object : listing->items) {
    present.insert(present.end(), object);
    compiler_.put(object);
    changed_ = true;
  }
  for (const api::ObjectPtr& object : stream.known) {
    if (present.contains(object)) continue;
    compiler_.remove(object->key);
    changed_ = true;
  }
  stream.known = std::move(present);
  stream.revision = listing->revision;
  stream.watch = client_.watch(stream.selector, listing->revision);
  return {};
}

Result<void> RouteFeed::drain(Stream& stream) {
  for (;;) {
    auto event = stream.watch->next(std::chrono::milliseconds(0));
    if (!event) return std::unexpected(std::move(event.error()));
    if (!*event) return {};
    take(stream, **event);
  }
}

void RouteFeed::take(Stream& stream, const Event& event) {
  stream.revision = std::max(stream.revision, event.revision);
  if (event.type == EventType::kBookmark) return;
  // The address that is written to an Ingress once it is served must not make a table of its own.
  const bool routes = event.type != EventType::kModified || event.object->key.kind != "Ingress" || !event.previous ||
                      !differs_in_status_alone(*event.previous, *event.object);
  if (!routes) return;
  changed_ = true;
  const bool deleted = event.type == EventType::kDeleted;
  stream.known.erase(event.object);  // another state of it has the same key
  if (!deleted) stream.known.insert(event.object);
  put_or_remove(event.object->key, deleted ? nullptr : event.object);
}

}  // namespace graylane::control
