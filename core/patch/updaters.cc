#include <algorithm>
#include <map>
#include <tuple>

#include "doc/quote.h"
#include "patch/ownership.h"

namespace graylane::patch {
namespace {

constexpr size_t kUpdatersMax = 10;
constexpr const char* kAncientChanges = "ancient-changes";

bool is_older(const Owner& a, const Owner& b) {
  // What was merged before is merged with again.
  const bool ancient_a = a.manager == kAncientChanges;
  const bool ancient_b = b.manager == kAncientChanges;
  if (ancient_a != ancient_b) return ancient_a;
  const int64_t time_a = unix_seconds(a.time);
  const int64_t time_b = unix_seconds(b.time);
  return std::tie(time_a, a.manager, a.api_version, a.subresource) < std::tie(time_b, b.manager, b.api_version, b.subresource);
}

std::string quoted(const std::string& text) {
  std::string out;
  doc::append_quoted(out, text);
  return out;
}

/// `"kubectl" with subresource "status" using apps/v1`.
std::string describe(const Owner& owner) {
  std::string text = quoted(owner.manager);
  if (!owner.subresource.empty()) text += " with subresource " + quoted(owner.subresource);
  if (!owner.applied) text += " using " + owner.api_version;
  return text;
}

}  // namespace

void cap_updaters(Owners& owners) {
  std::ranges::stable_sort(
      owners, [](const Owner& a, const Owner& b) { return a.applied != b.applied ? a.applied : !a.applied && is_older(a, b); });
  const auto first = std::ranges::find(owners, false, &Owner::applied);
  size_t count = static_cast<size_t>(owners.end() - first);
  if (count <= kUpdatersMax) return;
  Owners kept(std::make_move_iterator(owners.begin()), std::make_move_iterator(first));
  std::map<std::string, size_t> buckets;  // by version; where in `kept`
  for (auto it = first; it != owners.end(); ++it) {
    const auto [bucket, is_first] = buckets.emplace(it->api_version, kept.size());
    // The first of a version stays as it is until there is a second to merge with.
    if (count <= kUpdatersMax || is_first) {
      kept.push_back(std::move(*it));
      continue;
    }
    Owner& merged = kept[bucket->second];
    merged.manager = kAncientChanges;
    merged.subresource.clear();
    merged.fields = merged.fields | it->fields;
    merged.time = it->time;
    --count;
  }
  owners = std::move(kept);
}

Failure conflict_failure(const Conflicts& unsorted) {
  Conflicts conflicts = unsorted;
  std::ranges::sort(conflicts, [](const Owner& a, const Owner& b) {
    return std::tie(a.manager, a.applied, a.api_version, a.subresource) <
           std::tie(b.manager, b.applied, b.api_version, b.subresource);
  });
  Failure failure{Reason::kConflict, "", {}};
  std::string lines;
  for (const Owner& owner : conflicts) {
    lines += (lines.empty() ? "" : "\n") + ("conflicts with " + describe(owner) + ":");
    for (const Path& path : owner.fields.paths()) {
      failure.causes.push_back({"FieldManagerConflict", "conflict with " + describe(owner), to_string(path)});
      lines += "\n- " + failure.causes.back().field;
    }
  }
  if (failure.causes.size() == 1)
    failure.message = "Apply failed with 1 conflict: " + failure.causes[0].message + ": " + failure.causes[0].field;
  else failure.message = "Apply failed with " + std::to_string(failure.causes.size()) + " conflicts: " + lines;
  return failure;
}

}  // namespace graylane::patch
