#include "api/kinds_tables.h"

namespace graylane::api {

const char* const kPolicyTypes = R"(
package io.k8s.api.policy.v1

PodDisruptionBudget root
  spec    PodDisruptionBudgetSpec @2 ={}
  status  PodDisruptionBudgetStatus @3

PodDisruptionBudgetSpec
  minAvailable                intOrPercent @1*
  selector                    LabelSelector @2*
  maxUnavailable              intOrPercent @3*
  unhealthyPodEvictionPolicy  string @4* enum=IfHealthyBudget|AlwaysAllow

PodDisruptionBudgetStatus
  observedGeneration  int64 @1
  disruptedPods       {time} @2
  disruptionsAllowed  int32 @3*
  currentHealthy      int32 @4*
  desiredHealthy      int32 @5*
  expectedPods        int32 @6*
  conditions          [Condition] @7 keys=type

package io.k8s.api.scheduling.v1

PriorityClass root
  value             int32 @2 =0
  globalDefault     bool @3
  description       string @4
  preemptionPolicy  string @5* =PreemptLowerPriority enum=Never|PreemptLowerPriority

package io.k8s.api.rbac.v1

Role root
  rules  [PolicyRule] @2

ClusterRole root
  rules            [PolicyRule] @2
  aggregationRule  AggregationRule @3*

AggregationRule
  clusterRoleSelectors  [LabelSelector] @1

PolicyRule
  verbs            [string] @1 !
  apiGroups        [string] @2
  resources        [string] @3
  resourceNames    [string] @4
  nonResourceURLs  [string] @5

RoleBinding root
  subjects  [Subject] @2
  roleRef   RoleRef @3 !

ClusterRoleBinding root
  subjects  [Subject] @2
  roleRef   RoleRef @3 !

Subject atomic
  kind       string @1 ! enum=User|Group|ServiceAccount
  apiGroup   string @2
  name       string @3 !
  namespace  string @4

RoleRef atomic
  apiGroup  string @1 =rbac.authorization.k8s.io
  kind      string @2 ! enum=Role|ClusterRole
  name      string @3 !

package io.k8s.api.networking.v1

NetworkPolicy root
  spec  NetworkPolicySpec @2 ={}

NetworkPolicySpec
  podSelector  LabelSelector @1 ={}
  ingress      [NetworkPolicyIngressRule] @2
  egress       [NetworkPolicyEgressRule] @3
  policyTypes  [string] @4

NetworkPolicyIngressRule
  ports  [NetworkPolicyPort] @1
  from   [NetworkPolicyPeer] @2

NetworkPolicyEgressRule
  ports  [NetworkPolicyPort] @1
  to     [NetworkPolicyPeer] @2

NetworkPolicyPort
  protocol  string @1* =TCP enum=TCP|UDP|SCTP
  port      portRef @2*
  endPort   port @3*

NetworkPolicyPeer
  podSelector        LabelSelector @1*
  namespaceSelector  LabelSelector @2*
  ipBlock            IPBlock @3*

IPBlock
  cidr    string @1 !
  except  [string] @2
)";

const char* const kAutoscalingTypes = R"(
package io.k8s.api.autoscaling.v2

HorizontalPodAutoscaler root
  spec    HorizontalPodAutoscalerSpec @2 !
  status  HorizontalPodAutoscalerStatus @3

HorizontalPodAutoscalerSpec
  scaleTargetRef  CrossVersionObjectReference @1 !
  minReplicas     int32 @2* =1 min=0
  maxReplicas     int32 @3 ! min=1
  metrics         [MetricSpec] @4
  behavior        HorizontalPodAutoscalerBehavior @5*

CrossVersionObjectReference
  kind        string @1 !
  name        string @2 !
  apiVersion  string @3

HorizontalPodAutoscalerBehavior
  scaleUp    HPAScalingRules @1*
  scaleDown  HPAScalingRules @2*

HPAScalingRules
  selectPolicy                string @1* =Max enum=Max|Min|Disabled
  policies                    [HPAScalingPolicy] @2
  stabilizationWindowSeconds  int32 @3* min=0 max=3600
  tolerance                   quantity @4*

HPAScalingPolicy
  type           string @1 ! enum=Pods|Percent
  value          int32 @2 ! min=1
  periodSeconds  int32 @3 ! min=1 max=1800

MetricSpec
  type               string @1 ! enum=Object|Pods|Resource|ContainerResource|External
  object             ObjectMetricSource @2*
  pods               PodsMetricSource @3*
  resource           ResourceMetricSource @4*
  external           PodsMetricSource @5*
  containerResource  ContainerResourceMetricSource @7*

ObjectMetricSource
  describedObject  CrossVersionObjectReference @1 !
  target           MetricTarget @2 !
  metric           MetricIdentifier @3 !

PodsMetricSource
  metric  MetricIdentifier @1 !
  target  MetricTarget @2 !

ResourceMetricSource
  name    string @1 !
  target  MetricTarget @2 !

ContainerResourceMetricSource
  name       string @1 !
  target     MetricTarget @2 !
  container  string @3 !

MetricIdentifier
  name      string @1 !
  selector  LabelSelector @2*

MetricTarget
  type                string @1 ! enum=Utilization|Value|AverageValue
  value               quantity @2*
  averageValue        quantity @3*
  averageUtilization  int32 @4* min=1

HorizontalPodAutoscalerStatus
  observedGeneration  int64 @1*
  lastScaleTime       time @2*
  currentReplicas     int32 @3
  desiredReplicas     int32 @4 =0
  currentMetrics      [MetricStatus] @5
  conditions          [PlainCondition] @6 keys=type

MetricStatus
  type               string @1 !
  object             ObjectMetricStatus @2*
  pods               PodsMetricStatus @3*
  resource           ResourceMetricStatus @4*
  external           PodsMetricStatus @5*
  containerResource  ContainerResourceMetricStatus @7*

ObjectMetricStatus
  metric           MetricIdentifier @1
  current          MetricValueStatus @2
  describedObject  CrossVersionObjectReference @3

PodsMetricStatus
  metric   MetricIdentifier @1
  current  MetricValueStatus @2

ResourceMetricStatus
  name     string @1*
  current  MetricValueStatus @2

ContainerResourceMetricStatus
  name       string @1*
  current    MetricValueStatus @2
  container  string @3*

MetricValueStatus
  value               quantity @1*
  averageValue        quantity @2*
  averageUtilization  int32 @3*

package io.k8s.api.autoscaling.v1

OldHorizontalPodAutoscaler root
  spec    OldAutoscalerSpec @2 !
  status  OldAutoscalerStatus @3

OldObjectReference atomic
  kind        string @1 !
  name        string @2 !
  apiVersion  string @3

OldAutoscalerSpec
  scaleTargetRef                  OldObjectReference @1 !
  minReplicas                     int32 @2* =1 min=0
  maxReplicas                     int32 @3 ! min=1
  targetCPUUtilizationPercentage  int32 @4* min=1
  ~metrics                        write apiVersion: autoscaling/v2

OldAutoscalerStatus
  observedGeneration               int64 @1*
  lastScaleTime                    time @2*
  currentReplicas                  int32 @3 =0
  desiredReplicas                  int32 @4 =0
  currentCPUUtilizationPercentage  int32 @5*
)";

}  // namespace graylane::api
