#include "api/kinds_tables.h"

namespace graylane::api {

const char* const kIngressTypes = R"(
Ingress root
  spec    IngressSpec
  status  IngressStatus

IngressSpec
  ingressClassName  string
  defaultBackend    IngressBackend
  tls               [IngressTLS]
  rules             [IngressRule]
  ~backend          write defaultBackend; backend is the form of v1beta1

IngressRule
  host  string
  http  HTTPIngressRuleValue
  ~paths  put paths under http

HTTPIngressRuleValue
  paths  [HTTPIngressPath] !

HTTPIngressPath
  path      string
  pathType  string enum=Exact|Prefix|ImplementationSpecific
  backend   IngressBackend !
  ~serviceName  put it under backend as service.name
  ~servicePort  put it under backend as service.port.number (or service.port.name)

IngressBackend
  service   IngressServiceBackend
  resource  TypedLocalObjectReference
  ~serviceName  write service.name; serviceName is the form of v1beta1
  ~servicePort  write service.port.number (or service.port.name); servicePort is the form of v1beta1

IngressServiceBackend
  name  string !
  port  ServiceBackendPort

ServiceBackendPort atomic
  name    portName
  number  port

IngressTLS
  hosts       [string]
  secretName  string

IngressStatus
  loadBalancer  IngressLoadBalancerStatus

IngressLoadBalancerStatus
  ingress  [IngressLoadBalancerIngress]

IngressLoadBalancerIngress
  ip        string
  hostname  string
  ports     [IngressPortStatus]

IngressPortStatus
  port      port !
  protocol  string ! enum=TCP|UDP|SCTP
  error     string

IngressBeta root
  spec    IngressSpecBeta
  status  IngressStatus

IngressSpecBeta
  ingressClassName  string
  backend           IngressBackendBeta
  tls               [IngressTLS]
  rules             [IngressRuleBeta]
  ~defaultBackend   write backend, or apiVersion: networking.k8s.io/v1

IngressRuleBeta
  host  string
  http  HTTPIngressRuleValueBeta
  ~paths  put paths under http

HTTPIngressRuleValueBeta
  paths  [HTTPIngressPathBeta] !

HTTPIngressPathBeta
  path      string
  pathType  string =ImplementationSpecific enum=Exact|Prefix|ImplementationSpecific
  backend   IngressBackendBeta !

IngressBackendBeta
  serviceName  string
  servicePort  portRef
  resource     TypedLocalObjectReference
  ~service     write serviceName and servicePort, or apiVersion: networking.k8s.io/v1

IngressClass root
  spec  IngressClassSpec

IngressClassSpec
  controller  string
  parameters  IngressClassParameters

IngressClassParameters
  apiGroup   string
  kind       string !
  name       string !
  scope      string =Cluster enum=Cluster|Namespace
  namespace  string
)";

}  // namespace graylane::api
