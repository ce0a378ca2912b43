// SchemaTable: the notation in which the built-in kinds are written down, and its compiler. Used once, at start; a mistake in
// a table is a programmer's error (an assertion that every test run meets).
//
//   Probe                                  a type; flags after the name: atomic (x-kubernetes-map-type), retainKeys, open
//                                          (keeps unknown fields), root (a kind: apiVersion, kind and metadata are added),
//                                          like=T (begins with the fields of T, which stands before it), like=T@N (so it does,
//                                          and on the wire they are those of the embedded message N)
//     exec           ExecAction            a field: name, type, then any of
//     periodSeconds  int32 @4 =10 min=1      =VALUE default ({} empty object, = empty text); ! required
//     tcpSocket      TCPSocketAction @1/3*   @N protobuf number, @M/N of field N in the embedded message M; the * of a field
//                                            that is a pointer in Go: a zero that was sent counts as a value there
//     scheme         string enum=HTTP|HTTPS  min= max= enum=A|B
//     ports          [Port] keys=name        keys=A,B list map, merged by A; lax: equal keys are accepted; nomerge: replaced
//     names          [string] set            a set, merged as one; atomic, retainKeys as above
//     ~port          use ports               no field: what to tell people who write it
//
// A line `package io.k8s.api.core.v1` says what the full names of the types below it begin with, as OpenAPI shows them.
//
// Types: any object string bool int32 int64 port number quantity intOrString portRef intOrPercent label subdomain ip time
// microTime bytes portName; {T} is a map of T, [T] an array; {labels} and {annotations} also check their keys; any other word
// is a type of the table.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "api/schema.h"

namespace graylane::api {

class SchemaTable {
 public:
  /// Adds the types of one table. They may refer to types of tables that are added later.
  void add(std::string_view table);
  /// Ends the building: every type that is referred to must be there.
  SchemaSetPtr finish();
  const Schema* type(std::string_view name) const;

 private:
  struct Named {
    Schema* schema = nullptr;
    bool defined = false;
  };

  Schema& named(std::string_view name);
  Schema& begin_type(std::string_view line);
  void add_field(Schema& owner, std::string_view line);
  const Schema* parse_type(std::string_view text);
  const Schema* scalar(std::string_view name);

  std::shared_ptr<SchemaSet> set_ = std::make_shared<SchemaSet>();
  std::map<std::string, Named, std::less<>> names_;
  std::string package_;
};

}  // namespace graylane::api
