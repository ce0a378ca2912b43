// Document: what a file says of one object, ready to be applied; and what becomes of the object by it. Pure: the time and the uid of
// an object that is made are passed in.
//
// Documents are applied without the rules between fields: what they break of them has been reported when they were read, as warnings
// where ingress-nginx serves it all the same, while the API refuses all of it.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>

#include "api/kinds.h"
#include "api/object.h"
#include "base/diagnostic.h"
#include "control/port.h"
#include "sources/served_kinds.h"

namespace graylane::sources {

inline constexpr const char* kManager = "graylane-files";

struct Document {
  api::Object object;               // in the version that its kind is stored in
  doc::Value written;               // written_part() of it, in that version
  std::string digest;               // of `written`
  const api::Kind* kind = nullptr;  // of that version
  const ServedKinds* served = nullptr;
};

/// Nothing: its kind is not served. `served` must outlive the document.
std::optional<Document> read_document(const api::Object& source, const ServedKinds& served);

struct Birth {
  int64_t now_unix_seconds = 0;
  std::string uid;
  int64_t in_force_since_unix_seconds = 0;  // the directory: the age of documents that state none
};

/// The object after its document was applied, with force: fields that others own beside stay. `live`: as it is stored; null: it is
/// made. The diagnostics are errors: what a cluster refuses.
std::expected<api::Object, Diagnostics> apply(const Document& document, const api::Object* live, const Birth& birth);

/// The same object with its places in the file and its order among the documents as they are now; nothing: they are right. An
/// object that was last written through the API has no places until its document is applied again.
std::optional<api::Object> follow(const Document& document, const api::Object& live, int64_t in_force_since_unix_seconds);

/// Whether its age is that of the directory, and its place there.
bool has_order(const api::Object& document);

/// What deletes an object; nothing: it is under way, or may not be.
std::optional<control::Change> deletion(const api::Object& live, const ServedKinds& served, int64_t now_unix_seconds);

/// The object when its document is gone and it stays: it keeps its fields, which are not the directory's any more.
api::Object released(api::Object live);

/// A Namespace that documents name and nobody made.
std::expected<api::Object, Diagnostics> make_namespace(const std::string& name, const Birth& birth);

bool is_being_deleted(const api::Object& object);
std::string uid_of(const api::Object& object);

}  // namespace graylane::sources
