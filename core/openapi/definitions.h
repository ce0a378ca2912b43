// Definitions: the schemas of kinds, and of the types that they refer to, as OpenAPI writes them. Built for one document and
// gone with it; refers to the kinds, which must outlive it.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "api/kinds.h"
#include "openapi/names.h"

namespace graylane::openapi {

class Definitions {
 public:
  explicit Definitions(Version version) : version_(version) {}

  void add(const api::Kind& kind) { kinds_.push_back(&kind); }
  /// Calls visit(name, schema) for every definition that is needed, each once.
  void for_each(const std::function<void(const std::string&, const doc::Value&)>& visit);

 private:
  using Members = doc::Object;

  doc::Value kind_definition(const api::Kind& kind);
  doc::Value definition(const api::Schema& schema);
  /// `type`: of which the properties are described; empty: they are not.
  void add_properties(const api::Schema& schema, std::string_view type, bool is_kind, Members& into);
  doc::Value property_value(const api::Property& property, std::string_view type);
  doc::Value value_of(const api::Schema& schema);
  doc::Value refer_to(const api::Schema& schema);
  doc::Value refer_to_scalar(const char* name);
  void add_type(const api::Schema& schema, Members& into);
  void add_extensions(const api::Schema& schema, Members& into) const;

  const Version version_;
  bool custom_ = false;  // of a CustomResourceDefinition: inside, types have no names
  std::vector<const api::Kind*> kinds_;
  std::map<std::string, const api::Schema*> waiting_;  // named types that were referred to
  std::set<std::string> scalars_;                      // and the types that are a text or number with rules of their own
  std::set<std::string> done_;
};

}  // namespace graylane::openapi
