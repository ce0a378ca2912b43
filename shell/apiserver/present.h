// How stored objects become documents: whole, as metadata only, as rows of a table; alone or in a list. What a store adds to an
// object's content (resourceVersion) is added here. Pure; the bulk of a list is text right away, without a copy of its objects.
#pragma once

#include <span>
#include <string>
#include <utility>

#include "api/kinds.h"
#include "api/object.h"
#include "apiserver/columns.h"
#include "apiserver/media.h"
#include "apiserver/options.h"

namespace graylane::apiserver {

/// What the objects of one answer have in common.
struct View {
  const api::Kind& kind;  // in whose version they are shown
  const api::Kinds& kinds;
  Form form;
  IncludeObject include_object = IncludeObject::kMetadata;
  int64_t now_unix_seconds = 0;  // for ages
};

struct ListMeta {
  uint64_t revision = 0;
  std::string continue_token = {};
  size_t remaining = 0;        // 0: not said
  bool says_continue = false;  // even when there is no token
};

/// Of one object. `revision` 0: no resourceVersion (a dry run's creation).
std::string document(const api::Object& object, uint64_t revision, const View& view);
std::string list_document(std::span<const api::ObjectPtr> objects, const ListMeta& meta, const View& view);

/// The same, piece by piece: begin, one item after the other, end.
class ListText {
 public:
  explicit ListText(View view) : view_(std::move(view)), columns_(is_table() ? columns_of(view_.kind) : Columns()) {}

  void begin(std::string& out, const ListMeta& meta) const;
  void item(std::string& out, const api::Object& object);
  void end(std::string& out) const { out += "]}"; }

 private:
  bool is_table() const { return view_.form.as == Form::As::kTable; }

  const View view_;
  const Columns columns_;
  bool first_ = true;
};

/// The object of a watch event. `with_columns`: of a table, its columns (the first event only).
std::string event_object(const api::Object& object, uint64_t revision, const View& view, bool with_columns);
/// The object of a bookmark. `initial_end`: what sendInitialEvents promised is complete.
std::string bookmark_object(uint64_t revision, bool initial_end, const View& view, bool with_columns);

/// The text of a JSON document in the language of the form.
std::string in_language(std::string json, const Form& form);

}  // namespace graylane::apiserver
