"""An object of each kind that clients write, as small as its rules allow."""


def pod_spec(**more):
    return {"containers": [{"name": "c", "image": "example.com/c:1"}], **more}


def template(labels=None, **more):
    return {"metadata": {"labels": labels or {"app": "s"}}, "spec": pod_spec(**more)}


SELECTOR = {"matchLabels": {"app": "s"}}
JOB = {"template": template(restartPolicy="Never")}

# "GROUP/VERSION RESOURCE" of namespaced kinds -> the object without kind and name.
NAMESPACED = {
    "v1 configmaps": {"data": {"a": "b"}},
    "v1 endpoints": {"subsets": [{"addresses": [{"ip": "192.0.2.1"}], "ports": [{"port": 80}]}]},
    "v1 events": {"involvedObject": {"kind": "Pod", "name": "p", "namespace": "{{ns}}"}, "reason": "R", "message": "m", "type": "Normal"},
    "v1 limitranges": {"spec": {"limits": [{"type": "Container", "default": {"cpu": "1"}}]}},
    "v1 persistentvolumeclaims": {"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}},
    "v1 pods": {"spec": pod_spec()},
    "v1 podtemplates": {"template": template()},
    "v1 replicationcontrollers": {"spec": {"replicas": 0, "template": template()}},
    "v1 resourcequotas": {"spec": {"hard": {"pods": "3"}}},
    "v1 secrets": {"stringData": {"a": "b"}},
    "v1 serviceaccounts": {},
    "v1 services": {"spec": {"selector": {"app": "s"}, "ports": [{"port": 80}]}},
    "apps/v1 controllerrevisions": {"revision": 1, "data": {"a": "b"}},
    "apps/v1 daemonsets": {"spec": {"selector": SELECTOR, "template": template()}},
    "apps/v1 deployments": {"spec": {"selector": SELECTOR, "template": template()}},
    "apps/v1 replicasets": {"spec": {"selector": SELECTOR, "template": template()}},
    "apps/v1 statefulsets": {"spec": {"serviceName": "s", "selector": SELECTOR, "template": template()}},
    "autoscaling/v1 horizontalpodautoscalers": {"spec": {"maxReplicas": 3, "scaleTargetRef": {"kind": "Deployment", "name": "d", "apiVersion": "apps/v1"}}},
    "autoscaling/v2 horizontalpodautoscalers": {"spec": {"maxReplicas": 3, "scaleTargetRef": {"kind": "Deployment", "name": "d", "apiVersion": "apps/v1"}}},
    "batch/v1 cronjobs": {"spec": {"schedule": "0 0 1 1 *", "jobTemplate": {"spec": JOB}}},
    "batch/v1 jobs": {"spec": {**JOB, "suspend": True}},
    "coordination.k8s.io/v1 leases": {"spec": {"holderIdentity": "me", "leaseDurationSeconds": 15}},
    "discovery.k8s.io/v1 endpointslices": {"addressType": "IPv4", "endpoints": [{"addresses": ["192.0.2.1"]}], "ports": [{"port": 80}]},
    "events.k8s.io/v1 events": {"eventTime": "2026-01-01T00:00:00.000000Z", "reportingController": "example.com/c", "reportingInstance": "i",
                                "action": "A", "reason": "R", "type": "Normal", "regarding": {"kind": "Pod", "name": "p", "namespace": "{{ns}}"}},
    "networking.k8s.io/v1 ingresses": {"spec": {"rules": [{"host": "a.test", "http": {"paths": [
        {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "s", "port": {"number": 80}}}}]}}]}},
    "networking.k8s.io/v1 networkpolicies": {"spec": {"podSelector": {}, "ingress": [{"from": [{"podSelector": {}}]}]}},
    "policy/v1 poddisruptionbudgets": {"spec": {"minAvailable": 1, "selector": SELECTOR}},
    "rbac.authorization.k8s.io/v1 roles": {"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]},
    "rbac.authorization.k8s.io/v1 rolebindings": {"roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "r"},
                                                  "subjects": [{"kind": "User", "name": "bob"}]},
}


def probe(**handler):
    return {"periodSeconds": 5, **handler}


