// AppliedRecord: what the directory source remembers of a document that it applied, as an object in the store: written in one batch
// with what it tells of, so that it is right after a restart too. Its kind is unknown to the API, which therefore does not
// serve it. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "api/object.h"
#include "control/port.h"

namespace graylane::sources {

/// The group of all objects that are nobody's business: lists for people leave it out.
inline constexpr const char* kInternalGroup = "internal.graylane.dev";

struct AppliedRecord {
  api::ObjectKey key;           // of the document's object
  std::string digest;           // of the document when it was last applied
  std::string uid;              // of the object then; empty: of a custom kind, and deleted by others since
  bool made = false;            // the object is there since the document is
  std::string definition = {};  // the uid of the CustomResourceDefinition of its kind; empty: built in
  bool operator==(const AppliedRecord&) const = default;
};

api::Object to_object(const AppliedRecord& record);
/// So that it is known for that when its kind goes and comes back, which brings back what went with it.
AppliedRecord deleted_by_hand(AppliedRecord record);
/// Nothing for an object that is no record.
std::optional<AppliedRecord> read_record(const api::Object& object);
/// In no namespace: it outlives that of the object.
api::ObjectKey record_key(const api::ObjectKey& of);
/// The time since which the directory is in force, in Unix seconds.
api::ObjectKey age_record_key();
api::Object age_record(int64_t in_force_since_unix_seconds);
std::optional<int64_t> read_age_record(const api::Object& object);
/// All records of documents.
control::Selector record_selector();

}  // namespace graylane::sources
