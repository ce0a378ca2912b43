#include "store/row.h"

#include "doc/parse.h"
#include "doc/print.h"
#include "store/footprint.h"
#include "store/positions.h"
#include "store/sum.h"

namespace graylane::store {

using control::EventType;

namespace {

int64_t code_of(EventType type) {
  switch (type) {
    case EventType::kAdded: return kRowAdded;
    case EventType::kModified: return kRowModified;
    default: return kRowDeleted;
  }
}

FileName shared_name(std::string_view name, FileNames& files) {
  const auto known = files.find(name);
  if (known != files.end()) return known->second;
  return files.emplace(name, std::make_shared<const std::string>(name)).first->second;
}

bool read_content(const Row& row, doc::Value& content) {
  auto parsed = doc::parse_json(*row.content, nullptr, {.bytes_max = row.content->size()});
  if (parsed.documents.size() != 1 || has_errors(parsed.diagnostics)) return false;
  if (!row.positions) doc::clear_positions(parsed.documents.front());
  else if (!decode_positions(*row.positions, parsed.documents.front())) return false;
  api::pack_managed_fields(parsed.documents.front());
  content = doc::Value(std::as_const(parsed.documents.front()));  // without the parser's spare capacity
  return true;
}

}  // namespace

int64_t checksum(const Row& row) {
  Sum sum;
  for (const int64_t number : {row.id, row.revision, row.event, row.place}) sum.add(number);
  for (const auto text : {row.group, row.kind, row.ns, row.name, row.as_group, row.as_version, row.as_kind}) sum.add(text);
  sum.add(row.created);
  for (const auto& text : {row.file, row.positions, row.content}) sum.add(text);
  return sum.value();
}

WrittenRow::WrittenRow(const Past& past) {
  const api::Object& object = *past.event.object;
  row_.id = past.row;
  row_.revision = static_cast<int64_t>(past.event.revision);
  row_.event = code_of(past.event.type);
  row_.group = object.key.group;
  row_.kind = object.key.kind;
  row_.ns = object.key.ns;
  row_.name = object.key.name;
  if (row_.event == kRowDeleted) return;
  row_.as_group = object.gvk.group;
  row_.as_version = object.gvk.version;
  row_.as_kind = object.gvk.kind;
  if (object.age.has_timestamp) row_.created = object.age.created_unix_seconds;
  row_.place = static_cast<int64_t>(object.age.order);
  content_ = doc::to_json(object.content);
  row_.content = content_;
  if (!object.file) return;
  positions_ = encode_positions(object.content);
  row_.file = *object.file;
  row_.positions = positions_;
}

std::shared_ptr<Stored> read_state(const Row& row, FileNames& files) {
  if (!row.content) return nullptr;
  auto object = std::make_shared<Stored>();
  if (!read_content(row, object->content)) return nullptr;
  object->key = {std::string(row.group), std::string(row.kind), std::string(row.ns), std::string(row.name)};
  object->gvk = {std::string(row.as_group), std::string(row.as_version), std::string(row.as_kind)};
  if (row.file) object->file = shared_name(*row.file, files);
  object->age = {row.created.value_or(0), row.created.has_value(), static_cast<uint64_t>(row.place)};
  object->revision = static_cast<uint64_t>(row.revision);
  object->row = row.id;
  object->bytes = footprint(*object);
  return object;
}

}  // namespace graylane::store
