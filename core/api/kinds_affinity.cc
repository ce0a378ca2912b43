#include "api/kinds_tables.h"

namespace graylane::api {

const char* const kAffinityTypes = R"(
package io.k8s.api.core.v1

Affinity
  nodeAffinity     NodeAffinity @1*
  podAffinity      PodAffinity @2*
  podAntiAffinity  PodAffinity @3*

NodeAffinity
  requiredDuringSchedulingIgnoredDuringExecution   NodeSelector @1*
  preferredDuringSchedulingIgnoredDuringExecution  [PreferredSchedulingTerm] @2

NodeSelector atomic
  nodeSelectorTerms  [NodeSelectorTerm] @1 !

NodeSelectorTerm atomic
  matchExpressions  [NodeSelectorRequirement] @1
  matchFields       [NodeSelectorRequirement] @2

NodeSelectorRequirement
  key       string @1 !
  operator  string @2 ! enum=In|NotIn|Exists|DoesNotExist|Gt|Lt
  values    [string] @3

PreferredSchedulingTerm
  weight      int32 @1 ! min=1 max=100
  preference  NodeSelectorTerm @2 !

PodAffinity
  requiredDuringSchedulingIgnoredDuringExecution   [PodAffinityTerm] @1
  preferredDuringSchedulingIgnoredDuringExecution  [WeightedPodAffinityTerm] @2

PodAffinityTerm
  labelSelector      LabelSelector @1*
  namespaces         [string] @2
  topologyKey        string @3 !
  namespaceSelector  LabelSelector @4*
  matchLabelKeys     [string] @5
  mismatchLabelKeys  [string] @6

WeightedPodAffinityTerm
  weight           int32 @1 ! min=1 max=100
  podAffinityTerm  PodAffinityTerm @2 !

Toleration
  key                string @1
  operator           string @2 enum=Exists|Equal|Lt|Gt
  value              string @3
  effect             string @4 enum=NoSchedule|PreferNoSchedule|NoExecute
  tolerationSeconds  int64 @5*

TopologySpreadConstraint
  maxSkew             int32 @1 ! min=1
  topologyKey         string @2 !
  whenUnsatisfiable   string @3 ! enum=DoNotSchedule|ScheduleAnyway
  labelSelector       LabelSelector @4*
  minDomains          int32 @5* min=1
  nodeAffinityPolicy  string @6* enum=Honor|Ignore
  nodeTaintsPolicy    string @7* enum=Honor|Ignore
  matchLabelKeys      [string] @8
)";

}  // namespace graylane::api
