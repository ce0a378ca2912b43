#include "api/request_types.h"

#include <cassert>

#include "api/kinds_tables.h"
#include "api/schema_table.h"

namespace graylane::api {
namespace {

constexpr const char* kRequestTypes = R"(
package io.k8s.apimachinery.pkg.apis.meta.v1

DeleteOptions
  apiVersion          string
  kind                string
  gracePeriodSeconds  int64 @1*
  preconditions       Preconditions @2*
  orphanDependents    bool @3*
  propagationPolicy   string @4*
  dryRun              [string] @5

  ignoreStoreReadErrorWithClusterBreakingPotential  bool @6*

Preconditions
  uid              string @1*
  resourceVersion  string @2*

package io.k8s.api.core.v1

Binding root
  target  ObjectReference @2

package io.k8s.api.policy.v1

Eviction root
  deleteOptions  DeleteOptions @2*

package io.k8s.api.autoscaling.v1

Scale root
  spec    ScaleSpec @2
  status  ScaleStatus @3

ScaleSpec
  replicas  int32 @1*

ScaleStatus
  replicas  int32 @1*
  selector  string @2
)";

SchemaTable make_table() {
  SchemaTable table;
  table.add(kMetaTypes);
  table.add(kRequestTypes);
  table.finish();
  return table;
}

}  // namespace

const Schema& request_type(std::string_view name) {
  static const SchemaTable kTable = make_table();
  const Schema* schema = kTable.type(name);
  assert(schema);
  return *schema;
}

}  // namespace graylane::api
