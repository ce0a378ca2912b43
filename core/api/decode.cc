#include "api/decode.h"

#include <charconv>

#include "api/conform.h"
#include "api/conform_custom.h"
#include "api/metadata.h"
#include "api/report.h"
#include "api/text_rules.h"

namespace graylane::api {
namespace {

/// A member that must be a text; null, and reported, when it is not.
const std::string* required_text(const doc::Value& document, std::string_view member, Report& report, std::string fix) {
  Path path(nullptr, member);
  const doc::Value* value = document.find(member);
  if (!value || value->is_null()) {
    report.error("missing-field", path, document.at(), "is required and missing", std::move(fix));
    return nullptr;
  }
  const std::string* text = value->as_string();
  if (text && !text->empty()) return text;
  report.error("wrong-type", path, value->at(), "must be a string, not " + describe(*value), std::move(fix));
  return nullptr;
}

/// "networking.k8s.io/v1" -> group and version.
GroupVersionKind parse_gvk(const std::string& api_version, const std::string& kind) {
  size_t slash = api_version.find('/');
  if (slash == std::string::npos) return {"", api_version, kind};
  return {api_version.substr(0, slash), api_version.substr(slash + 1), kind};
}

std::string api_version_fix(const Kinds& kinds, const doc::Value& document) {
  const doc::Value* value = document.find("kind");
  const std::string* name = value ? value->as_string() : nullptr;
  for (const Kind& kind : kinds.all()) {
    if (name && kind.gvk.kind == *name) return "add apiVersion: " + kind.gvk.api_version();
  }
  return "add apiVersion";
}

std::optional<GroupVersionKind> identify(const doc::Value& document, const Kinds& kinds, Report& report) {
  if (!document.is_object()) {
    report.error("wrong-type", {}, document.at(), "a manifest must be an object, not " + describe(document),
                 "begin it with apiVersion, kind and metadata");
    return std::nullopt;
  }
  const std::string* api_version = required_text(document, "apiVersion", report, api_version_fix(kinds, document));
  const std::string* kind = required_text(document, "kind", report, "add kind");
  if (kind) report.set_object(*kind);
  if (!api_version || !kind) return std::nullopt;
  return parse_gvk(*api_version, *kind);
}

/// A kind that is not known is kept. It is worth a warning when it looks like a mistake for one that is.
void report_unknown_kind(const doc::Value& document, const GroupVersionKind& gvk, const Kinds& kinds, Report& report) {
  const Kind* same_name = nullptr;
  Nearest nearest(gvk.kind);
  for (const Kind& kind : kinds.all()) {
    if (kind.gvk.kind == gvk.kind) same_name = &kind;
    nearest.offer(kind.gvk.kind);
  }
  std::string message = quoted(gvk.kind) + " of " + quoted(gvk.api_version()) + " is not known here; it is kept as it is";
  Position at = document.find("kind")->at();
  Path path(nullptr, "kind");
  if (same_name)
    report.warning("unknown-kind", path, at, std::move(message),
                   "did you mean apiVersion: " + same_name->gvk.api_version() + "?");
  else if (!nearest.found().empty())
    report.warning("unknown-kind", path, at, std::move(message), "did you mean " + std::string(nearest.found()) + "?");
  else report.info("unknown-kind", path, at, std::move(message));
}

/// The metadata of a document; an empty one is added when there is none.
doc::Value& metadata_of(doc::Value& document) {
  doc::Object& object = *document.as_object();
  doc::Value* metadata = object.find("metadata");
  if (!metadata || metadata->is_null())
    metadata = &object.set("metadata", doc::Value(doc::Object(), document.at()), document.at());
  return *metadata;
}

void conform_document(doc::Value& document, const Kind* kind, Report& report) {
  if (!kind) return conform(metadata_of(document), metadata_schema(), Path(nullptr, "metadata"), report);
  if (kind->custom) {
    conform(metadata_of(document), metadata_schema(), Path(nullptr, "metadata"), report);
    return conform_custom(document, *kind->schema, report);
  }
  conform(document, *kind->schema, {}, report);
  if (kind->fill) kind->fill(*document.as_object());
  if (kind->check) kind->check(*document.as_object(), report);
}

/// What a directory of documents noted: "ORDER@TIME", or "ORDER" alone.
std::optional<Age> noted_age(const doc::Value& metadata) {
  const doc::Value* annotations = metadata.find("annotations");
  const doc::Value* value = annotations ? annotations->find(kOrderAnnotation) : nullptr;
  const std::string* text = value ? value->as_string() : nullptr;
  uint64_t order = 0;
  if (!text) return std::nullopt;
  const char* end = text->data() + text->size();
  const auto read = std::from_chars(text->data(), end, order);
  if (read.ec != std::errc()) return std::nullopt;
  if (read.ptr == end) return Age{0, false, order};
  const auto time = *read.ptr == '@' ? parse_time({read.ptr + 1, end}) : std::nullopt;
  return time ? std::optional(Age{*time, true, order}) : std::nullopt;
}

Age age_of(const doc::Value& metadata, const FileName& file) {
  if (const auto noted = file ? std::nullopt : noted_age(metadata)) return *noted;
  const doc::Value* value = metadata.find("creationTimestamp");
  const std::string* text = value ? value->as_string() : nullptr;
  auto seconds = text ? parse_time(*text) : std::nullopt;
  return seconds ? Age{*seconds, true, 0} : Age{};
}

void decode_into(Decoded& decoded, doc::Value document, const FileName& file, const Kinds& kinds, Report& report) {
  auto gvk = identify(document, kinds, report);
  if (!gvk) return;
  const Kind* kind = kinds.find(gvk->api_version(), gvk->kind);
  doc::Value& metadata = metadata_of(document);
  decoded.key = read_key(metadata, *gvk, kind);
  report.set_object(decoded.key ? decoded.key->to_string() : gvk->kind);
  if (!kind) report_unknown_kind(document, *gvk, kinds, report);
  take_misplaced_annotations(metadata, report);
  check_identity(metadata, kind, report);
  conform_document(document, kind, report);
  if (report.has_errors() || !decoded.key) return;
  Age age = age_of(*document.find("metadata"), file);
  decoded.object = Object{*std::move(gvk), *decoded.key, std::move(document), file, age, 0};
}

}  // namespace

Decoded decode(doc::Value document, const FileName& file, const DecodeOptions& options) {
  Decoded decoded;
  Report report(file, options.source);
  const Kinds& kinds = options.kinds ? *options.kinds : builtin_kinds();
  decode_into(decoded, std::move(document), file, kinds, report);
  decoded.diagnostics = report.take();
  return decoded;
}

}  // namespace graylane::api
