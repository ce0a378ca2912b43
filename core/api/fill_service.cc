// The defaults of Services, Namespaces and Secrets that depend on other fields.
#include <algorithm>
#include <string>

#include "api/fields.h"
#include "api/kinds_tables.h"

namespace graylane::api {
namespace {

void fill_ports(doc::Object& spec) {
  for_each_object(spec, "ports", [](doc::Object& port, Position at) {
    const doc::Value* number = port.find("port");
    const std::string* target = find_text(port, "targetPort");
    if (target && target->empty()) port.erase("targetPort");
    if (number) fill_in(port, "targetPort", doc::Value(*number), at);
  });
}

void fill_policies(doc::Object& spec, const std::string& type, Position at) {
  bool is_external = type == "NodePort" || type == "LoadBalancer";
  if (type != "ExternalName") fill_in(spec, "internalTrafficPolicy", doc::Value("Cluster"), at);
  if (is_external) fill_in(spec, "externalTrafficPolicy", doc::Value("Cluster"), at);
  if (type == "LoadBalancer") fill_in(spec, "allocateLoadBalancerNodePorts", doc::Value(true), at);
}

void fill_affinity(doc::Object& spec, Position at) {
  const std::string* affinity = find_text(spec, "sessionAffinity");
  if (!affinity || *affinity != "ClientIP") {
    spec.erase("sessionAffinityConfig");
    return;
  }
  fill_in(spec, "sessionAffinityConfig", doc::Value(doc::Object()), at);
  doc::Object* config = find_object(spec, "sessionAffinityConfig");
  if (!config) return;
  fill_in(*config, "clientIP", doc::Value(doc::Object()), at);
  doc::Object* client = find_object(*config, "clientIP");
  if (client) fill_in(*client, "timeoutSeconds", doc::Value(int64_t{10800}), at);
}

std::string base64(std::string_view bytes) {
  static constexpr char kSymbols[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    size_t n = std::min<size_t>(3, bytes.size() - i);
    for (size_t k = 0; k < 3; ++k) group = group << 8 | (k < n ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (size_t k = 0; k < 4; ++k) text += k <= n ? kSymbols[group >> (18 - 6 * k) & 63] : '=';
  }
  return text;
}

}  // namespace

void fill_service(doc::Object& service) {
  doc::Object* spec = find_object(service, "spec");
  const std::string* found = spec ? find_text(*spec, "type") : nullptr;
  if (!found) return;
  const std::string type = *found;  // a copy: members move when others are added
  Position at = service.find("spec")->at();
  fill_ports(*spec);
  fill_policies(*spec, type, at);
  fill_affinity(*spec, at);
}

/// Every Namespace has its name as a label, for selectors.
void fill_namespace(doc::Object& ns) {
  doc::Object* metadata = find_object(ns, "metadata");
  const doc::Value* name = metadata ? metadata->find("name") : nullptr;
  if (!name || !name->is_string()) return;
  doc::Value copy = *name;
  fill_in(*metadata, "labels", doc::Value(doc::Object()), copy.at());
  doc::Object* labels = find_object(*metadata, "labels");
  if (labels) labels->set("kubernetes.io/metadata.name", copy, copy.at());
}

/// stringData is for writing only: it replaces entries of data.
void fill_secret(doc::Object& secret) {
  const doc::Object* plain = find_object(secret, "stringData");
  if (!plain) return;
  const doc::Object entries = *plain;
  fill_in(secret, "data", doc::Value(doc::Object()), secret.find("stringData")->at());
  doc::Object* data = find_object(secret, "data");
  if (!data) return;
  auto keys = keys_of(entries);
  erase_members(*data, [&](const doc::Member& member) { return keys.contains(member.key); });
  for (const doc::Member& entry : entries) {
    const std::string* text = entry.value.as_string();
    if (text) data->append(entry.key, doc::Value(base64(*text), entry.value.at()), entry.key_at);
  }
  secret.erase("stringData");
}

}  // namespace graylane::api
