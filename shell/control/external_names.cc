#include "control/external_names.h"

#include <algorithm>
#include <utility>

#include "api/build.h"
#include "api/service.h"
#include "api/view_fields.h"
#include "control/slice_objects.h"

namespace graylane::control {

namespace {

using api::make_object;
using doc::Value;

api::Object slice_of(const api::Object& service, const Addresses& addresses) {
  doc::Array endpoints;
  for (const std::string& address : addresses) {
    endpoints.push_back(
        make_object({{"addresses", Value(doc::Array{Value(address)})}, {"conditions", make_object({{"ready", Value(true)}})}}));
  }
  const bool v6 = !addresses.empty() && addresses.front().find(':') != std::string::npos;
  return make_slice(service, {api::kNameSlices, v6 ? "IPv6" : "IPv4", std::move(endpoints), Value(doc::Array())});
}

/// The last answer failed.
Diagnostic failed(const api::Object& service, const std::string& name, const std::string& why, bool has_addresses) {
  const Value* written = api::fields::find(api::fields::find_object(&service.content, "spec"), "externalName");
  return {Severity::kWarning,
          "name-unresolved",
          service.key.to_string(),
          "spec.externalName",
          "the name " + name + " does not resolve (" + why +
              "): " + (has_addresses ? "its last addresses stay in use" : "requests for this Service are answered 503"),
          "mend the name, or the name resolution of this machine",
          service.at((written != nullptr ? *written : service.content).at()),
          {}};
}

/// Empty: nothing.
std::string names_something(const api::Object& service) {
  const api::Service view = api::read_service(service);
  return view.is_external() ? view.external_name : std::string();
}

bool is_of_name(const api::Object& slice) { return api::read_endpoint_slice(slice).of_name; }

}  // namespace

ExternalNames::ExternalNames(Client& client, NameResolver& resolver)
    : client_(client),
      resolver_(resolver),
      services_(client, {"", "Service", {}}, &names_something),
      slices_(client, {kEndpointSliceGroup, "EndpointSlice", {}}, &is_of_name) {}

Result<bool> ExternalNames::step(Time now) {
  const auto services = services_.catch_up();
  if (!services) return services;
  const auto slices = slices_.catch_up();
  if (!slices) return slices;
  if (!*services && !*slices && names_.empty() && !unfinished_) return false;
  collect();
  ask_due(now);
  Slices wanted;
  for (const auto& [name, state] : names_) {
    for (const api::ObjectPtr& service : state.services) {
      api::Object slice = slice_of(*service, state.addresses);
      if (state.asked && !state.answered) {  // what is known stays, be it nothing
        const auto known = slices_.entries().find(slice.key);
        if (known == slices_.entries().end() || !known->second.view) continue;
        slice = *known->second.object;
      }
      wanted.emplace(slice.key, std::move(slice));
    }
  }
  std::vector<api::ObjectPtr> stored;
  for (const auto& [key, slice] : slices_.entries()) {
    if (slice.view || wanted.contains(key)) stored.push_back(slice.object);
  }
  const auto written = write_slices(client_, api::kNameSlices, wanted, stored);
  unfinished_ = !written || *written;
  return written;
}

/// The present names; nothing is kept of one that no Service has any more.
void ExternalNames::collect() {
  std::map<std::string, Name> present;
  for (const auto& [key, service] : services_.entries()) {
    if (!service.view.empty()) present[service.view].services.push_back(service.object);
  }
  size_t count = 0;
  for (auto& [name, state] : present) {
    if (const auto known = names_.find(name); known != names_.end()) {
      known->second.services = std::move(state.services);
      state = std::move(known->second);
    }
    state.over_limit = ++count > kNamesMax;
    if (!state.over_limit) continue;
    state.addresses.clear();
    state.answered.reset();
  }
  names_ = std::move(present);
}

void ExternalNames::ask_due(Time now) {
  for (auto& [name, state] : names_) {
    const bool due = !state.answered || now >= *state.answered + kResolveInterval;
    if (state.asked || state.over_limit || !due) continue;
    state.asked = true;
    resolver_.ask(name);
  }
}

void ExternalNames::answered(const std::string& name, Result<Addresses> addresses, Time now) {
  const auto found = names_.find(name);
  if (found == names_.end() || !found->second.asked) return;  // nobody wants it any more
  Name& state = found->second;
  state.asked = false;
  state.answered = now;
  state.failure = !addresses ? addresses.error().what : addresses->empty() ? "it has no address" : "";
  if (!state.failure.empty()) return;
  std::ranges::sort(*addresses);
  addresses->erase(std::ranges::unique(*addresses).begin(), addresses->end());
  addresses->resize(std::min(addresses->size(), kAddressesMax));
  state.addresses = std::move(*addresses);
}

std::optional<ExternalNames::Time> ExternalNames::look_again() const {
  std::optional<Time> next;
  for (const auto& [name, state] : names_) {
    if (state.asked || state.over_limit || !state.answered) continue;
    const Time due = *state.answered + kResolveInterval;
    next = next ? std::min(*next, due) : due;
  }
  return next;
}

Diagnostics ExternalNames::diagnostics() const {
  Diagnostics found;
  for (const auto& [name, state] : names_) {
    const std::string why =
        state.over_limit ? "only " + std::to_string(kNamesMax) + " different names are looked up" : state.failure;
    if (why.empty()) continue;
    for (const api::ObjectPtr& service : state.services) found.push_back(failed(*service, name, why, !state.addresses.empty()));
  }
  return found;
}

}  // namespace graylane::control
