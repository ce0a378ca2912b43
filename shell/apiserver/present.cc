#include "apiserver/present.h"

#include <algorithm>
#include <iterator>

#include "api/build.h"
#include "api/convert.h"
#include "apiserver/columns.h"
#include "doc/parse.h"
#include "doc/print.h"
#include "doc/quote.h"

namespace graylane::apiserver {

using api::Kind;
using api::Object;
using doc::Value;

namespace {

/// Members of a JSON object, one after the other.
class Members {
 public:
  explicit Members(std::string& out) : out_(out) { out_ += '{'; }
  std::string& name(std::string_view key) {
    if (!first_) out_ += ',';
    first_ = false;
    doc::append_quoted(out_, key);
    out_ += ':';
    return out_;
  }
  void text(std::string_view key, std::string_view value) { doc::append_quoted(name(key), value); }
  void value(std::string_view key, const Value& value) { doc::append_json(name(key), value); }
  void end() { out_ += '}'; }

 private:
  std::string& out_;
  bool first_ = true;
};

void append_metadata(std::string& out, const Value& content, uint64_t revision) {
  Members members(out);
  const Value* metadata = content.find("metadata");
  if (metadata && metadata->is_object()) {
    for (const doc::Member& member : *metadata->as_object()) {
      if (member.key != "resourceVersion") members.value(member.key, member.value);
    }
  }
  if (revision != 0) members.text("resourceVersion", std::to_string(revision));
  members.end();
}

enum class Types : uint8_t { kShown, kLeftOut };

void append_content(std::string& out, const Value& content, uint64_t revision, const Kind& kind, Types types) {
  Members members(out);
  if (types == Types::kShown) {
    members.text("kind", kind.gvk.kind);
    members.text("apiVersion", kind.gvk.api_version());
  }
  append_metadata(members.name("metadata"), content, revision);
  for (const doc::Member& member : *content.as_object()) {
    if (member.key != "kind" && member.key != "apiVersion" && member.key != "metadata") members.value(member.key, member.value);
  }
  members.end();
}

/// Calls use(content) with the object's content in that version; a copy only where it must be converted.
template <class F>
void in_version(const Object& object, const Kind& wanted, const api::Kinds& kinds, F use) {
  const bool same = object.gvk.version == wanted.gvk.version && object.gvk.group == wanted.gvk.group;
  const Kind* from = same ? nullptr : kinds.find(object.gvk.api_version(), object.gvk.kind);
  if (from) use(api::convert(object.content, *from, wanted));
  else use(object.content);
}

void append_whole(std::string& out, const Object& object, uint64_t revision, const View& view, Types types) {
  in_version(object, view.kind, view.kinds,
             [&](const Value& content) { append_content(out, content, revision, view.kind, types); });
}

void append_partial(std::string& out, const Object& object, uint64_t revision, const std::string& meta_version) {
  Members members(out);
  members.text("kind", "PartialObjectMetadata");
  members.text("apiVersion", "meta.k8s.io/" + meta_version);
  append_metadata(members.name("metadata"), object.content, revision);
  members.end();
}

void append_row(std::string& out, const Object& object, uint64_t revision, const View& view, const Columns& columns) {
  Members members(out);
  in_version(object, view.kinds.storage_of(view.kind), view.kinds,
             [&](const Value& content) { members.value("cells", Value(columns.cells(content, view.now_unix_seconds))); });
  if (view.include_object == IncludeObject::kObject) append_whole(members.name("object"), object, revision, view, Types::kShown);
  else if (view.include_object == IncludeObject::kMetadata)
    append_partial(members.name("object"), object, revision, view.form.meta_version);
  else members.value("object", Value());
  members.end();
}

Value column_definitions(const Columns& columns) {
  doc::Array definitions;
  for (const Column& column : columns.columns)
    definitions.push_back(api::make_object({{"name", Value(column.name)},
                                            {"type", Value(column.type)},
                                            {"format", Value(column.format)},
                                            {"description", Value(description_of(column))},
                                            {"priority", api::make_number(column.priority)}}));
  return Value(std::move(definitions));
}

void append_list_meta(std::string& out, const ListMeta& meta) {
  Members members(out);
  if (meta.revision != 0) members.text("resourceVersion", std::to_string(meta.revision));
  if (!meta.continue_token.empty() || meta.says_continue) members.text("continue", meta.continue_token);
  if (meta.remaining != 0) members.name("remainingItemCount") += std::to_string(meta.remaining);
  members.end();
}

/// A Table up to its rows.
void begin_table(std::string& out, const View& view, const ListMeta& meta, bool with_columns) {
  Members members(out);
  members.text("kind", "Table");
  members.text("apiVersion", "meta.k8s.io/" + view.form.meta_version);
  append_list_meta(members.name("metadata"), meta);
  members.value("columnDefinitions", with_columns ? column_definitions(columns_of(view.kind)) : Value());
  members.name("rows") += '[';
}

/// A Table around rows that `append_rows` writes.
template <class F>
std::string table(const View& view, const ListMeta& meta, bool with_columns, F append_rows) {
  std::string out;
  begin_table(out, view, meta, with_columns);
  append_rows(out);
  return out + "]}";
}

std::string one_row(const Object& object, uint64_t revision, const View& view, bool with_columns) {
  return table(view, {.revision = revision}, with_columns,
               [&](std::string& out) { append_row(out, object, revision, view, columns_of(view.kind)); });
}

std::string bookmark_metadata(uint64_t revision, bool initial_end) {
  const std::string annotations = initial_end ? R"(,"annotations":{"k8s.io/initial-events-end":"true"})" : "";
  return R"({"resourceVersion":")" + std::to_string(revision) + "\"" + annotations + "}";
}

/// What the columns say of an object that has nothing yet.
std::string bookmark_row(const std::string& object, const View& view, const Columns& columns) {
  const Value nothing{doc::Object()};
  return R"({"cells":)" + doc::to_json(Value(columns.cells(nothing, view.now_unix_seconds))) + R"(,"object":)" + object + "}";
}

}  // namespace

