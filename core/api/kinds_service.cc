#include "api/kinds_tables.h"

namespace graylane::api {

const char* const kServiceTypes = R"(
Service root
  spec    ServiceSpec ={}
  status  ServiceStatus

ServiceSpec
  ports                          [ServicePort] keys=port,protocol
  selector                       {string} atomic
  clusterIP                      string
  clusterIPs                     [string]
  type                           string =ClusterIP enum=ClusterIP|NodePort|LoadBalancer|ExternalName
  externalIPs                    [ip]
  sessionAffinity                string =None enum=ClientIP|None
  loadBalancerIP                 string
  loadBalancerSourceRanges       [string]
  externalName                   string
  externalTrafficPolicy          string enum=Cluster|Local
  healthCheckNodePort            int32 min=0 max=65535
  publishNotReadyAddresses       bool
  sessionAffinityConfig          SessionAffinityConfig
  ipFamilies                     [string] enum=IPv4|IPv6
  ipFamilyPolicy                 string enum=SingleStack|PreferDualStack|RequireDualStack
  allocateLoadBalancerNodePorts  bool
  loadBalancerClass              string
  internalTrafficPolicy          string enum=Cluster|Local
  trafficDistribution            string
  topologyKeys                   [string]

ServicePort
  name         label
  protocol     string =TCP enum=TCP|UDP|SCTP
  appProtocol  string
  port         port !
  targetPort   portRef
  nodePort     int32 min=0 max=65535
  ~containerPort  write targetPort

SessionAffinityConfig
  clientIP  ClientIPConfig

ClientIPConfig
  timeoutSeconds  int32 =10800 min=1 max=86400

ServiceStatus
  loadBalancer  LoadBalancerStatus
  conditions    [Condition] keys=type

LoadBalancerStatus
  ingress  [LoadBalancerIngress]

LoadBalancerIngress
  ip        string
  hostname  string
  ipMode    string
  ports     [IngressPortStatus]

Endpoints root
  subsets  [EndpointSubset]

EndpointSubset
  addresses          [EndpointAddress]
  notReadyAddresses  [EndpointAddress]
  ports              [EndpointPort]

EndpointAddress atomic
  ip         ip !
  hostname   label
  nodeName   string
  targetRef  ObjectReference

EndpointPort atomic
  name         string
  port         port !
  protocol     string =TCP enum=TCP|UDP|SCTP
  appProtocol  string

EndpointSlice root
  addressType  string =IPv4 enum=IPv4|IPv6|FQDN
  endpoints    [SliceEndpoint]
  ports        [SlicePort]

EndpointSliceBeta root
  addressType  string =IPv4 enum=IPv4|IPv6|FQDN
  endpoints    [SliceEndpointBeta]
  ports        [SlicePort]

SliceEndpoint
  addresses           [string] !
  conditions          SliceConditions
  hostname            label
  targetRef           ObjectReference
  deprecatedTopology  {string}
  nodeName            string
  zone                string
  hints               SliceHints

SliceEndpointBeta
  addresses   [string] !
  conditions  SliceConditions
  hostname    label
  targetRef   ObjectReference
  topology    {string}
  nodeName    string
  hints       SliceHints

SliceConditions
  ready        bool
  serving      bool
  terminating  bool

SliceHints
  forZones  [ZoneHint]
  forNodes  [ZoneHint]

ZoneHint
  name  string !

SlicePort atomic
  name         string =
  protocol     string =TCP enum=TCP|UDP|SCTP
  port         port
  appProtocol  string
)";

}  // namespace graylane::api
