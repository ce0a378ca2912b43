#include "api/kinds_tables.h"

namespace graylane::api {

// Nothing here judges requests by these kinds. Policies come with manifests that people install as a whole, so they are kept; a
// webhook that is not asked would be a hole that nobody sees, so the API refuses it.
const char* const kAdmissionTypes = R"(
package io.k8s.api.admissionregistration.v1

ValidatingWebhookConfiguration root
  webhooks  [ValidatingWebhook] @2 keys=name

MutatingWebhookConfiguration root
  webhooks  [MutatingWebhook] @2 keys=name

Webhook
  name                     string @1 !
  clientConfig             AdmissionClientConfig @2 !
  rules                    [RuleWithOperations] @3
  failurePolicy            string @4* enum=Ignore|Fail
  matchPolicy              string @9* enum=Exact|Equivalent
  namespaceSelector        LabelSelector @5*
  sideEffects              string @6* ! enum=Unknown|None|Some|NoneOnDryRun
  timeoutSeconds           int32 @7*
  admissionReviewVersions  [string] @8 !

ValidatingWebhook like=Webhook
  objectSelector   LabelSelector @10*
  matchConditions  [MatchCondition] @11 keys=name

MutatingWebhook like=Webhook
  objectSelector      LabelSelector @11*
  reinvocationPolicy  string @10* enum=Never|IfNeeded
  matchConditions     [MatchCondition] @12 keys=name

AdmissionClientConfig
  url       string @3*
  service   AdmissionServiceReference @1*
  caBundle  bytes @2

AdmissionServiceReference
  namespace  string @1 !
  name       string @2 !
  path       string @3*
  port       port @4*

RuleWithOperations
  operations   [string] @1
  apiGroups    [string] @2/1
  apiVersions  [string] @2/2
  resources    [string] @2/3
  scope        string @2/4* =* enum=Cluster|Namespaced|*

MatchCondition
  name        string @1 !
  expression  string @2 !

ValidatingAdmissionPolicy root
  spec    ValidatingAdmissionPolicySpec @2
  status  ValidatingAdmissionPolicyStatus @3

ValidatingAdmissionPolicySpec
  paramKind         ParamKind @1*
  matchConstraints  MatchResources @2* !
  validations       [Validation] @3
  failurePolicy     string @4* =Fail enum=Ignore|Fail
  auditAnnotations  [AuditAnnotation] @5
  matchConditions   [MatchCondition] @6 keys=name
  variables         [Variable] @7 keys=name

ParamKind atomic
  apiVersion  string @1
  kind        string @2

MatchResources atomic
  namespaceSelector     LabelSelector @1* ={}
  objectSelector        LabelSelector @2* ={}
  resourceRules         [NamedRuleWithOperations] @3
  excludeResourceRules  [NamedRuleWithOperations] @4
  matchPolicy           string @7* =Equivalent enum=Exact|Equivalent

NamedRuleWithOperations atomic
  resourceNames  [string] @1
  operations     [string] @2/1
  apiGroups      [string]
  apiVersions    [string]
  resources      [string]
  scope          string =* enum=Cluster|Namespaced|*

Validation
  expression         string @1 !
  message            string @2
  reason             string @3*
  messageExpression  string @4

AuditAnnotation
  key              string @1 !
  valueExpression  string @2 !

Variable atomic
  name        string @1 !
  expression  string @2 !

ValidatingAdmissionPolicyStatus
  observedGeneration  int64 @1
  typeChecking        TypeChecking @2*
  conditions          [Condition] @3 keys=type

TypeChecking
  expressionWarnings  [ExpressionWarning] @1

ExpressionWarning
  fieldRef  string @2 !
  warning   string @3 !

ValidatingAdmissionPolicyBinding root
  spec  ValidatingAdmissionPolicyBindingSpec @2 !

ValidatingAdmissionPolicyBindingSpec
  policyName         string @1 !
  paramRef           ParamRef @2*
  matchResources     MatchResources @3*
  validationActions  [string] @4 set !

ParamRef atomic
  name                     string @1
  namespace                string @2
  selector                 LabelSelector @3*
  parameterNotFoundAction  string @4* enum=Allow|Deny
)";

}  // namespace graylane::api
