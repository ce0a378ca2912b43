// EndpointSlices, and Endpoints, as the controllers here write them. Pure functions, but for write_slices.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/labels.h"
#include "api/object.h"
#include "control/port.h"

namespace graylane::control {

inline constexpr const char* kEndpointSliceGroup = "discovery.k8s.io";
inline constexpr const char* kEndpointsManagerLabel = "endpoints.kubernetes.io/managed-by";  // of Endpoints

/// Who writes a slice (label endpointslice.kubernetes.io/managed-by), and what is in it.
struct SliceContent {
  const char* manager = nullptr;
  const char* address_type = "IPv4";
  doc::Array endpoints;
  doc::Value ports;  // an array
};

/// Of what is made for a Service, with the Service's labels and `own` ones. As old as the Service, since it is made anew with every
/// start; its uid follows from the Service's. An EndpointSlice is owned by the Service.
doc::Value metadata_for(const api::Object& service, const api::ObjectKey& key, const api::Labels& own);

/// The name follows from the Service and the ports, so that a slice stays the same object while endpoints come and go; `part`
/// counts from 0.
api::Object make_slice(const api::Object& service, SliceContent content, size_t part = 0);

using Slices = std::map<api::ObjectKey, api::Object>;

/// Who writes: as slices name it, and as Endpoints do.
struct SliceManagers {
  const char* of_slices;
  const char* of_endpoints;
};

/// What makes it so: see write_slices.
std::vector<Change> changes_to(const SliceManagers& managers, const Slices& wanted, const std::vector<api::ObjectPtr>& stored);

/// What is stored of this manager becomes what is wanted, in one batch; what somebody else has stored there stays. Whether something was written, or has to be looked at
/// again since somebody was faster. Errors: those of the client.
Result<bool> write_slices(Client& client, const char* manager, const Slices& wanted, const std::vector<api::ObjectPtr>& stored);

}  // namespace graylane::control
