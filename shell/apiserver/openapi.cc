#include "apiserver/openapi.h"

#include <algorithm>

#include "api/build.h"
#include "apiserver/media.h"
#include "apiserver/reading.h"
#include "apiserver/status.h"
#include "doc/print.h"
#include "openapi/document.h"

namespace graylane::apiserver {
namespace {

constexpr std::string_view kProtobuf = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
constexpr std::string_view kProtobufAsked =
    "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";  // how kubectl writes it

std::string hash_of(const std::string& bytes) { return std::to_string(std::hash<std::string>()(bytes)); }

bool wants_protobuf(const std::string* accept) {
  if (!accept) return false;
  for (const MediaType& type : parse_accept(*accept)) {
    if (type.type == kProtobuf || type.type == kProtobufAsked) return true;
    if (type.type == "application/json" || type.type == "*/*") return false;
  }
  return false;
}

httpd::Response tagged(const httpd::Request& request, const std::string& bytes, const std::string& hash,
                       std::string_view content_type) {
  httpd::Response response;
  const std::string tag = "\"" + hash + "\"";
  const std::string* known = request.header("If-None-Match");
  response.content_type = content_type;
  if (known && *known == tag) response.status = 304;
  else response.body = bytes;
  response.headers = {{"ETag", tag}, {"Vary", "Accept"}};
  return response;
}

std::vector<const api::Kind*> all_kinds(const Catalog& catalog) {
  std::vector<const api::Kind*> kinds;
  for (const Group& group : catalog.groups()) {
    for (const GroupVersion& version : group.versions) kinds.insert(kinds.end(), version.kinds.begin(), version.kinds.end());
  }
  return kinds;
}

std::string path_of(const Group& group, const GroupVersion& version) {
  return group.name.empty() ? "api/" + version.version : "apis/" + group.name + "/" + version.version;
}

bool is_served(const Catalog& catalog, std::string_view path) {
  return std::ranges::any_of(catalog.groups(), [&](const Group& group) {
    return std::ranges::any_of(group.versions, [&](const GroupVersion& version) { return path_of(group, version) == path; });
  });
}

template <class Make>
void fill(std::string& bytes, std::string& hash, Make make) {
  if (!bytes.empty()) return;
  bytes = make();
  bytes.shrink_to_fit();
  hash = hash_of(bytes);
}

}  // namespace

std::optional<httpd::Response> OpenApi::answer(const httpd::Request& request, const Catalog& catalog) {
  std::string_view path = request.path;
  if (!path.starts_with("/openapi/v2") && !path.starts_with("/openapi/v3")) return std::nullopt;
  const bool second = path[10] == '2';
  path.remove_prefix(11);
  if (!path.empty() && (second || path.front() != '/')) return std::nullopt;
  if (request.method != "GET") return error_response(method_not_allowed());
  if (second) return version_2(request, catalog);
  if (path.empty()) return index(request, catalog);
  httpd::Response nothing;
  nothing.status = 404;
  nothing.content_type.clear();
  return version_3(request, catalog, path.substr(1)).value_or(std::move(nothing));
}

OpenApi::Document& OpenApi::document(const std::string& name, const std::vector<const api::Kind*>& kinds) {
  std::vector<Seen> seen;
  for (const api::Kind* kind : kinds) seen.push_back({kind->gvk, kind->schemas, kind->has_status});
  Document& known = documents_[name];
  if (known.kinds != seen) known = {std::move(seen), {}, {}};
  return known;
}

/// Of the two forms only the one that kubectl asks for is kept.
httpd::Response OpenApi::version_2(const httpd::Request& request, const Catalog& catalog) {
  if (wants_protobuf(request.header("Accept"))) {
    Document& kept = document("v2", all_kinds(catalog));
    fill(kept.bytes, kept.hash, [&] { return openapi::v2_protobuf(all_kinds(catalog)); });
    return tagged(request, kept.bytes, kept.hash, kProtobuf);
  }
  const std::string json = openapi::v2_json(all_kinds(catalog));
  return tagged(request, json, hash_of(json), "application/json");
}

httpd::Response OpenApi::index(const httpd::Request& request, const Catalog& catalog) {
  doc::Object paths;
  std::erase_if(documents_, [&](const auto& entry) { return entry.first != "v2" && !is_served(catalog, entry.first); });
  for (const Group& group : catalog.groups()) {
    for (const GroupVersion& version : group.versions) {
      const std::string path = path_of(group, version);
      std::string& hash = document(path, version.kinds).hash;
      if (hash.empty()) hash = hash_of(openapi::v3_json(version.kinds));
      paths.append(path, api::make_object({{"serverRelativeURL", doc::Value("/openapi/v3/" + path + "?hash=" + hash)}}), {});
    }
  }
  const std::string json = doc::to_json(api::make_object({{"paths", doc::Value(std::move(paths))}}));
  return tagged(request, json, hash_of(json), "application/json");
}

std::optional<httpd::Response> OpenApi::version_3(const httpd::Request& request, const Catalog& catalog, std::string_view path) {
  for (const Group& group : catalog.groups()) {
    for (const GroupVersion& version : group.versions) {
      if (path_of(group, version) != path) continue;
      Document& kept = document(std::string(path), version.kinds);
      fill(kept.bytes, kept.hash, [&] { return openapi::v3_json(version.kinds); });
      httpd::Response response = tagged(request, kept.bytes, kept.hash, "application/json");
      const std::string* asked = request.query_value("hash");
      if (asked && *asked == kept.hash) response.headers.push_back({"Cache-Control", "public, immutable"});
      return response;
    }
  }
  return std::nullopt;
}

}  // namespace graylane::apiserver
