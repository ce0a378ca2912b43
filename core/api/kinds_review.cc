#include "api/kinds_tables.h"

namespace graylane::api {

// Questions about identity and rights: they are answered, never stored. And the form in which replicas are read and set.
const char* const kReviewTypes = R"(
package io.k8s.api.authorization.v1

SelfSubjectAccessReview root
  spec    SelfSubjectAccessReviewSpec @2 !
  status  SubjectAccessReviewStatus @3

SelfSubjectAccessReviewSpec
  resourceAttributes     ResourceAttributes @1*
  nonResourceAttributes  NonResourceAttributes @2*

SubjectAccessReview root
  spec    SubjectAccessReviewSpec @2 !
  status  SubjectAccessReviewStatus @3

SubjectAccessReviewSpec
  resourceAttributes     ResourceAttributes @1*
  nonResourceAttributes  NonResourceAttributes @2*
  user                   string @3
  groups                 [string] @4
  extra                  {[string]} @5
  uid                    string @6

ResourceAttributes
  namespace      string @1
  verb           string @2
  group          string @3
  version        string @4
  resource       string @5
  subresource    string @6
  name           string @7
  fieldSelector  SelectorAttributes @8*
  labelSelector  SelectorAttributes @9*

SelectorAttributes
  rawSelector   string @1
  requirements  [SelectorRequirement] @2

SelectorRequirement
  key       string @1 !
  operator  string @2 !
  values    [string] @3

NonResourceAttributes
  path  string @1
  verb  string @2

SubjectAccessReviewStatus
  allowed          bool @1*
  reason           string @2
  evaluationError  string @3
  denied           bool @4

SelfSubjectRulesReview root
  spec    SelfSubjectRulesReviewSpec @2 !
  status  SubjectRulesReviewStatus @3

SelfSubjectRulesReviewSpec
  namespace  string @1

SubjectRulesReviewStatus
  resourceRules     [ResourceRule] @1
  nonResourceRules  [NonResourceRule] @2
  incomplete        bool @3*
  evaluationError   string @4

ResourceRule
  verbs          [string] @1
  apiGroups      [string] @2
  resources      [string] @3
  resourceNames  [string] @4

NonResourceRule
  verbs            [string] @1
  nonResourceURLs  [string] @2

package io.k8s.api.authentication.v1

SelfSubjectReview root
  status  SelfSubjectReviewStatus @2

SelfSubjectReviewStatus
  userInfo  UserInfo @1

TokenReview root
  spec    TokenReviewSpec @2 !
  status  TokenReviewStatus @3

TokenReviewSpec
  token      string @1
  audiences  [string] @2

TokenReviewStatus
  authenticated  bool @1
  user           UserInfo @2
  audiences      [string] @4
  error          string @3

UserInfo
  username  string @1
  uid       string @2
  groups    [string] @3
  extra     {[string]} @4
)";

}  // namespace graylane::api
