// The defaults of Pods that depend on other fields.
#include <algorithm>
#include <string>

#include "api/fields.h"
#include "api/kinds_tables.h"

namespace graylane::api {
namespace {

/// ":latest", or neither tag nor digest, is pulled always.
const char* pull_policy(std::string_view image) {
  if (image.contains('@')) return "IfNotPresent";
  size_t colon = image.rfind(':');
  bool has_tag = colon != image.npos && image.find('/', colon) == image.npos;
  return has_tag && image.substr(colon + 1) != "latest" ? "IfNotPresent" : "Always";
}

void fill_container(doc::Object& container, Position at) {
  const std::string* image = find_text(container, "image");
  fill_in(container, "imagePullPolicy", doc::Value(pull_policy(image ? *image : "")), at);
}

/// Limits are requests too, where no request is given.
void requests_from_limits(doc::Object& container) {
  doc::Object* resources = find_object(container, "resources");
  doc::Object* limits = resources ? find_object(*resources, "limits") : nullptr;
  if (!limits || limits->empty()) return;
  Position at = limits->begin()->value.at();
  fill_in(*resources, "requests", doc::Value(doc::Object()), at);
  doc::Object* requests = find_object(*resources, "requests");
  if (!requests) return;
  auto given = keys_of(*requests);
  for (const doc::Member& limit : *find_object(*resources, "limits")) {
    if (!given.contains(limit.key)) requests->append(limit.key, limit.value, limit.value.at());
  }
}

void host_ports(doc::Object& container) {
  for_each_object(container, "ports", [](doc::Object& port, Position at) {
    const doc::Value* number = port.find("containerPort");
    if (number) fill_in(port, "hostPort", *number, at);
  });
}

template <class Visit>
void for_each_container(doc::Object& spec, Visit visit) {
  for (const char* list : {"initContainers", "containers", "ephemeralContainers"}) for_each_object(spec, list, visit);
}

void fill_volume(doc::Object& volume, Position at) {
  if (volume.size() == 1 && volume.find("name")) fill_in(volume, "emptyDir", doc::Value(doc::Object()), at);
  doc::Object* image = find_object(volume, "image");
  const std::string* reference = image ? find_text(*image, "reference") : nullptr;
  if (image) fill_in(*image, "pullPolicy", doc::Value(pull_policy(reference ? *reference : "")), at);
}

/// One thing under two names, of which `serviceAccountName` is the one that counts.
void fill_account(doc::Object& spec) {
  const std::string* name = find_text(spec, "serviceAccountName");
  const bool named = name && !name->empty();
  const doc::Value* account = spec.find(named ? "serviceAccountName" : "serviceAccount");
  if (!account || !account->is_string() || account->as_string()->empty()) return;
  const doc::Value both = *account;
  spec.set("serviceAccountName", both);
  spec.set("serviceAccount", both);
}

void fill_pod_spec(doc::Object& spec) {
  for_each_container(spec, fill_container);
  for_each_object(spec, "volumes", fill_volume);
  fill_account(spec);
}

/// Of Pods only: templates keep their ports as written.
void fill_host_ports(doc::Object& spec) {
  const doc::Value* host_network = spec.find("hostNetwork");
  if (!host_network || !host_network->as_bool() || !*host_network->as_bool()) return;
  for_each_container(spec, [](doc::Object& container, Position) { host_ports(container); });
}

}  // namespace

void fill_pod(doc::Object& pod) {
  doc::Object* spec = find_object(pod, "spec");
  if (!spec) return;
  fill_in(*spec, "enableServiceLinks", doc::Value(true), pod.find("spec")->at());
  for_each_container(*spec, [](doc::Object& container, Position) { requests_from_limits(container); });
  fill_pod_spec(*spec);
  fill_host_ports(*spec);
}

void fill_pod_template(doc::Object& owner) {
  doc::Object* spec = find_object(owner, "spec");
  doc::Object* pod = spec ? find_object(*spec, "template") : nullptr;
  doc::Object* pod_spec = pod ? find_object(*pod, "spec") : nullptr;
  if (pod_spec) fill_pod_spec(*pod_spec);
}

void fill_deployment(doc::Object& deployment) {
  fill_pod_template(deployment);
  doc::Object* spec = find_object(deployment, "spec");
  doc::Object* strategy = spec ? find_object(*spec, "strategy") : nullptr;
  const std::string* type = strategy ? find_text(*strategy, "type") : nullptr;
  if (!type || *type != "RollingUpdate") return;
  Position at = spec->find("strategy")->at();
  fill_in(*strategy, "rollingUpdate", doc::Value(doc::Object()), at);
  doc::Object* rolling = find_object(*strategy, "rollingUpdate");
  if (!rolling) return;
  fill_in(*rolling, "maxUnavailable", doc::Value("25%"), at);
  fill_in(*rolling, "maxSurge", doc::Value("25%"), at);
}

}  // namespace graylane::api
