// KindName: which kind a word of the command line means. Pure.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/custom_kind.h"
#include "api/object.h"

namespace graylane::cli {

/// "ing", "Ingress", "ingresses", "ingresses.networking.k8s.io". Known are the kinds that are built in, those that
/// CustomResourceDefinitions among the objects define, and by their names those that an object has.
class KindName {
 public:
  /// Nothing when none is called so.
  static std::optional<KindName> find(std::string_view word, const std::vector<api::ObjectPtr>& objects);
  static std::optional<KindName> of(const api::ObjectKey& key, const std::vector<api::ObjectPtr>& objects);

  bool matches(const api::ObjectKey& key) const { return key.kind == kind_ && (!group_ || key.group == *group_); }
  const std::string& kind() const { return kind_; }
  bool namespaced() const { return namespaced_; }
  /// What its definition says of it; null when it has none, or one that cannot be used.
  const api::CustomKind* custom() const { return custom_.get(); }

 private:
  static std::optional<KindName> built_in(std::string_view name, std::string_view group);
  static std::optional<KindName> defined(std::string_view name, std::string_view group,
                                         const std::vector<api::ObjectPtr>& objects);
  static std::optional<KindName> seen(std::string_view name, std::string_view group, const std::vector<api::ObjectPtr>& objects);

  std::string kind_;
  std::optional<std::string> group_;  // nothing: any
  bool namespaced_ = true;
  std::shared_ptr<const api::CustomKind> custom_;
};

/// All words that KindName::find knows, but for those of kinds that no definition names.
std::vector<std::string> kind_words(const std::vector<api::ObjectPtr>& objects);

}  // namespace graylane::cli
