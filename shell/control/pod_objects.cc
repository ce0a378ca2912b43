#include "control/pod_objects.h"

#include <array>
#include <cstdio>

#include "api/build.h"
#include "api/text_rules.h"
#include "api/view_fields.h"

namespace graylane::control {

namespace {

namespace fields = api::fields;
using api::make_object;
using doc::Value;

constexpr size_t kSuffixLength = 5;
constexpr size_t kNameBytesMax = 63;  // a Pod's name is its host name

std::string random_suffix(route::Rng& random) {
  constexpr std::string_view kAlphabet = "bcdfghjklmnpqrstvwxz2456789";
  std::string text;
  for (size_t i = 0; i < kSuffixLength; ++i) text += kAlphabet[random.below(kAlphabet.size())];
  return text;
}

std::string random_uid(route::Rng& random) {
  const uint64_t a = random.next(), b = random.next();
  std::array<char, 40> text;
  const int size = std::snprintf(text.data(), text.size(), "%08x-%04x-4%03x-%04x-%012llx", unsigned(a >> 32),
                                 unsigned(a >> 16) & 0xffffU, unsigned(a) & 0xfffU, (unsigned(b >> 48) & 0x3fffU) | 0x8000U,
                                 static_cast<unsigned long long>(b & 0xffffffffffffU));
  return {text.data(), static_cast<size_t>(size)};
}

Value owner_reference(const api::Object& owner) {
  return make_object({{"apiVersion", Value(owner.gvk.api_version())},
                      {"kind", Value(owner.gvk.kind)},
                      {"name", Value(owner.key.name)},
                      {"uid", Value(uid_of(owner))},
                      {"controller", Value(true)},
                      {"blockOwnerDeletion", Value(true)}});
}

Value pod_metadata(const api::Object& deployment, const Value* own, const std::string& hash, std::chrono::sys_seconds now,
                   route::Rng& random) {
  api::Labels labels = fields::labels(own, "labels");
  labels[kHashLabel] = hash;
  const std::string generate_name =
      deployment.key.name.substr(0, kNameBytesMax - kSuffixLength - hash.size() - 2) + "-" + hash + "-";
  Value metadata = make_object({{"name", Value(generate_name + random_suffix(random))},
                                {"generateName", Value(generate_name)},
                                {"namespace", Value(deployment.key.ns)},
                                {"uid", Value(random_uid(random))},
                                {"creationTimestamp", Value(api::format_time(now.time_since_epoch().count()))},
                                {"labels", api::make_labels(labels)},
                                {"ownerReferences", Value(doc::Array{owner_reference(deployment)})}});
  const api::Labels annotations = fields::labels(own, "annotations");
  if (!annotations.empty()) metadata.as_object()->set("annotations", api::make_labels(annotations));
  return metadata;
}

}  // namespace

std::string uid_of(const api::Object& object) {
  const std::string uid = fields::text(fields::find_object(&object.content, "metadata"), "uid");
  return uid.empty() ? object.gvk.kind + "." + object.key.ns + "." + object.key.name : uid;
}

api::Object make_pod(const api::Object& deployment, const std::string& hash, std::chrono::sys_seconds now, route::Rng& random) {
  const Value* own = fields::find_object(fields::find_object(&deployment.content, "spec"), "template");
  Value metadata = pod_metadata(deployment, fields::find_object(own, "metadata"), hash, now, random);
  api::Object pod;
  pod.gvk = {"", "v1", "Pod"};
  pod.key = {"", "Pod", deployment.key.ns, *metadata.find("name")->as_string()};
  pod.age = {now.time_since_epoch().count(), true, 0};
  const Value* spec = fields::find_object(own, "spec");
  pod.content = make_object({{"apiVersion", Value("v1")},
                             {"kind", Value("Pod")},
                             {"metadata", metadata},
                             {"spec", spec ? *spec : Value(doc::Object())}});
  return pod;
}

api::Object mark_deleted(const api::Object& pod, std::chrono::sys_seconds now) {
  const int32_t grace = fields::number(fields::find_object(&pod.content, "spec"), "terminationGracePeriodSeconds", 30);
  api::Object marked = pod;
  doc::Object& metadata = api::object_member(*marked.content.as_object(), "metadata");
  metadata.set("deletionTimestamp", Value(api::format_time(now.time_since_epoch().count() + grace)));
  metadata.set("deletionGracePeriodSeconds", Value(int64_t{grace}));
  return marked;
}

}  // namespace graylane::control
