#include "api/kinds_tables.h"

namespace graylane::api {

const char* const kAffinityTypes = R"(
Affinity
  nodeAffinity     NodeAffinity
  podAffinity      PodAffinity
  podAntiAffinity  PodAffinity

NodeAffinity
  requiredDuringSchedulingIgnoredDuringExecution   NodeSelector
  preferredDuringSchedulingIgnoredDuringExecution  [PreferredSchedulingTerm]

NodeSelector atomic
  nodeSelectorTerms  [NodeSelectorTerm] !

NodeSelectorTerm atomic
  matchExpressions  [NodeSelectorRequirement]
  matchFields       [NodeSelectorRequirement]

NodeSelectorRequirement
  key       string !
  operator  string ! enum=In|NotIn|Exists|DoesNotExist|Gt|Lt
  values    [string]

PreferredSchedulingTerm
  weight      int32 ! min=1 max=100
  preference  NodeSelectorTerm !

PodAffinity
  requiredDuringSchedulingIgnoredDuringExecution   [PodAffinityTerm]
  preferredDuringSchedulingIgnoredDuringExecution  [WeightedPodAffinityTerm]

PodAffinityTerm
  labelSelector      LabelSelector
  namespaces         [string]
  topologyKey        string !
  namespaceSelector  LabelSelector
  matchLabelKeys     [string]
  mismatchLabelKeys  [string]

WeightedPodAffinityTerm
  weight           int32 ! min=1 max=100
  podAffinityTerm  PodAffinityTerm !

Toleration
  key                string
  operator           string enum=Exists|Equal|Lt|Gt
  value              string
  effect             string enum=NoSchedule|PreferNoSchedule|NoExecute
  tolerationSeconds  int64

TopologySpreadConstraint
  maxSkew             int32 ! min=1
  topologyKey         string !
  whenUnsatisfiable   string ! enum=DoNotSchedule|ScheduleAnyway
  labelSelector       LabelSelector
  minDomains          int32 min=1
  nodeAffinityPolicy  string enum=Honor|Ignore
  nodeTaintsPolicy    string enum=Honor|Ignore
  matchLabelKeys      [string]
)";

}  // namespace graylane::api
