#include "openapi/description_tables.h"

namespace graylane::openapi {

const char* const kNetworkDescriptions = R"(
Service: One address for a changing set of Pods.
 spec: Which Pods, and by which ports.
 status: What a load balancer has given it.

ServiceSpec: What a Service does.
 type: ClusterIP, NodePort, LoadBalancer or ExternalName. ClusterIP unless said otherwise.
 selector: Labels of the Pods that get the traffic. Without one, the endpoints are written by hand.
 ports: The ports that are served.
 clusterIP: The address inside the cluster. Chosen by the server unless given; "None" for a headless Service.
 clusterIPs: The same address, and one of the other family where there are two.
 externalIPs: Addresses of the outside that lead here too.
 externalName: Of type ExternalName: the DNS name that stands for the Service.
 sessionAffinity: ClientIP: requests of one client go to the same Pod. None unless said otherwise.
 sessionAffinityConfig: For how long they do.
 loadBalancerIP: No longer used by most load balancers.
 loadBalancerClass: Which load balancer is meant.
 loadBalancerSourceRanges: Clients that a load balancer lets in.
 externalTrafficPolicy: Cluster, any Pod, or Local, only Pods of the node that got the request.
 internalTrafficPolicy: The same for requests from inside.
 publishNotReadyAddresses: True: Pods get traffic before they are ready.
 ipFamilies: IPv4, IPv6 or both.
 ipFamilyPolicy: SingleStack, PreferDualStack or RequireDualStack.
 healthCheckNodePort: The port of the nodes where a load balancer asks whether Pods are there.
 allocateLoadBalancerNodePorts: Whether a load balancer needs ports of the nodes.
 trafficDistribution: A wish about which Pods are preferred, such as PreferClose.

ServicePort: One port of a Service.
 name: Its name. Needed when there is more than one.
 port: The port that clients use.
 targetPort: The Pods' port, as number or by name. The same as port unless said otherwise.
 nodePort: The port of the nodes, of the types NodePort and LoadBalancer.
 protocol: TCP, UDP or SCTP. TCP unless said otherwise.
 appProtocol: What is spoken, such as "kubernetes.io/h2c".

Ingress: Rules by which HTTP requests from outside reach Services.
 spec: The rules.
 status: Where it can be reached.

IngressSpec: The rules of an Ingress.
 ingressClassName: The class of controllers that serve it.
 rules: Hosts and paths, and where they lead.
 defaultBackend: Where requests go that no rule matches.
 tls: Certificates, and the hosts that they are for.

IngressRule: What happens to requests for one host.
 host: The name of the host; "*.example.com" for all one level below. Every host when it is empty.
 http: The paths.

HTTPIngressRuleValue: The paths of a rule.
 paths: Paths, and the Service behind each.

HTTPIngressPath: A path, and what is behind it.
 path: What the request's path is compared with.
 pathType: Exact, Prefix, or ImplementationSpecific to leave it to the controller.
 backend: Where matching requests go.

IngressBackend: Where requests go.
 service: Not together with resource.
 resource: Another kind of object. Not together with service.

IngressBackendBeta: Where requests go.
 serviceName: The Service.
 servicePort: The Service's port, as number or by name.

IngressServiceBackend: A Service and its port.
 name: The Service, in the namespace of the Ingress.
 port: Its port.

ServiceBackendPort: A port of a Service: by number or by name.
 number: The number.
 name: The name.

IngressTLS: A certificate.
 hosts: The hosts that it is for.
 secretName: The Secret with the certificate and its key.

IngressClass: A class of Ingresses, and who serves them.
 spec: The controller.

IngressClassSpec: Who serves a class.
 controller: The controller's name, such as "k8s.io/ingress-nginx".
 parameters: An object with more settings.

NetworkPolicy: Who may talk to a set of Pods, and to whom they may talk.
 spec: The Pods and the rules.

NetworkPolicySpec: The rules of a NetworkPolicy.
 podSelector: The Pods that it is about.
 ingress: Who may talk to them.
 egress: To whom they may talk.
 policyTypes: Whether it rules Ingress, Egress or both.

Endpoints: Addresses behind a Service, in one object. EndpointSlices have taken their place.
 subsets: Addresses that share ports.

EndpointSlice: Addresses behind a Service, or a part of them.
 addressType: IPv4, IPv6 or FQDN.
 endpoints: The addresses, and what is known of them.
 ports: The ports of all of them.

SliceEndpoint: One or more addresses of the same Pod.
 addresses: The addresses.
 conditions: Whether it is ready, serves, or is ending.
 targetRef: The Pod.
 nodeName: The node it is on.
 zone: The zone it is in.
)";

}  // namespace graylane::openapi