# What people write beyond the least: "GROUP/VERSION RESOURCE NAME" -> the object.
FULL = {
    "v1 pods probes": {"spec": {"terminationGracePeriodSeconds": 5, "restartPolicy": "OnFailure", "containers": [
        {"name": "c", "image": "example.com/c@sha256:" + "0" * 64, "command": ["a"], "args": ["b"], "workingDir": "/w",
         "ports": [{"containerPort": 80, "name": "http"}, {"containerPort": 53, "protocol": "UDP", "hostPort": 5353}],
         "livenessProbe": probe(httpGet={"port": "http"}), "readinessProbe": probe(tcpSocket={"port": 80}),
         "startupProbe": probe(exec={"command": ["true"]}, failureThreshold=30),
         "lifecycle": {"preStop": {"exec": {"command": ["sleep", "1"]}}, "postStart": {"httpGet": {"path": "/x", "port": 80}}},
         "resources": {"requests": {"cpu": "0.5", "memory": "1.5Gi"}, "limits": {"cpu": "1000m", "memory": "2048Mi"}}},
        {"name": "d", "image": "example.com/d", "resources": {"limits": {"cpu": "2"}}, "imagePullPolicy": "Never", "tty": True, "stdin": True}]}},
    "v1 pods env": {"spec": {"serviceAccountName": "sa", "nodeSelector": {"a": "b"}, "containers": [
        {"name": "c", "image": "example.com/c:1", "envFrom": [{"configMapRef": {"name": "m"}}, {"prefix": "P_", "secretRef": {"name": "s", "optional": True}}],
         "env": [{"name": "A", "value": "1"}, {"name": "B", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
                 {"name": "C", "valueFrom": {"configMapKeyRef": {"name": "m", "key": "k"}}}, {"name": "D", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
                 {"name": "E", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}}, {"name": "F"}]}]}},
    "v1 pods volumes": {"spec": {
        "serviceAccountName": "sa",
        "initContainers": [{"name": "i", "image": "example.com/i", "volumeMounts": [{"name": "e", "mountPath": "/e"}]}],
        "containers": [{"name": "c", "image": "example.com/c:latest", "volumeMounts": [{"name": "m", "mountPath": "/m", "readOnly": True, "subPath": "x"}]}],
        "volumes": [{"name": "e", "emptyDir": {}}, {"name": "m", "configMap": {"name": "m"}}, {"name": "s", "secret": {"secretName": "s", "items": [{"key": "k", "path": "p"}]}},
                    {"name": "h", "hostPath": {"path": "/tmp"}}, {"name": "p", "persistentVolumeClaim": {"claimName": "p"}},
                    {"name": "d", "downwardAPI": {"items": [{"path": "l", "fieldRef": {"fieldPath": "metadata.labels"}}]}},
                    {"name": "r", "projected": {"sources": [{"serviceAccountToken": {"path": "t"}}, {"configMap": {"name": "m"}}]}}, {"name": "x"}]}},
    "v1 pods placement": {"spec": pod_spec(
        hostNetwork=True, dnsPolicy="Default", priorityClassName="system-cluster-critical", securityContext={"runAsUser": 1000, "fsGroup": 1},
        tolerations=[{"key": "k", "operator": "Exists"}, {"key": "l", "value": "v", "effect": "NoSchedule"}],
        topologySpreadConstraints=[{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule", "labelSelector": SELECTOR}],
        hostAliases=[{"ip": "192.0.2.1", "hostnames": ["a.test"]}], imagePullSecrets=[{"name": "r"}], readinessGates=[{"conditionType": "a.test/b"}],
        affinity={"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "host", "labelSelector": SELECTOR}]},
                  "nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [
                      {"weight": 1, "preference": {"matchExpressions": [{"key": "a", "operator": "In", "values": ["b"]}]}}]}})},
    "v1 services node": {"spec": {"type": "NodePort", "externalTrafficPolicy": "Local", "sessionAffinity": "ClientIP", "selector": {"app": "s"},
                                  "ports": [{"name": "a", "port": 80, "targetPort": "http"}, {"name": "b", "port": 53, "protocol": "UDP", "appProtocol": "dns"}]}},
    "v1 services balanced": {"spec": {"type": "LoadBalancer", "selector": {"app": "s"}, "ports": [{"port": 443}], "loadBalancerSourceRanges": ["192.0.2.0/24"],
                                      "externalIPs": ["192.0.2.9"], "allocateLoadBalancerNodePorts": False}},
    "v1 services external": {"spec": {"type": "ExternalName", "externalName": "a.example.com"}},
    "v1 services headless": {"spec": {"clusterIP": "None", "publishNotReadyAddresses": True, "selector": {"app": "s"}, "ports": [{"port": 80}]}},
    "v1 secrets typed": {"type": "kubernetes.io/basic-auth", "stringData": {"username": "u", "password": "p"}, "immutable": True},
    "v1 configmaps binary": {"binaryData": {"b": "AAEC"}, "data": {"a.b-c_d": "x\ny"}, "immutable": False},
    "apps/v1 deployments strategy": {"spec": {
        "replicas": 4, "minReadySeconds": 3, "revisionHistoryLimit": 2, "progressDeadlineSeconds": 60, "paused": True,
        "strategy": {"rollingUpdate": {"maxSurge": "30%", "maxUnavailable": 0}},
        "selector": {"matchExpressions": [{"key": "app", "operator": "In", "values": ["s", "t"]}]}, "template": template()}},
    "apps/v1 deployments recreate": {"spec": {"strategy": {"type": "Recreate"}, "selector": SELECTOR, "template": template()}},
    "apps/v1 statefulsets claims": {"spec": {"serviceName": "s", "podManagementPolicy": "Parallel", "updateStrategy": {"type": "OnDelete"}, "selector": SELECTOR,
                                             "template": template(), "volumeClaimTemplates": [{"metadata": {"name": "d"}, "spec": {
                                                 "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}]}},
    "apps/v1 daemonsets update": {"spec": {"updateStrategy": {"rollingUpdate": {"maxUnavailable": 2}}, "selector": SELECTOR, "template": template()}},
    "autoscaling/v2 horizontalpodautoscalers metrics": {"spec": {
        "minReplicas": 2, "maxReplicas": 3, "scaleTargetRef": {"kind": "Deployment", "name": "d", "apiVersion": "apps/v1"},
        "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}},
                    {"type": "Pods", "pods": {"metric": {"name": "m"}, "target": {"type": "AverageValue", "averageValue": "1k"}}}],
        "behavior": {"scaleDown": {"stabilizationWindowSeconds": 60}}}},
    "batch/v1 cronjobs full": {"spec": {"schedule": "*/5 * * * *", "timeZone": "Etc/UTC", "concurrencyPolicy": "Forbid", "suspend": True, "startingDeadlineSeconds": 9,
                                        "jobTemplate": {"metadata": {"labels": {"a": "b"}}, "spec": {"backoffLimit": 1, **JOB}}}},
    "discovery.k8s.io/v1 endpointslices full": {
        "addressType": "IPv4", "ports": [{"name": "", "port": 80, "protocol": "TCP"}, {"name": "b", "port": 81, "appProtocol": "http"}],
        "endpoints": [{"addresses": ["192.0.2.1"], "conditions": {"ready": True, "serving": True, "terminating": False}, "zone": "z", "nodeName": "n",
                       "targetRef": {"kind": "Pod", "name": "p", "namespace": "{{ns}}"}}, {"addresses": ["192.0.2.2"], "conditions": {}}]},
    "networking.k8s.io/v1 ingresses tls": {"spec": {
        "ingressClassName": "nginx", "tls": [{"hosts": ["a.test"], "secretName": "s"}], "defaultBackend": {"service": {"name": "d", "port": {"name": "http"}}},
        "rules": [{"host": "*.a.test", "http": {"paths": [{"pathType": "ImplementationSpecific", "backend": {"service": {"name": "s", "port": {"number": 80}}}},
                                                          {"path": "/x", "pathType": "Exact", "backend": {"resource": {"apiGroup": "a.test", "kind": "B", "name": "b"}}}]}},
                  {"host": "b.test"}]}},
    "networking.k8s.io/v1 networkpolicies full": {"spec": {"podSelector": SELECTOR, "egress": [{"to": [{"ipBlock": {"cidr": "192.0.2.0/24", "except": ["192.0.2.1/32"]}}],
                                                                                                "ports": [{"port": 53, "protocol": "UDP"}, {"port": "http"}]}]}},
    "policy/v1 poddisruptionbudgets share": {"spec": {"maxUnavailable": "25%", "selector": {}, "unhealthyPodEvictionPolicy": "AlwaysAllow"}},
    "v1 endpoints full": {"subsets": [{"addresses": [{"ip": "192.0.2.2", "hostname": "h"}, {"ip": "192.0.2.1"}], "notReadyAddresses": [{"ip": "192.0.2.3"}],
                                       "ports": [{"name": "b", "port": 81}, {"name": "a", "port": 80, "protocol": "TCP"}]}]},
    "v1 resourcequotas scoped": {"spec": {"hard": {"requests.cpu": "1000m", "limits.memory": "1024Mi", "count/configmaps": "7"}, "scopes": ["NotBestEffort"]}},
}

# The same of kinds without namespaces.
CLUSTER_WIDE = {
    "v1 namespaces": {},
    "v1 nodes": {},
    "v1 persistentvolumes": {"spec": {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/tmp"}}},
    "networking.k8s.io/v1 ingressclasses": {"spec": {"controller": "example.com/c"}},
    "rbac.authorization.k8s.io/v1 clusterroles": {"rules": [{"nonResourceURLs": ["/x"], "verbs": ["get"]}]},
    "rbac.authorization.k8s.io/v1 clusterrolebindings": {"roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "r"}},
    "scheduling.k8s.io/v1 priorityclasses": {"value": 7},
    "storage.k8s.io/v1 storageclasses": {"provisioner": "example.com/p"},
}
