"""Objects that are refused, or that one would expect to be: each by one thing that is wrong with it."""
import kind_samples


def spec_of(kind, **changes):
    return {**kind_samples.NAMESPACED[kind]["spec"], **changes}


def pod(**container):
    return {"spec": {"containers": [{"name": "c", "image": "example.com/c:1", **container}]}}


def service(*ports, **more):
    return {"spec": {"ports": list(ports), **more}}


def ingress(*paths, **rule):
    return {"spec": {"rules": [{**rule, "http": {"paths": list(paths)}}]}}


def path(**changes):
    return {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "s", "port": {"number": 80}}}, **changes}


def deployment(**changes):
    return {"spec": spec_of("apps/v1 deployments", **changes)}


def surge(**values):
    return deployment(strategy={"type": "RollingUpdate", "rollingUpdate": values})


def meta(**more):
    return {"metadata": {"name": "sample-{{rand}}", **more}}


# "GROUP/VERSION RESOURCE" -> objects without kind; without metadata they get a name.
BAD = {
    "v1 configmaps": [
        {"data": {"a/b": "x"}}, {"data": {"a": 1}}, {"data": {"a": None}}, {"data": ["a"]}, {"data": {"a": "x"}, "binaryData": {"a": "AA=="}},
        {"binaryData": {"a": "no base64!"}}, {"data": {".": "x"}}, {"data": {"": "x"}}, {"immutable": "yes"},
        meta(labels={"a": 1}), meta(labels={"a": None}), meta(labels="x"), meta(labels={"a/b/c": "x"}), meta(labels={"UPPER.example/ok": "x"}),
        meta(labels={"a": "-x"}), meta(annotations={"a b": "x"}), meta(annotations={"a": True}), meta(finalizers=["x"]), meta(finalizers=["a.b/c", "a.b/c"]),
        meta(ownerReferences=[{"kind": "A", "name": "a", "uid": "u"}]), meta(ownerReferences=[{"apiVersion": "v1", "kind": "", "name": "a", "uid": ""}]),
        meta(namespace="elsewhere"), meta(resourceVersion="7"), meta(generateName="g-"), meta(creationTimestamp="yesterday"), meta(generation="x"),
        {"metadata": {}}, {"metadata": {"name": ""}}, {"metadata": {"name": "a" * 254}}, {"metadata": {"name": "."}}, {"metadata": {"name": ".."}},
        {"metadata": {"name": "a%b"}}, {"metadata": {"generateName": "A_"}}, {"metadata": "x"}, {"metadata": None}, {"kind": "Secret"},
        {"apiVersion": "v2"}, {"apiVersion": "apps/v1"}, {"kind": ""}, {"spec": 1},
    ],
    "v1 secrets": [
        {"data": {"a": "no base64!"}}, {"data": {"a/b": "YQ=="}}, {"type": "kubernetes.io/tls"}, {"type": "kubernetes.io/dockerconfigjson", "stringData": {"a": "b"}},
        {"type": "kubernetes.io/dockerconfigjson", "stringData": {".dockerconfigjson": "{"}}, {"type": "kubernetes.io/ssh-auth"},
        {"type": "kubernetes.io/basic-auth", "stringData": {}}, {"type": "kubernetes.io/service-account-token"}, {"stringData": {"a": 7}},
    ],
    "v1 services": [
        service(), service({"port": 80}, {"port": 81}), service({"port": 70000}), service({"port": "80"}), service({"port": 80, "protocol": "X"}),
        service({"port": 80, "targetPort": "UPPER"}), service({"port": 80, "targetPort": "way-too-long-a-name"}), service({"port": 80, "targetPort": 0}),
        service({"port": 80, "name": "A"}), service({"port": 80, "name": "a"}, {"port": 80, "name": "b"}), service({"port": 80, "name": "a"}, {"port": 81, "name": "a"}),
        service({"port": 80, "nodePort": 30000}), service({"port": 80, "nodePort": 80}, type="NodePort"), service({"port": 80}, type="X"),
        service({"port": 80}, clusterIP="x"), service({"port": 80}, clusterIP="192.0.2.1"), service({"port": 80}, selector={"a b": "c"}),
        service({"port": 80}, sessionAffinity="X"), service({"port": 80}, externalIPs=["127.0.0.1"]), service(type="ExternalName"),
        service(type="ExternalName", externalName="UPPER_"), service({"port": 80}, clusterIP="None", type="NodePort"), service({"port": 80}, externalTrafficPolicy="Local"),
        service({"port": 80}, ipFamilies=["IPv7"]), service({"port": 80}, loadBalancerSourceRanges=["x"]), service({"port": 80, "appProtocol": "a b"}),
    ],
    "v1 pods": [
        {"spec": {}}, {"spec": {"containers": []}}, {"spec": {"containers": [{"name": "c"}]}}, {"spec": {"containers": [{"image": "x"}]}},
        {"spec": {"containers": [{"name": "C", "image": "x"}]}}, {"spec": {"containers": [{"name": "c", "image": "x"}, {"name": "c", "image": "y"}]}},
        pod(image=" x"), pod(imagePullPolicy="X"), pod(ports=[{"containerPort": 0}]), pod(ports=[{"containerPort": 80, "name": "UPPER"}]),
        pod(ports=[{"containerPort": 80, "protocol": "X"}]), pod(ports=[{"containerPort": 80, "hostPort": 80}, {"containerPort": 81, "hostPort": 80}]),
        pod(env=[{"name": ""}]), pod(env=[{"name": "A=B"}]), pod(env=[{"name": "A", "value": "x", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}]),
        pod(env=[{"name": "A", "valueFrom": {}}]), pod(env=[{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "metadata.nothing"}}}]), pod(env=[{"name": "A", "value": 1}]),
        pod(resources={"limits": {"cpu": "x"}}), pod(resources={"limits": {"cpu": "1"}, "requests": {"cpu": "2"}}), pod(resources={"limits": {"cpu": "-1"}}),
        pod(livenessProbe={}), pod(livenessProbe={"httpGet": {"path": "/"}}), pod(livenessProbe={"httpGet": {"port": 80}, "tcpSocket": {"port": 80}}),
        pod(livenessProbe={"httpGet": {"port": 80}, "periodSeconds": -1}), pod(livenessProbe={"httpGet": {"port": 80}, "successThreshold": 2}),
        pod(readinessProbe={"httpGet": {"port": "nothing-of-this-name"}}), pod(volumeMounts=[{"name": "x", "mountPath": "/x"}]), pod(volumeMounts=[{"name": "x"}]),
        pod(lifecycle={"preStop": {}}), pod(command="x"), pod(nonsense=1),
        {"spec": kind_samples.pod_spec(restartPolicy="X")}, {"spec": kind_samples.pod_spec(dnsPolicy="X")}, {"spec": kind_samples.pod_spec(nodeName="A_")},
        {"spec": kind_samples.pod_spec(terminationGracePeriodSeconds=-1)}, {"spec": kind_samples.pod_spec(activeDeadlineSeconds=0)},
        {"spec": kind_samples.pod_spec(volumes=[{"name": "v"}, {"name": "v"}])}, {"spec": kind_samples.pod_spec(volumes=[{"name": "A"}])},
        {"spec": kind_samples.pod_spec(volumes=[{"name": "v", "emptyDir": {}, "hostPath": {"path": "/"}}])}, {"spec": kind_samples.pod_spec(nodeSelector={"a b": "c"})},
        {"spec": kind_samples.pod_spec(tolerations=[{"operator": "X"}])}, {"spec": kind_samples.pod_spec(serviceAccountName="A_")},
        {"spec": kind_samples.pod_spec(initContainers=[{"name": "c", "image": "x"}])}, {"spec": kind_samples.pod_spec(priorityClassName="nothing-of-this-name")},
    ],
    "apps/v1 deployments": [
        {}, {"spec": {}}, deployment(selector=None), deployment(selector={}), deployment(selector={"matchLabels": {"a b": "c"}}), deployment(template=None),
        deployment(selector={"matchExpressions": [{"key": "a", "operator": "X"}]}), deployment(selector={"matchExpressions": [{"key": "a", "operator": "In"}]}),
        deployment(replicas=-1), deployment(replicas="3"), deployment(replicas=1.5), deployment(replicas=None), deployment(minReadySeconds=-1),
        deployment(progressDeadlineSeconds=5, minReadySeconds=10), deployment(revisionHistoryLimit=-1), deployment(strategy={"type": "X"}),
        deployment(strategy={"type": "Recreate", "rollingUpdate": {"maxSurge": 1}}), surge(maxSurge=-1), surge(maxSurge="x%"), surge(maxSurge="25"),
        surge(maxUnavailable="101%"), surge(maxUnavailable="200%", maxSurge=1), surge(maxSurge=0, maxUnavailable="0%"), surge(maxSurge=True),
        deployment(template={"metadata": {"labels": {"app": "t"}}, "spec": kind_samples.pod_spec()}), deployment(template=kind_samples.template(restartPolicy="Never")),
        deployment(template=kind_samples.template(containers=[{"name": "c"}])), deployment(paused="no"), {"spec": 7},
    ],
    "apps/v1 statefulsets": [
        {"spec": {}}, {"spec": spec_of("apps/v1 statefulsets", serviceName="A_")}, {"spec": spec_of("apps/v1 statefulsets", podManagementPolicy="X")},
        {"spec": spec_of("apps/v1 statefulsets", updateStrategy={"type": "X"})}, {"spec": spec_of("apps/v1 statefulsets", replicas=-1)},
    ],
    "apps/v1 replicasets": [{"spec": {}}, {"spec": spec_of("apps/v1 replicasets", replicas=-1)}, {"spec": spec_of("apps/v1 replicasets", selector={"matchLabels": {"app": "x"}})}],
    "apps/v1 daemonsets": [{"spec": {}}, {"spec": spec_of("apps/v1 daemonsets", updateStrategy={"type": "X"})}],
    "batch/v1 jobs": [
        {"spec": {}}, {"spec": {"template": kind_samples.template()}}, {"spec": spec_of("batch/v1 jobs", parallelism=-1)}, {"spec": spec_of("batch/v1 jobs", completions=-1)},
        {"spec": spec_of("batch/v1 jobs", backoffLimit=-1)}, {"spec": spec_of("batch/v1 jobs", completionMode="X")}, {"spec": spec_of("batch/v1 jobs", selector=kind_samples.SELECTOR)},
    ],
    "batch/v1 cronjobs": [
        {"spec": {}}, {"spec": spec_of("batch/v1 cronjobs", schedule="x")}, {"spec": spec_of("batch/v1 cronjobs", schedule="61 * * * *")},
        {"spec": spec_of("batch/v1 cronjobs", timeZone="No/Where")}, {"spec": spec_of("batch/v1 cronjobs", concurrencyPolicy="X")},
    ],
    "autoscaling/v2 horizontalpodautoscalers": [
        {"spec": {}}, {"spec": spec_of("autoscaling/v2 horizontalpodautoscalers", maxReplicas=0)}, {"spec": spec_of("autoscaling/v2 horizontalpodautoscalers", minReplicas=5)},
        {"spec": spec_of("autoscaling/v2 horizontalpodautoscalers", scaleTargetRef={"kind": "A"})},
        {"spec": spec_of("autoscaling/v2 horizontalpodautoscalers", metrics=[{"type": "X"}])},
        {"spec": spec_of("autoscaling/v2 horizontalpodautoscalers", metrics=[{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization"}}}])},
    ],
    "networking.k8s.io/v1 ingresses": [
        {"spec": {}}, ingress(), ingress(path(pathType=None)), ingress(path(pathType="X")), ingress(path(path="x")), ingress(path(path="")), ingress(path(path="/a//b")),
        ingress(path(path="/a/../b")), ingress(path(path="/%2f")), ingress(path(backend={})), ingress(path(backend={"service": {"name": "s"}})),
        ingress(path(backend={"service": {"name": "A_", "port": {"number": 80}}})), ingress(path(backend={"service": {"name": "s", "port": {"number": 0}}})),
        ingress(path(backend={"service": {"name": "s", "port": {"number": 80, "name": "http"}}})), ingress(path(backend={"service": {"name": "s", "port": {"name": "UP"}}})),
        ingress(path(backend={"service": {"name": "s", "port": {"number": 70000}}})), ingress(path(backend={"serviceName": "s", "servicePort": 80})),
        ingress(path(), host="UPPER.test"), ingress(path(), host="192.0.2.1"), ingress(path(), host="*"), ingress(path(), host="a.*.test"), ingress(path(), host="*.*.test"),
        {"spec": {"defaultBackend": {"service": {"name": "s", "port": {"number": 80}}, "resource": {"kind": "a", "name": "b"}}}},
        {"spec": {"ingressClassName": "A_", "rules": [{"host": "a.test"}]}}, {"spec": {"tls": [{"hosts": ["*"]}], "rules": [{"host": "a.test"}]}}, {"spec": {"backend": {}}},
        {"metadata": {"name": "sample-{{rand}}", "annotations": {"kubernetes.io/ingress.class": "a"}}, "spec": {"ingressClassName": "b", "rules": [{"host": "a.test"}]}},
    ],
    "networking.k8s.io/v1 networkpolicies": [
        {"spec": {"podSelector": {}, "policyTypes": ["X"]}}, {"spec": {"podSelector": {}, "ingress": [{"from": [{}]}]}},
        {"spec": {"podSelector": {}, "ingress": [{"from": [{"ipBlock": {"cidr": "x"}}]}]}}, {"spec": {"podSelector": {}, "ingress": [{"ports": [{"port": 0}]}]}},
    ],
    "discovery.k8s.io/v1 endpointslices": [
        {}, {"addressType": "IPv4"}, {"addressType": "IPv4", "endpoints": [{}]}, {"addressType": "IPv4", "endpoints": [{"addresses": []}]},
        {"addressType": "IPv4", "endpoints": [{"addresses": ["x"]}]}, {"addressType": "IPv4", "endpoints": [{"addresses": ["127.0.0.1"]}]},
        {"addressType": "IPv4", "endpoints": [{"addresses": ["::1"]}]}, {"addressType": "FQDN", "endpoints": [{"addresses": ["A_"]}]},
        {"addressType": "IPv4", "endpoints": [], "ports": [{"port": 80}, {"port": 81}]}, {"addressType": "IPv4", "endpoints": [], "ports": [{"port": 80, "protocol": "X"}]},
    ],
    "v1 endpoints": [
        {"subsets": [{"addresses": [{"ip": "x"}]}]}, {"subsets": [{"addresses": [{"ip": "127.0.0.1"}], "ports": [{"port": 80}]}]}, {"subsets": [{}]},
        {"subsets": [{"addresses": [{"ip": "192.0.2.1"}], "ports": [{"port": 0}]}]}, {"subsets": [{"addresses": [{"ip": "192.0.2.1"}], "ports": [{"port": 80}, {"port": 81}]}]},
    ],
    "v1 persistentvolumeclaims": [
        {"spec": {}}, {"spec": spec_of("v1 persistentvolumeclaims", accessModes=["X"])}, {"spec": spec_of("v1 persistentvolumeclaims", resources={})},
        {"spec": spec_of("v1 persistentvolumeclaims", resources={"requests": {"storage": "-1"}})}, {"spec": spec_of("v1 persistentvolumeclaims", volumeMode="X")},
    ],
    "policy/v1 poddisruptionbudgets": [
        {"spec": {"minAvailable": 1, "maxUnavailable": 1}}, {"spec": {"minAvailable": -1}}, {"spec": {"minAvailable": "x"}}, {"spec": {"minAvailable": "101%"}},
    ],
    "rbac.authorization.k8s.io/v1 roles": [
        {"rules": [{}]}, {"rules": [{"verbs": ["get"]}]}, {"rules": [{"verbs": ["get"], "apiGroups": [""]}]}, {"rules": [{"verbs": ["get"], "nonResourceURLs": ["/x"]}]},
    ],
    "rbac.authorization.k8s.io/v1 rolebindings": [
        {}, {"roleRef": {"kind": "X", "apiGroup": "rbac.authorization.k8s.io", "name": "a"}}, {"roleRef": {"kind": "Role", "name": ""}},
        {"roleRef": {"kind": "Role", "name": "r"}, "subjects": [{"kind": "X", "name": "y"}]}, {"roleRef": {"kind": "Role", "name": "r"}, "subjects": [{"kind": "ServiceAccount", "name": "y"}]},
    ],
    "coordination.k8s.io/v1 leases": [
        {"spec": {"leaseDurationSeconds": 0}}, {"spec": {"leaseTransitions": -1}}, {"spec": {"renewTime": "x"}}, {"spec": {"holderIdentity": ""}}, {"spec": {"renewTime": "2026-01-01T00:00:00Z"}},
    ],
    "v1 events": [{}, {"involvedObject": {"namespace": "elsewhere"}}, {"involvedObject": {"kind": "Pod", "namespace": "{{ns}}"}, "count": "x"}],
    "v1 resourcequotas": [{"spec": {"hard": {"pods": "x"}}}, {"spec": {"hard": {"pods": "-1"}}}, {"spec": {"hard": {"a b": "1"}}}, {"spec": {"hard": {"pods": "0.5"}}}],
    "v1 limitranges": [{"spec": {"limits": [{"type": "Container", "default": {"cpu": "x"}}]}}, {"spec": {"limits": [{}]}},
                       {"spec": {"limits": [{"type": "Container", "min": {"cpu": "2"}, "max": {"cpu": "1"}}]}}],
}
