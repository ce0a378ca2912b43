// What controllers read and write in the metadata of any object: identity, owners, generation, deletion. Pure functions.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/object.h"
#include "control/port.h"
#include "route/split.h"

namespace graylane::control {

const doc::Value* metadata_of(const api::Object& object);  // may be null
doc::Object& metadata_of(api::Object& object);
std::string annotation_text(const api::Object& object, std::string_view name);
int64_t created_unix_seconds(const api::Object& object);  // 0: not known

std::string random_uid(route::Rng& random);
/// What stands behind a generated name.
std::string random_suffix(route::Rng& random);

/// metadata.uid; for an object without one (from a file) a text that is the same for the same name.
std::string uid_of(const api::Object& object);

/// An item of metadata.ownerReferences.
struct OwnerReference {
  std::string api_version;
  std::string kind;
  std::string name;
  std::string uid;
  bool controls = false;
  bool blocks_deletion = false;
};

std::vector<OwnerReference> owners_of(const api::Object& object);
/// Whether a reference with this object's name means this object. An object without uid is meant by its name alone, and a
/// reference that was made to one goes on to hold when the object gets a uid.
bool means(std::string_view uid, const api::Object& owner);
/// A reference of a dependent that `owner` manages.
doc::Value controller_reference(const api::Object& owner);
void add_owner(api::Object& object, doc::Value reference);
void drop_owners(api::Object& object, const std::function<bool(const OwnerReference&)>& drops);

/// When what is wanted of the object has changed. Objects without a generation stay so.
void count_generation(api::Object& object);

/// Whether what is told of the object has changed, and nothing that is wanted of it, nor its places in a file.
bool differs_in_status_alone(const api::Object& before, const api::Object& after);

bool is_pod(const api::Object& object);
bool is_terminating(const api::Object& object);

/// Who owns fields that a controller writes by a patch.
inline constexpr const char* kManager = "graylane";

inline constexpr const char* kForegroundFinalizer = "foregroundDeletion";  // its dependents go first
inline constexpr const char* kOrphanFinalizer = "orphan";                  // its dependents are to be left behind
void add_finalizer(api::Object& object, const char* name);
bool has_finalizer(const api::Object& object, std::string_view name);
void drop_finalizer(api::Object& object, std::string_view name);
/// Nothing keeps it once it is to be deleted.
bool is_free(const api::Object& object);

/// The object with metadata.deletionTimestamp: a Pod is to be drained, stopped and removed by who runs it, after `grace_seconds` (absent:
/// its terminationGracePeriodSeconds) at most; others by who takes their last finalizer.
api::Object mark_deleted(const api::Object& object, std::chrono::sys_seconds now, std::optional<int32_t> grace_seconds = {});
/// Asks for its deletion; nothing when it is marked already.
std::optional<Change> deletion_of(const api::Object& object, std::chrono::sys_seconds now);
/// What makes `next` of `before`: as status where nothing else differs; nothing where nothing does.
std::optional<Change> change_to(const api::Object& before, api::Object next);

}  // namespace graylane::control
