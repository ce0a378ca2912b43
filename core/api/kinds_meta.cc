#include "api/kinds_tables.h"

namespace graylane::api {

const char* const kMetaTypes = R"(
package io.k8s.apimachinery.pkg.apis.meta.v1

ObjectMeta
  name                        string @1
  generateName                string @2
  namespace                   string @3
  selfLink                    string @4
  uid                         string @5
  resourceVersion             string @6
  generation                  int64 @7
  creationTimestamp           time @8
  deletionTimestamp           time @9*
  deletionGracePeriodSeconds  int64 @10*
  labels                      {labels} @11
  annotations                 {annotations} @12
  ownerReferences             [OwnerReference] @13 keys=uid lax
  finalizers                  [string] @14 set lax
  managedFields               [ManagedFieldsEntry] @17

OwnerReference atomic
  apiVersion          string @5 !
  kind                string @1 !
  name                string @3 !
  uid                 string @4 !
  controller          bool @6*
  blockOwnerDeletion  bool @7*

ManagedFieldsEntry
  manager      string @1
  operation    string @2
  apiVersion   string @3
  time         time @4*
  fieldsType   string @6
  fieldsV1     object @7*
  subresource  string @8

LabelSelector atomic
  matchLabels       {labels} @1
  matchExpressions  [LabelSelectorRequirement] @2

LabelSelectorRequirement
  key       string @1 !
  operator  string @2 ! enum=In|NotIn|Exists|DoesNotExist
  values    [labelValue] @3

Condition
  type                string @1 !
  status              string @2 ! enum=True|False|Unknown
  observedGeneration  int64 @3
  lastTransitionTime  time @4
  reason              string @5*
  message             string @6*

package io.k8s.api.core.v1

LocalObjectReference atomic
  name  string @1

TypedLocalObjectReference atomic
  apiGroup  string @1*
  kind      string @2 !
  name      string @3 !

ObjectReference atomic
  kind             string @1
  namespace        string @2
  name             string @3
  uid              string @4
  apiVersion       string @5
  resourceVersion  string @6
  fieldPath        string @7
)";

}  // namespace graylane::api
