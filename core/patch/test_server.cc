#include "patch/test_server.h"

#include <vector>

#include "api/build.h"
#include "api/text_rules.h"
#include "patch/json_patch.h"
#include "patch/strategic_patch.h"

namespace graylane::patch {
namespace {

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const size_t end = std::min(text.find('/'), text.size());
    if (end > 0) parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

Answer answer_of(const Failure& failure) {
  doc::Array causes;
  for (const Cause& cause : failure.causes)
    causes.push_back(api::make_object(
        {{"reason", doc::Value(cause.reason)}, {"message", doc::Value(cause.message)}, {"field", doc::Value(cause.field)}}));
  const int status = http_status(failure.reason);
  return {status, api::make_object({{"kind", doc::Value("Status")},
                                    {"apiVersion", doc::Value("v1")},
                                    {"status", doc::Value("Failure")},
                                    {"message", doc::Value(failure.message)},
                                    {"reason", doc::Value(name_of(failure.reason))},
                                    {"details", api::make_object({{"causes", doc::Value(std::move(causes))}})},
                                    {"code", api::make_number(status)}})};
}

Answer answer_of(Reason reason, const std::string& message) { return answer_of(Failure{reason, message, {}}); }

const doc::Value* resource_version(const doc::Value& object) {
  const doc::Value* metadata = object.find("metadata");
  return metadata ? metadata->find("resourceVersion") : nullptr;
}

}  // namespace

TestServer::Target TestServer::parse(std::string_view path) {
  std::vector<std::string> parts = split(path);
  const bool core = parts[0] == "api";
  const std::string api_version = core ? parts[1] : parts[1] + "/" + parts[2];
  parts.erase(parts.begin(), parts.begin() + (core ? 2 : 3));
  Target target;
  target.ns = parts[1];
  for (const api::Kind& kind : api::builtin_kinds().all()) {
    if (kind.plural == parts[2] && kind.gvk.api_version() == api_version) target.kind = &kind;
  }
  if (parts.size() > 3) target.name = parts[3];
  return target;
}

Write TestServer::write_of(const Request& request, const Target& target) {
  Write write;
  write.api_version = target.kind->gvk.api_version();
  write.kind = target.kind->gvk.kind;
  write.schema = target.kind->schema;
  const bool is_apply = request.content_type == "application/apply-patch+yaml";
  write.manager = request.query.contains("fieldManager") ? request.query.at("fieldManager")
                  : is_apply                             ? ""
                                                         : manager_of_user_agent("tests/1.0");
  write.time = api::format_time(1'700'000'000 + ++seconds_);
  write.reset_fields = reset_fields_of(write.kind, "", true);
  return write;
}

Answer TestServer::handle(const Request& request) {
  const Target target = parse(request.path);
  return request.method == "POST" ? create(request, target) : patch(request, target);
}

Answer TestServer::create(const Request& request, const Target& target) {
  doc::Value written = request.body;
  doc::Object& object = *written.as_object();
  object.set("apiVersion", doc::Value(target.kind->gvk.api_version()));
  object.set("kind", doc::Value(target.kind->gvk.kind));
  api::object_member(object, "metadata").set("namespace", doc::Value(target.ns));
  const std::string name = *written.find("metadata")->find("name")->as_string();
  written = track_update(nullptr, std::move(written), write_of(request, target));
  return store(request.path + "/" + name, nullptr, std::move(written), target);
}

Outcome<doc::Value> TestServer::patched(const Request& request, const doc::Value* live, const Write& write) const {
  if (request.content_type == "application/apply-patch+yaml")
    return apply(live, request.body, write, request.query.contains("force") && request.query.at("force") == "true");
  if (request.content_type == "application/json-patch+json") return apply_json_patch(*live, request.body);
  if (request.content_type == "application/merge-patch+json") return apply_merge_patch(*live, request.body);
  return apply_strategic_patch(*live, request.body, *write.schema);
}

Answer TestServer::patch(const Request& request, const Target& target) {
  const auto it = objects_.find(request.path);
  const doc::Value* live = it == objects_.end() ? nullptr : &it->second;
  const Write write = write_of(request, target);
  auto result = patched(request, live, write);
  if (!result) return answer_of(result.error());
  if (live && *resource_version(*result) != *resource_version(*live))
    return answer_of(Reason::kConflict, "the object has been modified; please apply your changes to the latest version");
  if (!live) api::object_member(*result->as_object(), "metadata").set("namespace", doc::Value(target.ns));
  if (request.content_type == "application/apply-patch+yaml") return store(request.path, live, *std::move(result), target);
  api::Decoded decoded = api::decode(*std::move(result), nullptr);
  if (!decoded.object) return answer_of(Reason::kInvalid, decoded.diagnostics.front().message);
  return store(request.path, live, track_update(live, std::move(decoded.object->content), write), target);
}

Answer TestServer::store(const std::string& key, const doc::Value* old, doc::Value written, const Target& target) {
  api::Decoded decoded = api::decode(std::move(written), nullptr);
  if (!decoded.object) return answer_of(Reason::kInvalid, target.name + ": " + decoded.diagnostics.front().message);
  doc::Value stored = std::move(decoded.object->content);
  if (old) keep_times_if_unchanged(*old, stored);
  if (!old || stored != *old) {
    doc::Object& metadata = api::object_member(*stored.as_object(), "metadata");
    metadata.set("resourceVersion", doc::Value(std::to_string(++revision_)));
    metadata.set("uid", doc::Value("0-1"));
  }
  const int status = old ? 200 : 201;
  objects_[key] = stored;
  return {status, std::move(stored)};
}

}  // namespace graylane::patch
