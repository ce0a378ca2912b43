#include "api/kinds_tables.h"

namespace graylane::api {

const char* const kCrdTypes = R"(
package io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1

CustomResourceDefinition root
  spec    CustomResourceDefinitionSpec @2 !
  status  CustomResourceDefinitionStatus @3

CustomResourceDefinitionSpec
  group                  string @1 !
  names                  CustomResourceDefinitionNames @3 !
  scope                  string @4 ! enum=Cluster|Namespaced
  versions               [CustomResourceDefinitionVersion] @7 !
  conversion             CustomResourceConversion @9*
  preserveUnknownFields  bool @10

CustomResourceDefinitionNames
  plural      string @1 !
  singular    string @2
  shortNames  [string] @3
  kind        string @4 !
  listKind    string @5
  categories  [string] @6

CustomResourceDefinitionVersion
  name                      string @1 !
  served                    bool @2*
  storage                   bool @3*
  deprecated                bool @7
  deprecationWarning        string @8*
  schema                    CustomResourceValidation @4*
  subresources              CustomResourceSubresources @5*
  additionalPrinterColumns  [CustomResourceColumnDefinition] @6
  selectableFields          [SelectableField] @9

CustomResourceValidation
  openAPIV3Schema  JSONSchemaProps @1*

CustomResourceSubresources
  status  CustomResourceSubresourceStatus @1*
  scale   CustomResourceSubresourceScale @2*

CustomResourceSubresourceStatus open

CustomResourceSubresourceScale
  specReplicasPath    string @1*
  statusReplicasPath  string @2*
  labelSelectorPath   string @3*

CustomResourceColumnDefinition
  name         string @1*
  type         string @2*
  format       string @3
  description  string @4
  priority     int32 @5
  jsonPath     string @6*

SelectableField
  jsonPath  string @1*

CustomResourceConversion
  strategy  string @1*
  webhook   WebhookConversion @2*

WebhookConversion
  clientConfig              WebhookConversionClient @2*
  conversionReviewVersions  [string] @3

WebhookConversionClient
  service   WebhookConversionService @1*
  caBundle  bytes @2
  url       string @3*

WebhookConversionService
  namespace  string @1*
  name       string @2*
  path       string @3*
  port       int32 @4*

CustomResourceDefinitionStatus
  conditions          [CustomResourceDefinitionCondition] @1 keys=type
  acceptedNames       CustomResourceDefinitionNames @2
  storedVersions      [string] @3
  observedGeneration  int64 @4

CustomResourceDefinitionCondition
  type                string @1 !
  status              string @2 !
  lastTransitionTime  time @3
  reason              string @4
  message             string @5
  observedGeneration  int64 @6

# What may be several things in JSON is a message around it on the wire, and has no number here.
JSONSchemaProps
  id                                    string @1
  $schema                               string @2
  $ref                                  string @3*
  description                           string @4
  type                                  string @5
  format                                string @6
  title                                 string @7
  default                               any @8*
  maximum                               number @9*
  exclusiveMaximum                      bool @10
  minimum                               number @11*
  exclusiveMinimum                      bool @12
  maxLength                             int64 @13*
  minLength                             int64 @14*
  pattern                               string @15
  maxItems                              int64 @16*
  minItems                              int64 @17*
  uniqueItems                           bool @18
  multipleOf                            number @19*
  enum                                  [any] @20
  maxProperties                         int64 @21*
  minProperties                         int64 @22*
  required                              [string] @23
  items                                 any
  allOf                                 [JSONSchemaProps] @25
  oneOf                                 [JSONSchemaProps] @26
  anyOf                                 [JSONSchemaProps] @27
  not                                   JSONSchemaProps @28*
  properties                            {JSONSchemaProps} @29
  additionalProperties                  any
  patternProperties                     {JSONSchemaProps} @31
  dependencies                          object
  additionalItems                       any
  definitions                           {JSONSchemaProps} @34
  externalDocs                          JSONSchemaDocumentation @35*
  example                               any @36*
  nullable                              bool @37
  x-kubernetes-preserve-unknown-fields  bool @38*
  x-kubernetes-embedded-resource        bool @39
  x-kubernetes-int-or-string            bool @40
  x-kubernetes-list-map-keys            [string] @41
  x-kubernetes-list-type                string @42*
  x-kubernetes-map-type                 string @43*
  x-kubernetes-validations              [JSONSchemaValidationRule] @44

JSONSchemaDocumentation
  description  string @1
  url          string @2

JSONSchemaValidationRule
  rule               string @1 !
  message            string @2
  messageExpression  string @3
  reason             string @4*
  fieldPath          string @5
  optionalOldSelf    bool @6*
)";

}  // namespace graylane::api
