// The tables of the built-in kinds, in the notation of schema_table.h, and what a table cannot say. Internal to core/api.
#pragma once

#include "api/kinds.h"
#include "api/report.h"

namespace graylane::api {

extern const char* const kMetaTypes;
extern const char* const kPodTypes;
extern const char* const kPodStatusTypes;
extern const char* const kContainerTypes;
extern const char* const kVolumeTypes;
extern const char* const kOtherVolumeTypes;
extern const char* const kAffinityTypes;
extern const char* const kWorkloadTypes;
extern const char* const kServiceTypes;
extern const char* const kIngressTypes;
extern const char* const kConfigTypes;
extern const char* const kCoreTypes;
extern const char* const kStorageTypes;
extern const char* const kAppsTypes;
extern const char* const kBatchTypes;
extern const char* const kPolicyTypes;
extern const char* const kAutoscalingTypes;
extern const char* const kReviewTypes;
extern const char* const kMetricsTypes;
extern const char* const kCrdTypes;
extern const char* const kAdmissionTypes;

// Defaults that depend on other fields (fill_*.cc) and rules between fields (check_*.cc).
void fill_pod(doc::Object& pod);
void fill_pod_template(doc::Object& owner);  // spec.template
void fill_deployment(doc::Object& deployment);
void fill_service(doc::Object& service);
void fill_namespace(doc::Object& ns);
void fill_secret(doc::Object& secret);
void fill_job(doc::Object& job);
void fill_cron_job(doc::Object& job);
void fill_replication_controller(doc::Object& controller);
void fill_update_strategy(doc::Object& workload);
void fill_pod_template_object(doc::Object& object);
void fill_autoscaler(doc::Object& autoscaler);
void fill_network_policy(doc::Object& policy);
void fill_binding(doc::Object& binding);
void fill_limit_range(doc::Object& range);
void fill_crd(doc::Object& crd);
void fill_old_autoscaler(doc::Object& autoscaler);
inline constexpr int64_t kDefaultCpuPercent = 80;  // of an autoscaler that names nothing to scale by
doc::Value default_metric();                       // which says so

void check_pod(const doc::Object& pod, Report& report);
void check_workload(const doc::Object& workload, Report& report);
void check_service(const doc::Object& service, Report& report);
void check_endpoints(const doc::Object& endpoints, Report& report);
void check_endpoint_slice(const doc::Object& slice, Report& report);
void check_ingress(const doc::Object& ingress, Report& report);
void check_job(const doc::Object& job, Report& report);
void check_cron_job(const doc::Object& job, Report& report);
void check_autoscaler(const doc::Object& autoscaler, Report& report);
void check_disruption_budget(const doc::Object& budget, Report& report);
void check_volume_claim(const doc::Object& claim, Report& report);
void check_crd(const doc::Object& crd, Report& report);
void check_event(const doc::Object& event, Report& report);
void check_new_event(const doc::Object& event, Report& report);
void check_pod_spec(const doc::Object& spec, const Path& path, Report& report);

// The form of other versions <-> that of the version that is stored (convert_*.cc); apiVersion is not theirs.
void ingress_to_storage(doc::Object& ingress);
void ingress_from_storage(doc::Object& ingress);
void event_to_storage(doc::Object& event);
void event_from_storage(doc::Object& event);
void autoscaler_to_storage(doc::Object& autoscaler);
void autoscaler_from_storage(doc::Object& autoscaler);
void endpoint_slice_to_storage(doc::Object& slice);
void endpoint_slice_from_storage(doc::Object& slice);

}  // namespace graylane::api
