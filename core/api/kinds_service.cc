#include "api/kinds_tables.h"

namespace graylane::api {

const char* const kServiceTypes = R"(
package io.k8s.api.core.v1

Service root
  spec    ServiceSpec @2 ={}
  status  ServiceStatus @3

ServiceSpec
  ports                          [ServicePort] @1 keys=port,protocol
  selector                       {string} @2 atomic
  clusterIP                      string @3
  clusterIPs                     [string] @18
  type                           string @4 =ClusterIP enum=ClusterIP|NodePort|LoadBalancer|ExternalName
  externalIPs                    [ip] @5
  sessionAffinity                string @7 =None enum=ClientIP|None
  loadBalancerIP                 string @8
  loadBalancerSourceRanges       [string] @9
  externalName                   string @10
  externalTrafficPolicy          string @11 enum=Cluster|Local
  healthCheckNodePort            int32 @12 min=0 max=65535
  publishNotReadyAddresses       bool @13
  sessionAffinityConfig          SessionAffinityConfig @14*
  ipFamilies                     [string] @19 enum=IPv4|IPv6
  ipFamilyPolicy                 string @17* enum=SingleStack|PreferDualStack|RequireDualStack
  allocateLoadBalancerNodePorts  bool @20*
  loadBalancerClass              string @21*
  internalTrafficPolicy          string @22* enum=Cluster|Local
  trafficDistribution            string @23*
  topologyKeys                   [string] @16

ServicePort
  name         label @1
  protocol     string @2 =TCP enum=TCP|UDP|SCTP
  appProtocol  string @6*
  port         port @3 !
  targetPort   portRef @4
  nodePort     int32 @5 min=0 max=65535
  ~containerPort  write targetPort

SessionAffinityConfig
  clientIP  ClientIPConfig @1*

ClientIPConfig
  timeoutSeconds  int32 @1* =10800 min=1 max=86400

ServiceStatus
  loadBalancer  LoadBalancerStatus @1
  conditions    [Condition] @2 keys=type

LoadBalancerStatus
  ingress  [LoadBalancerIngress] @1

LoadBalancerIngress
  ip        string @1
  hostname  string @2
  ipMode    string @3*
  ports     [IngressPortStatus] @4

Endpoints root
  subsets  [EndpointSubset] @2

EndpointSubset
  addresses          [EndpointAddress] @1
  notReadyAddresses  [EndpointAddress] @2
  ports              [EndpointPort] @3

EndpointAddress atomic
  ip         ip @1 !
  hostname   label @3
  nodeName   string @4*
  targetRef  ObjectReference @2*

EndpointPort atomic
  name         string @1
  port         port @2 !
  protocol     string @3 =TCP enum=TCP|UDP|SCTP
  appProtocol  string @4*

package io.k8s.api.discovery.v1

EndpointSlice root
  addressType  string @4 =IPv4 enum=IPv4|IPv6|FQDN
  endpoints    [SliceEndpoint] @2
  ports        [SlicePort] @3

package io.k8s.api.discovery.v1beta1

EndpointSliceBeta root
  addressType  string @4 =IPv4 enum=IPv4|IPv6|FQDN
  endpoints    [SliceEndpointBeta] @2
  ports        [SlicePort] @3

package io.k8s.api.discovery.v1

SliceEndpoint
  addresses           [string] @1 !
  conditions          SliceConditions @2
  hostname            label @3*
  targetRef           ObjectReference @4*
  deprecatedTopology  {string} @5
  nodeName            string @6*
  zone                string @7*
  hints               SliceHints @8*

SliceEndpointBeta
  addresses   [string] @1 !
  conditions  SliceConditions @2
  hostname    label @3*
  targetRef   ObjectReference @4*
  topology    {string} @5
  nodeName    string @6*
  hints       SliceHints @7*

SliceConditions
  ready        bool @1*
  serving      bool @2*
  terminating  bool @3*

SliceHints
  forZones  [ZoneHint] @1
  forNodes  [ZoneHint] @2

ZoneHint
  name  string @1 !

SlicePort atomic
  name         string @1* =
  protocol     string @2* =TCP enum=TCP|UDP|SCTP
  port         port @3*
  appProtocol  string @4*
)";

}  // namespace graylane::api
