#include "api/kinds_tables.h"

namespace graylane::api {

const char* const kIngressTypes = R"(
package io.k8s.api.networking.v1

Ingress root
  spec    IngressSpec @2
  status  IngressStatus @3

IngressSpec
  ingressClassName  string @4*
  defaultBackend    IngressBackend @1*
  tls               [IngressTLS] @2
  rules             [IngressRule] @3
  ~backend          write defaultBackend; backend is the form of v1beta1

IngressRule
  host  string @1
  http  HTTPIngressRuleValue @2/1*
  ~paths  put paths under http

HTTPIngressRuleValue
  paths  [HTTPIngressPath] @1 !

HTTPIngressPath
  path      string @1
  pathType  string @3* enum=Exact|Prefix|ImplementationSpecific
  backend   IngressBackend @2 !
  ~serviceName  put it under backend as service.name
  ~servicePort  put it under backend as service.port.number (or service.port.name)

IngressBackend
  service   IngressServiceBackend @4*
  resource  TypedLocalObjectReference @3*
  ~serviceName  write service.name; serviceName is the form of v1beta1
  ~servicePort  write service.port.number (or service.port.name); servicePort is the form of v1beta1

IngressServiceBackend
  name  string @1 !
  port  ServiceBackendPort @2

ServiceBackendPort atomic
  name    portName @1
  number  port @2

IngressTLS
  hosts       [string] @1
  secretName  string @2

IngressStatus
  loadBalancer  IngressLoadBalancerStatus @1

IngressLoadBalancerStatus
  ingress  [IngressLoadBalancerIngress] @1

IngressLoadBalancerIngress
  ip        string @1
  hostname  string @2
  ports     [IngressPortStatus] @4

IngressPortStatus
  port      port @1 !
  protocol  string @2 ! enum=TCP|UDP|SCTP
  error     string @3*

package io.k8s.api.networking.v1beta1

IngressBeta root
  spec    IngressSpecBeta @2
  status  IngressStatus @3

IngressSpecBeta
  ingressClassName  string @4*
  backend           IngressBackendBeta @1*
  tls               [IngressTLS] @2
  rules             [IngressRuleBeta] @3
  ~defaultBackend   write backend, or apiVersion: networking.k8s.io/v1

IngressRuleBeta
  host  string @1
  http  HTTPIngressRuleValueBeta @2/1*
  ~paths  put paths under http

HTTPIngressRuleValueBeta
  paths  [HTTPIngressPathBeta] @1 !

HTTPIngressPathBeta
  path      string @1
  pathType  string @3* =ImplementationSpecific enum=Exact|Prefix|ImplementationSpecific
  backend   IngressBackendBeta @2 !

IngressBackendBeta
  serviceName  string @1
  servicePort  portRef @2
  resource     TypedLocalObjectReference @3*
  ~service     write serviceName and servicePort, or apiVersion: networking.k8s.io/v1

package io.k8s.api.networking.v1

IngressClass root
  spec  IngressClassSpec @2

IngressClassSpec
  controller  string @1
  parameters  IngressClassParametersReference @2*

IngressClassParametersReference
  apiGroup   string @1*
  kind       string @2 !
  name       string @3 !
  scope      string @4* =Cluster enum=Cluster|Namespace
  namespace  string @5*
)";

}  // namespace graylane::api
