#include "apiserver/ownership.h"

#include "api/text_rules.h"

namespace graylane::apiserver {

patch::Write write_of(const Writer& writer) {
  patch::Write write;
  write.api_version = writer.kind->gvk.api_version();
  write.kind = writer.kind->gvk.kind;
  write.schema = writer.kind->schema;
  write.manager = writer.options.manager;
  write.subresource = writer.target.subresource;
  write.time = api::format_time(writer.now_unix_seconds);
  if (writer.kind->has_status) write.reset_fields = patch::reset_fields_of(write.kind, write.subresource, write.builtin);
  return write;
}

void take_ownership(const Writer& writer, const doc::Value* old, doc::Value& written) {
  written = patch::track_update(old, std::move(written), write_of(writer));
}

void keep_times(const doc::Value& old, doc::Value& written) { patch::keep_times_if_unchanged(old, written); }

}  // namespace graylane::apiserver
