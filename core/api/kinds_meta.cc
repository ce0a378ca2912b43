#include "api/kinds_tables.h"

namespace graylane::api {

const char* const kMetaTypes = R"(
ObjectMeta
  name                        string
  generateName                string
  namespace                   string
  selfLink                    string
  uid                         string
  resourceVersion             string
  generation                  int64
  creationTimestamp           time
  deletionTimestamp           time
  deletionGracePeriodSeconds  int64
  labels                      {labels}
  annotations                 {annotations}
  ownerReferences             [OwnerReference] keys=uid
  finalizers                  [string] set
  managedFields               [ManagedFieldsEntry]

OwnerReference atomic
  apiVersion          string !
  kind                string !
  name                string !
  uid                 string !
  controller          bool
  blockOwnerDeletion  bool

ManagedFieldsEntry
  manager      string
  operation    string
  apiVersion   string
  time         time
  fieldsType   string
  fieldsV1     object
  subresource  string

LabelSelector atomic
  matchLabels       {labels}
  matchExpressions  [LabelSelectorRequirement]

LabelSelectorRequirement
  key       string !
  operator  string ! enum=In|NotIn|Exists|DoesNotExist
  values    [labelValue]

Condition
  type                string !
  status              string ! enum=True|False|Unknown
  observedGeneration  int64
  lastTransitionTime  time
  reason              string
  message             string

LocalObjectReference atomic
  name  string

TypedLocalObjectReference atomic
  apiGroup  string
  kind      string !
  name      string !

ObjectReference atomic
  kind             string
  namespace        string
  name             string
  uid              string
  apiVersion       string
  resourceVersion  string
  fieldPath        string
)";

}  // namespace graylane::api
