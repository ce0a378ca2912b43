#include "doc/parse.h"
#include "doc/reporter.h"
#include "doc/text.h"
#include "doc/yaml_builder.h"
#include "doc/yaml_events.h"

namespace graylane::doc {
namespace {

/// Reads documents until the stream ends or breaks. When the text was cut before a bad byte (`cut`), the last
/// document is in doubt and dropped, and errors of syntax are only a consequence of the cut.
void read_documents(YamlEvents& events, YamlBuilder& builder, Reporter& reporter, bool cut, std::vector<Value>& documents) {
  bool last_kept = false;
  for (;;) {
    YamlEvent event;
    if (!events.next(event)) {
      SyntaxError error = events.error();
      if (!cut) reporter.fatal("yaml-syntax", error.at, std::move(error.message), std::move(error.fix));
      return;
    }
    if (event.type() == YAML_STREAM_END_EVENT) break;
    if (event.type() != YAML_DOCUMENT_START_EVENT) continue;
    Value document;
    if (!builder.build_document(document, !cut)) return;
    last_kept = !document.is_null();
    if (last_kept) documents.push_back(std::move(document));
  }
  if (cut && last_kept) documents.pop_back();
}

}  // namespace

Parsed parse_yaml(std::string_view text, FileName file, const ParseLimits& limits) {
  Parsed parsed;
  Reporter reporter(std::move(file), limits.diagnostics_max);
  if (const std::optional<BadText> bad = find_unreadable(text, limits.bytes_max)) {
    reporter.fatal(bad->id, {1, 1}, bad->message, bad->fix);
    return {{}, reporter.take()};
  }
  if (text.starts_with(kUtf8Bom)) text.remove_prefix(kUtf8Bom.size());
  const std::optional<BadText> bad = find_bad_text(text);
  const std::string_view good = text.substr(0, bad ? bad->offset : text.size());
  YamlEvents events(good);
  YamlBuilder builder(events, reporter, limits);
  read_documents(events, builder, reporter, bad.has_value(), parsed.documents);
  if (bad) reporter.fatal(bad->id, TextCursor(text).at_offset(bad->offset), bad->message, bad->fix);
  parsed.diagnostics = reporter.take();
  return parsed;
}

}  // namespace graylane::doc
