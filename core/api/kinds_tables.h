// The tables of the built-in kinds, in the notation of schema_table.h, and what a table cannot say. Internal to core/api.
#pragma once

#include "api/kinds.h"
#include "api/report.h"

namespace graylane::api {

extern const char* const kMetaTypes;
extern const char* const kPodTypes;
extern const char* const kContainerTypes;
extern const char* const kVolumeTypes;
extern const char* const kAffinityTypes;
extern const char* const kWorkloadTypes;
extern const char* const kServiceTypes;
extern const char* const kIngressTypes;
extern const char* const kConfigTypes;

// Defaults that depend on other fields (fill_*.cc) and rules between fields (check_*.cc).
void fill_pod(doc::Object& pod);
void fill_pod_template(doc::Object& owner);  // spec.template
void fill_deployment(doc::Object& deployment);
void fill_service(doc::Object& service);
void fill_namespace(doc::Object& ns);
void fill_secret(doc::Object& secret);

void check_pod(const doc::Object& pod, Report& report);
void check_workload(const doc::Object& workload, Report& report);
void check_service(const doc::Object& service, Report& report);
void check_endpoints(const doc::Object& endpoints, Report& report);
void check_endpoint_slice(const doc::Object& slice, Report& report);
void check_ingress(const doc::Object& ingress, Report& report);

}  // namespace graylane::api
