// Compiler: Ingress objects in, route tables out, as ingress-nginx 1.15.1 would route. It keeps what it was given, so that a
// change recompiles only what it can influence; the table is a function of the present objects alone, whatever the order in
// which they came. Not thread-safe; one owner. No input makes it fail: an object that cannot be served is left out or fails
// closed, and a diagnostic says so.
#pragma once

#include <memory>

#include "api/object.h"
#include "base/diagnostic.h"
#include "dialect/ingress_nginx/options.h"
#include "route/table.h"

namespace graylane::ingress_nginx {

class Compiler {
 public:
  explicit Compiler(Options options);
  ~Compiler();
  Compiler(Compiler&&) noexcept;
  Compiler& operator=(Compiler&&) noexcept;

  /// Adds or replaces an object. Kinds that do not matter for routing are ignored.
  void put(const api::ObjectPtr& object);
  void remove(const api::ObjectKey& key);

  /// The table for the present objects. Hosts that cannot have changed since the last call are shared with the last table.
  route::TablePtr compile();

  /// What the authors should know, for the present objects, in order of file and line. Valid after compile().
  Diagnostics diagnostics() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace graylane::ingress_nginx
