#include "apiserver/ownership.h"

#include "api/convert.h"
#include "api/text_rules.h"
#include "apiserver/columns_text.h"

namespace graylane::apiserver {

namespace {

/// Owners of fields name the version that they wrote.
std::optional<patch::Versioned> in_version(const doc::Value& object, std::string_view version, const api::Kind& kind,
                                           const api::Kinds& kinds) {
  const api::Kind* to = kinds.find(version, kind.gvk.kind);
  const api::Kind* from = kinds.find(text_at(object, "apiVersion"), kind.gvk.kind);
  if (!to || to->storage_group != kind.storage_group) return std::nullopt;
  return patch::Versioned{api::convert(object, from ? *from : kind, *to), to->schema};
}

}  // namespace

patch::Write write_of(const Writer& writer) {
  patch::Write write;
  write.api_version = writer.kind->gvk.api_version();
  write.kind = writer.kind->gvk.kind;
  write.schema = writer.kind->schema;
  write.builtin = !writer.kind->custom;
  write.manager = writer.options.manager;
  write.subresource = writer.target.subresource;
  write.time = api::format_time(writer.now_unix_seconds);
  write.convert = [kind = writer.kind, kinds = writer.kinds](const doc::Value& object, std::string_view version) {
    return in_version(object, version, *kind, *kinds);
  };
  if (writer.kind->has_status) write.reset_fields = patch::reset_fields_of(write.kind, write.subresource, write.builtin);
  return write;
}

void take_ownership(const Writer& writer, const doc::Value* old, doc::Value& written) {
  written = patch::track_update(old, std::move(written), write_of(writer));
}

void keep_times(const doc::Value& old, doc::Value& written) { patch::keep_times_if_unchanged(old, written); }

}  // namespace graylane::apiserver
