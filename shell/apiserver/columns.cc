#include "apiserver/columns.h"

#include <algorithm>

#include "api/text_rules.h"
#include "apiserver/columns_table.h"
#include "apiserver/columns_text.h"
#include "apiserver/custom_columns.h"

namespace graylane::apiserver {

using doc::Value;

std::string age_text(int64_t seconds) {
  const auto with = [](int64_t big, const char* unit, int64_t small, const char* small_unit) {
    std::string text = std::to_string(big) + unit;
    if (small > 0) text += std::to_string(small) + small_unit;
    return text;
  };
  constexpr int64_t kMinute = 60, kHour = 3600, kDay = 86'400, kYear = 365 * kDay;
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 2 * kMinute) return with(seconds, "s", 0, "");
  if (seconds < 10 * kMinute) return with(seconds / kMinute, "m", seconds % kMinute, "s");
  if (seconds < 3 * kHour) return with(seconds / kMinute, "m", 0, "");
  if (seconds < 8 * kHour) return with(seconds / kHour, "h", seconds % kHour / kMinute, "m");
  if (seconds < 2 * kDay) return with(seconds / kHour, "h", 0, "");
  if (seconds < 8 * kDay) return with(seconds / kDay, "d", seconds % kDay / kHour, "h");
  if (seconds < 2 * kYear) return with(seconds / kDay, "d", 0, "");
  if (seconds < 8 * kYear) return with(seconds / kYear, "y", seconds % kYear / kDay, "d");
  return with(seconds / kYear, "y", 0, "");
}

std::string age_of(const Value& content, int64_t now) {
  const auto created = api::parse_time(text_at(content, "metadata.creationTimestamp"));
  return created ? age_text(now - *created) : "<unknown>";
}

Value name_cell(const Value& o) { return text_cell(o, "metadata.name"); }
Value age_cell(const Value& o, int64_t now) { return Value(age_of(o, now)); }
Value text_cell(const Value& o, std::string_view path) { return Value(text_at(o, path)); }
Value number_cell(const Value& o, std::string_view path) { return Value(number_at(o, path)); }
Value none_cell(const Value& o, std::string_view path) { return Value(or_none(text_at(o, path))); }
Value flag_cell(const Value& o, std::string_view path) { return Value(flag_at(o, path)); }

Columns columns_of(const api::Kind& kind) {
  if (kind.custom) return custom_columns(*kind.custom);
  for (const auto table : {workload_columns(), network_columns(), config_columns()}) {
    const auto found = std::ranges::find(table, std::string_view(kind.gvk.kind), &KindColumns::kind);
    if (found != table.end()) return {found->columns, found->cells};
  }
  return {{kName, kAge}, [](const Value& o, int64_t now) { return Cells{name_cell(o), age_cell(o, now)}; }};
}

