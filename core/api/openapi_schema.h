// OpenApiSchemas: the schemas of the versions of one CustomResourceDefinition (openAPIV3Schema) as compiled Schemas. What is equal is
// kept once: versions mostly repeat one another, and so do the parts of a Pod template. Texts for people are left out.
// A builder: finish() ends it; what it made is immutable then.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/schema.h"
#include "api/schema_rules.h"
#include "doc/value.h"

namespace graylane::api {

class OpenApiSchemas {
 public:
  /// Of a whole object: apiVersion, kind and metadata are added. The value is one that check_openapi_schema() finds right; of
  /// another one what cannot be read is left out.
  const Schema* add_root(const doc::Value& props);
  /// Of a value in it. `props` is an object.
  const Schema* add(const doc::Value& props);
  /// Keeps all of them alive.
  SchemaSetPtr finish();

 private:
  struct Kept {
    SchemaSet schemas;
    std::deque<Rules> rules;
  };

  Schema structure(const doc::Value& props, std::string& identity);
  bool fill_rules(const doc::Value& props, Rules& rules, std::string& identity);
  void fill_properties(const doc::Value& props, Schema& schema, std::string& identity);
  std::vector<const Schema*> add_all(const doc::Value& props, const char* member, std::string& identity);
  const Schema* add_child(const doc::Value* child, const char* member, std::string& identity);
  std::shared_ptr<const Pattern> pattern(const std::string& text);

  std::shared_ptr<Kept> kept_ = std::make_shared<Kept>();
  std::map<std::string, const Schema*, std::less<>> known_;  // by what tells it from others
  std::map<std::string, std::shared_ptr<const Pattern>, std::less<>> patterns_;
};

}  // namespace graylane::api
