#include "daemon/edits.h"

#include "daemon/images.h"

namespace graylane::daemon {

Edits::Outcome Edits::take() {
  Diagnostics found;
  local::ImageMap images = read_images(path_, found);
  auto synced =
      source_.sync(client_, [&](const std::vector<control::Change>& changes) { return may_be_in_force(changes, found); });
  if (!synced) {
    const Error& error = synced.error();
    const char* const id = source_.is_readable() ? "not-stored" : "unreadable";
    refused_ = {{Severity::kError, id, {}, {}, error.what, error.fix, error.where, {}}};
    return error.code == ErrorCode::kUnavailable ? Outcome::kPasses : Outcome::kRefused;
  }
  synced->diagnostics.insert(synced->diagnostics.end(), found.begin(), found.end());
  if (!synced->in_force) {
    refused_ = std::move(synced->diagnostics);
    return Outcome::kRefused;
  }
  refused_.clear();
  reading_ = std::move(synced->diagnostics);
  images_ = std::move(images);
  deleted_ = std::move(synced->deleted);
  objects_ = synced->objects;
  revision_ = synced->revision;
  taken_ = true;
  return Outcome::kTaken;
}

/// The first load has nothing to harm.
Result<bool> Edits::may_be_in_force(const std::vector<control::Change>& changes, Diagnostics& found) {
  if (!taken_) return true;
  if (!exact_) {
    const auto harm = feed_.preview(changes);
    if (!harm) return std::unexpected(harm.error());
    found.insert(found.end(), harm->begin(), harm->end());
  }
  return !has_errors(found);
}

Result<void> Edits::look_at(const api::ObjectKey& key) {
  auto found = source_.look_at(client_, key);
  if (!found) return std::unexpected(std::move(found.error()));
  std::erase_if(reading_, [title = key.to_string()](const Diagnostic& diagnostic) {
    return diagnostic.object == title && (diagnostic.id == "overridden" || diagnostic.id == "deleted-by-others");
  });
  if (*found) reading_.push_back(**std::move(found));
  return {};
}

Diagnostics Edits::errors(const Diagnostics& compiling) const {
  Diagnostics errors;
  for (const Diagnostics* found : {&refused_, &reading_, &compiling}) {
    for (Diagnostic diagnostic : *found) {
      if (diagnostic.severity != Severity::kError && (exact_ || !control::harms(diagnostic))) continue;
      diagnostic.severity = Severity::kError;
      errors.push_back(std::move(diagnostic));
    }
  }
  return errors;
}

bool Edits::waits_for(const api::ObjectKey& deleted) const {
  for (const Diagnostics* found : {&refused_, &reading_}) {
    for (const Diagnostic& diagnostic : *found) {
      if (diagnostic.id == "being-deleted" && diagnostic.object == deleted.to_string()) return true;
      if (diagnostic.id == "namespace-terminating" && deleted.kind == "Namespace") return true;
      if (diagnostic.id == "namespace-kept" && diagnostic.object == "Namespace " + deleted.ns) return true;
      if (diagnostic.id == "definition-kept" && diagnostic.object.ends_with("." + deleted.group)) return true;
    }
  }
  return false;
}

}  // namespace graylane::daemon