namespace {

struct Described {
  std::string_view column;
  const char* text;
};

/// Whatever the kind, a column of that name means the same.
constexpr Described kDescribed[] = {
    {"Access Modes", "How the volume may be mounted: RWO, ROX, RWX, RWOP."},
    {"Active", "Jobs that are running now."},
    {"Address", "Where the outside reaches it."},
    {"AddressType", "Of what family the addresses are."},
    {"Age", "Time since it was created."},
    {"Allowed Disruptions", "Pods that may be taken away at this moment."},
    {"AllowVolumeExpansion", "Whether volumes of the class may grow."},
    {"Available", "Replicas that have been ready for long enough."},
    {"Capacity", "Size of the volume."},
    {"Claim", "The claim that holds the volume."},
    {"Class", "The class of controllers that serve it."},
    {"Cluster-IP", "The address of the service inside the cluster."},
    {"Completions", "Runs that succeeded, of those that are wanted."},
    {"Container-Runtime", "What runs the containers, and its version."},
    {"Containers", "Names of the containers."},
    {"Controller", "Who acts on it."},
    {"Count", "How often it has happened."},
    {"Created At", "When it was created."},
    {"Current", "Replicas that exist."},
    {"Data", "How many entries it holds."},
    {"Desired", "Replicas that are wanted."},
    {"Duration", "Time from its start to its end, or until now."},
    {"Endpoints", "Addresses behind it."},
    {"External-IP", "Addresses by which it is reached from outside."},
    {"First Seen", "Time since it happened first."},
    {"Global-Default", "Whether Pods without a class have this one."},
    {"Groups", "Groups that have the role."},
    {"Holder", "Who holds the lease."},
    {"Hosts", "Names of hosts that its rules are for."},
    {"Images", "Images of the containers."},
    {"Internal-IP", "The address inside the cluster."},
    {"IP", "The address of the Pod."},
    {"Kernel-Version", "The kernel and the machine's architecture."},
    {"Last Schedule", "Time since a Job was last created."},
    {"Last Seen", "Time since it happened last."},
    {"Limit", "Used of the limits."},
    {"Max Unavailable", "Pods that may be missing."},
    {"MaxPods", "The most replicas it may ask for."},
    {"Message", "What happened, in words."},
    {"Min Available", "Pods that must stay."},
    {"MinPods", "The fewest replicas it may ask for."},
    {"Name", "The name, which no other object of the kind has in its namespace."},
    {"Node", "Where the Pod runs."},
    {"Node Selector", "Labels of the nodes that it is for."},
    {"Nominated Node", "Where the Pod will run once others have made room."},
    {"Object", "What it happened to."},
    {"OS-Image", "The operating system."},
    {"Parameters", "An object with more settings of the class."},
    {"ParamKind", "The kind of the policy's parameters."},
    {"ParamRef", "The parameters that are used."},
    {"Pod Labels", "Labels that its Pods get."},
    {"Pod-Selector", "The Pods that it is about."},
    {"PolicyName", "The policy that is bound."},
    {"Port(s)", "Ports and protocols; behind a colon, that of the nodes."},
    {"Ports", "Ports that are served."},
    {"PreemptionPolicy", "Whether its Pods drive out others."},
    {"Provisioner", "Who makes the volumes of the class."},
    {"Readiness Gates", "Further conditions for being ready: those that hold, and all."},
    {"Ready", "What is ready, of what is wanted."},
    {"Reason", "Why, in one word."},
    {"Reclaim Policy", "What becomes of the volume when its claim is gone."},
    {"ReclaimPolicy", "What becomes of volumes when their claims are gone."},
    {"Reference", "What is scaled."},
    {"Replicas", "Replicas that exist."},
    {"Request", "Used of what may be requested."},
    {"Restarts", "How often containers were started again, and when last."},
    {"Revision", "The number of this state."},
    {"Role", "The role that is given."},
    {"Roles", "What the node is for."},
    {"Schedule", "When Jobs are created, as cron writes it."},
    {"Selector", "Which Pods belong to it."},
    {"ServiceAccounts", "Service accounts that have the role."},
    {"Source", "Who reports it."},
    {"Status", "How it is doing, in one word."},
    {"StorageClass", "The class of storage."},
    {"Subobject", "The part of the object that it is about."},
    {"Suspend", "Whether no Jobs are created for now."},
    {"Targets", "What is measured, and what is aimed at."},
    {"Timezone", "Of the schedule."},
    {"Type", "What sort it is."},
    {"Up-to-date", "Replicas that are as the template says now."},
    {"Users", "Users that have the role."},
    {"Validations", "How many rules it has."},
    {"Value", "Its priority: higher goes first."},
    {"Version", "The version of what runs there."},
    {"Volume", "The volume that it got."},
    {"VolumeAttributesClass", "The class of the volume's attributes."},
    {"VolumeBindingMode", "When a volume is chosen."},
    {"VolumeMode", "Whether it is a file system or a block device."},
    {"Webhooks", "How many webhooks it names."},
};

}  // namespace

std::string_view description_of(const Column& column) {
  if (column.description) return column.description;
  const auto found = std::ranges::find(kDescribed, std::string_view(column.name), &Described::column);
  return found == std::end(kDescribed) ? "" : found->text;
}

}  // namespace graylane::apiserver