std::string document(const Object& object, uint64_t revision, const View& view) {
  if (view.form.as == Form::As::kTable) return one_row(object, revision, view, true);
  std::string out;
  if (view.form.as == Form::As::kPartial) append_partial(out, object, revision, view.form.meta_version);
  else append_whole(out, object, revision, view, Types::kShown);
  return out;
}

namespace {

std::string list_kind(const Kind& kind) { return kind.custom ? kind.custom->list_kind : kind.gvk.kind + "List"; }

}  // namespace

std::string list_document(std::span<const api::ObjectPtr> objects, const ListMeta& meta, const View& view) {
  std::string out;
  ListText text(view);
  text.begin(out, meta);
  for (const api::ObjectPtr& object : objects) text.item(out, *object);
  text.end(out);
  return out;
}

void ListText::begin(std::string& out, const ListMeta& given) const {
  ListMeta meta = given;
  meta.says_continue = view_.kind.custom && view_.form.as == Form::As::kObject;
  if (is_table()) return begin_table(out, view_, meta, true);
  const bool partial = view_.form.as == Form::As::kPartial;
  Members members(out);
  members.text("kind", partial ? "PartialObjectMetadataList" : list_kind(view_.kind));
  members.text("apiVersion", partial ? "meta.k8s.io/" + view_.form.meta_version : view_.kind.gvk.api_version());
  append_list_meta(members.name("metadata"), meta);
  members.name("items") += '[';
}

void ListText::item(std::string& out, const api::Object& object) {
  if (!std::exchange(first_, false)) out += ',';
  if (is_table()) append_row(out, object, object.revision, view_, columns_);
  else if (view_.form.as == Form::As::kPartial) append_partial(out, object, object.revision, view_.form.meta_version);
  else append_whole(out, object, object.revision, view_, view_.kind.custom ? Types::kShown : Types::kLeftOut);
}

std::string event_object(const Object& object, uint64_t revision, const View& view, bool with_columns) {
  return view.form.as == Form::As::kTable ? one_row(object, revision, view, with_columns) : document(object, revision, view);
}

std::string bookmark_object(uint64_t revision, bool initial_end, const View& view, bool with_columns) {
  const bool whole =
      view.form.as == Form::As::kObject || (view.form.as == Form::As::kTable && view.include_object == IncludeObject::kObject);
  std::string object;
  Members members(object);
  members.text("kind", whole ? view.kind.gvk.kind : "PartialObjectMetadata");
  members.text("apiVersion", whole ? view.kind.gvk.api_version() : "meta.k8s.io/" + view.form.meta_version);
  members.name("metadata") += bookmark_metadata(revision, initial_end);
  members.end();
  if (view.form.as != Form::As::kTable) return object;
  return table(view, {.revision = revision}, with_columns,
               [&](std::string& out) { out += bookmark_row(object, view, columns_of(view.kind)); });
}

namespace {

/// By name at every level: in YAML, what people look for stands where they know it.
void sort_members(Value& value) {
  if (doc::Array* items = value.as_array()) {
    for (Value& item : *items) sort_members(item);
  }
  doc::Object* object = value.as_object();
  if (!object) return;
  std::vector<doc::Member> members(std::make_move_iterator(object->begin()), std::make_move_iterator(object->end()));
  std::ranges::sort(members, {}, &doc::Member::key);
  doc::Object sorted;
  for (doc::Member& member : members) {
    sort_members(member.value);
    sorted.append(std::move(member.key), std::move(member.value), {});
  }
  *object = std::move(sorted);
}

}  // namespace

std::string in_language(std::string json, const Form& form) {
  if (!form.yaml) return json;
  doc::Parsed parsed = doc::parse_json(json, nullptr);
  if (parsed.documents.empty()) return json;
  sort_members(parsed.documents.front());
  return doc::to_yaml(parsed.documents.front());
}

}  // namespace graylane::apiserver
