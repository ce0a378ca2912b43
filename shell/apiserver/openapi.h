// OpenApi: serves the OpenAPI documents of a catalog. They are made when somebody asks, and their bytes are kept until their kinds
// change. Lives as long as its server; one thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "apiserver/catalog.h"
#include "httpd/message.h"

namespace graylane::apiserver {

class OpenApi {
 public:
  /// Nothing: the path is none of its own (/openapi/v2, /openapi/v3, /openapi/v3/apis/GROUP/VERSION).
  std::optional<httpd::Response> answer(const httpd::Request& request, const Catalog& catalog);

 private:
  /// What a document depends on. The schemas are held, so that new ones cannot stand at their addresses.
  struct Seen {
    api::GroupVersionKind gvk;
    api::SchemaSetPtr schemas;
    bool has_status = false;
    bool operator==(const Seen&) const = default;
  };
  struct Document {
    std::vector<Seen> kinds;
    std::string bytes;  // empty: not asked for yet
    std::string hash;   // may be known without the bytes
  };

  httpd::Response version_2(const httpd::Request& request, const Catalog& catalog);
  httpd::Response index(const httpd::Request& request, const Catalog& catalog);
  std::optional<httpd::Response> version_3(const httpd::Request& request, const Catalog& catalog, std::string_view path);
  /// The document of that name, empty when its kinds have changed.
  Document& document(const std::string& name, const std::vector<const api::Kind*>& kinds);

  std::map<std::string, Document> documents_;  // "v2", "apis/apps/v1"
};

}  // namespace graylane::apiserver
