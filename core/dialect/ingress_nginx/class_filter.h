// ClassFilter: which Ingresses are ours. Knows the IngressClass objects. A value.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "api/ingress.h"
#include "api/ingress_class.h"
#include "dialect/ingress_nginx/options.h"

namespace graylane::ingress_nginx {

class ClassFilter {
 public:
  explicit ClassFilter(ClassSelector selector) : selector_(std::move(selector)) {}
  void put(const api::Object& ingress_class);
  void remove(const std::string& name) { classes_.erase(name); }

  /// Nothing: it is ours. Otherwise why it is not.
  std::optional<std::string> why_not_ours(const api::Object& object, const api::Ingress& ingress) const;

 private:
  std::optional<std::string> why_not_class(const std::string& name) const;

  ClassSelector selector_;
  std::map<std::string, api::IngressClass, std::less<>> classes_;
};

}  // namespace graylane::ingress_nginx
