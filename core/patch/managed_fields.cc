#include "patch/managed_fields.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "api/text_rules.h"
#include "doc/text.h"

namespace graylane::patch {
namespace {

constexpr size_t kManagerBytesMax = 128;

std::string text_of(const doc::Value& entry, std::string_view member) {
  const doc::Value* value = entry.find(member);
  const std::string* text = value ? value->as_string() : nullptr;
  return text ? *text : "";
}

/// In the words of Kubernetes, which reads the list as a whole or not at all.
Outcome<Owner> decode_owner(const doc::Value& entry, size_t index) {
  Owner owner;
  const std::string operation = text_of(entry, "operation");
  if (operation != "Apply" && operation != "Update") return refuse(Reason::kBadRequest, "operation must be `Apply` or `Update`");
  owner.applied = operation == "Apply";
  owner.api_version = text_of(entry, "apiVersion");
  if (owner.api_version.empty()) return refuse(Reason::kBadRequest, "apiVersion must not be empty");
  const std::string type = text_of(entry, "fieldsType");
  const std::string where = " in managed fields entry " + std::to_string(index);
  if (type.empty()) return refuse(Reason::kBadRequest, "missing fieldsType" + where);
  if (type != "FieldsV1") return refuse(Reason::kBadRequest, "invalid fieldsType \"" + type + "\"" + where);
  owner.manager = text_of(entry, "manager");
  owner.subresource = text_of(entry, "subresource");
  owner.time = text_of(entry, "time");
  if (const doc::Value* fields = entry.find("fieldsV1")) owner.fields = FieldSet::from_fields_v1(*fields);
  return owner;
}

doc::Value encode_owner(const Owner& owner) {
  doc::Object entry;
  auto text = [&entry](const char* member, const std::string& value) {
    if (!value.empty()) entry.append(member, doc::Value(value), {});
  };
  text("manager", owner.manager);
  text("operation", owner.applied ? "Apply" : "Update");
  text("apiVersion", owner.api_version);
  text("time", owner.time);
  text("fieldsType", "FieldsV1");
  entry.append("fieldsV1", owner.fields.to_fields_v1(), {});
  text("subresource", owner.subresource);
  return doc::Value(std::move(entry));
}

using Identity = std::tuple<bool, std::string, std::string, std::string>;

Identity identity(const Owner& owner) {
  return {owner.applied, owner.manager, owner.subresource, owner.applied ? std::string() : owner.api_version};
}

}  // namespace

int64_t unix_seconds(const std::string& time) { return api::parse_time(time).value_or(0); }

bool Owner::is(const Owner& other) const { return identity(*this) == identity(other); }

Outcome<Owners> decode_managed_fields(const doc::Value* managed_fields) {
  if (managed_fields && managed_fields->is_packed()) {
    const doc::Value unpacked = managed_fields->unpacked();
    return decode_managed_fields(&unpacked);
  }
  Owners owners;
  std::map<Identity, size_t> seen;  // there may be many
  const doc::Array* entries = managed_fields ? managed_fields->as_array() : nullptr;
  if (!entries) return owners;
  for (size_t i = 0; i < entries->size(); ++i) {
    auto owner = decode_owner((*entries)[i], i);
    if (!owner) return std::unexpected(owner.error());
    const auto [it, is_new] = seen.emplace(identity(*owner), owners.size());
    if (is_new) owners.push_back(*std::move(owner));
    else owners[it->second] = *std::move(owner);
  }
  return owners;
}

doc::Value encode_managed_fields(Owners owners) {
  auto rank = [](const Owner& o) {
    return std::tuple<bool, int64_t, const std::string&, const std::string&, const std::string&>(
        !o.applied, unix_seconds(o.time), o.manager, o.api_version, o.subresource);
  };
  std::ranges::sort(owners, [&](const Owner& a, const Owner& b) { return rank(a) < rank(b); });
  doc::Array entries;
  entries.reserve(owners.size());
  for (const Owner& owner : owners) entries.push_back(encode_owner(owner));
  return doc::Value(std::move(entries));
}

void set_managed_fields(doc::Value& object, Owners owners) {
  doc::Object* members = object.as_object();
  doc::Value* metadata = members ? members->find("metadata") : nullptr;
  if (!metadata || !metadata->is_object()) return;
  if (owners.empty()) metadata->as_object()->erase("managedFields");
  else metadata->as_object()->set("managedFields", encode_managed_fields(std::move(owners)));
}

std::string manager_of_user_agent(std::string_view user_agent) {
  std::string manager;
  const std::string_view product = user_agent.substr(0, user_agent.find('/'));
  for (size_t i = 0; i < product.size();) {
    const doc::CodePoint point = doc::decode_utf8(product, i);
    const size_t length = std::max<size_t>(point.length, 1);
    const bool printable = point.length > 0 && point.value >= 0x20 && (point.value < 0x7F || point.value > 0x9F);
    if (printable && manager.size() + length > kManagerBytesMax) break;
    if (printable) manager += product.substr(i, length);
    i += length;
  }
  return manager.empty() ? "unknown" : manager;
}

}  // namespace graylane::patch
