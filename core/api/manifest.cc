#include "api/manifest.h"

#include <algorithm>

#include "api/decode.h"
#include "api/separators.h"

namespace graylane::api {
namespace {

class Reader {
 public:
  Reader(const FileName& file, const SourceText& source, const ManifestOptions& options)
      : file_(file), options_(options), decode_options_{options.kinds, &source} {}

  /// A document; `in_force` is false when its text is broken, so that its objects are only checked.
  void document(doc::Value document, bool in_force) {
    doc::Array* items = list_items(document);
    if (!items) return object(std::move(document), in_force);
    const std::string list_kind = *document.find("kind")->as_string();
    const doc::Value* api_version = document.find("apiVersion");
    for (doc::Value& item : *items) {
      if (list_kind != "List") name_item(item, list_kind, api_version);
      object(std::move(item), in_force);
    }
  }

  Manifest take() {
    if (dropped_ == 0) return std::move(manifest_);
    Location last = manifest_.diagnostics.empty() ? Location{file_, {}} : manifest_.diagnostics.back().where;
    Severity severity = has_dropped_errors_ ? Severity::kError : Severity::kWarning;
    std::string message = std::to_string(dropped_) + " further problems of this file are not listed";
    manifest_.diagnostics.push_back({severity, "too-many-problems", {}, {}, std::move(message), {}, std::move(last), {}});
    return std::move(manifest_);
  }
  Diagnostics& diagnostics() { return manifest_.diagnostics; }

 private:
  static doc::Array* list_items(doc::Value& document) {
    const doc::Value* kind = document.find("kind");
    const std::string* name = kind ? kind->as_string() : nullptr;
    if (!name || !name->ends_with("List")) return nullptr;
    doc::Value* items = document.as_object()->find("items");
    return items ? items->as_array() : nullptr;
  }

  /// Items of typed lists may leave out what the list says.
  static void name_item(doc::Value& item, std::string_view list_kind, const doc::Value* api_version) {
    doc::Object* object = item.as_object();
    if (!object) return;
    if (!object->find("apiVersion") && api_version) object->set("apiVersion", *api_version, item.at());
    if (!object->find("kind")) object->set("kind", doc::Value(list_kind.substr(0, list_kind.size() - 4), item.at()), item.at());
  }

  void object(doc::Value content, bool in_force) {
    Position at = content.at();
    if (++count_ > options_.objects_max) return over_limit(at);
    Decoded decoded = decode(std::move(content), file_, decode_options_);
    for (Diagnostic& d : decoded.diagnostics) keep(std::move(d));
    if (decoded.object && in_force) {
      if (!decoded.object->age.has_timestamp) decoded.object->age.order = manifest_.objects.size();
      manifest_.objects.push_back(*std::move(decoded.object));
    } else if (decoded.key) {
      manifest_.refused.push_back(*std::move(decoded.key));
    }
  }

  void keep(Diagnostic d) {
    if (kept_ < options_.diagnostics_max) {
      ++kept_;
      manifest_.diagnostics.push_back(std::move(d));
      return;
    }
    ++dropped_;
    has_dropped_errors_ = has_dropped_errors_ || d.severity == Severity::kError;
  }

  void over_limit(Position at) {
    if (count_ != options_.objects_max + 1) return;
    manifest_.diagnostics.push_back(
        {Severity::kError,
         "too-many-objects",
         {},
         {},
         "a file may hold at most " + std::to_string(options_.objects_max) + " objects; this one and those after it are not read",
         "split the file",
         {file_, at},
         {}});
  }

  const FileName& file_;
  const ManifestOptions& options_;
  DecodeOptions decode_options_;
  Manifest manifest_;
  size_t count_ = 0;
  size_t kept_ = 0;
  size_t dropped_ = 0;
  bool has_dropped_errors_ = false;
};

bool is_json(const FileName& file) { return file && file->ends_with(".json"); }

}  // namespace

Manifest read_manifest(std::string_view text, const FileName& file, const ManifestOptions& options) {
  SourceText source(text, is_json(file) ? SourceText::Syntax::kJson : SourceText::Syntax::kYaml);
  SeparatedDocuments parsed = source.is_yaml() ? parse_separated(text, file, options.limits)
                                               : SeparatedDocuments(doc::parse_json(text, file, options.limits));
  Reader reader(file, source, options);
  reader.diagnostics() = std::move(parsed.diagnostics);
  for (size_t i = 0; i < parsed.documents.size(); ++i) reader.document(std::move(parsed.documents[i]), !parsed.is_broken(i));
  Manifest manifest = reader.take();
  std::ranges::stable_sort(manifest.diagnostics, {}, [](const Diagnostic& d) { return d.where.at; });
  return manifest;
}

}  // namespace graylane::api
