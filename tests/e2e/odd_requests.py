"""Requests that are wrong, or that few make: what is asked of lists and watches, of patches, applies and deletes. Each case is one
object and its requests, none of which needs another's outcome."""
MAPS = "/api/v1/namespaces/{{ns}}/configmaps"
ONE = MAPS + "/c1"
DEPLOYMENTS = "/apis/apps/v1/namespaces/{{ns}}/deployments"
MAP = {"metadata": {"name": "c1", "labels": {"t": "x", "n": "5"}}, "data": {"a": "b"}}
CONTAINERS = [{"name": "c", "image": "example.com/c:1", "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}], "ports": [{"containerPort": 80}]},
              {"name": "d", "image": "example.com/d:1"}]
WEB = {"metadata": {"name": "web"}, "spec": {"replicas": 0, "selector": {"matchLabels": {"app": "s"}},
                                             "template": {"metadata": {"labels": {"app": "s"}}, "spec": {"containers": CONTAINERS}}}}


def ask(method, path, **more):
    return {"method": method, "path": path, **more}


def lists(**query):
    return ask("GET", MAPS, query=query)


def watches(**query):
    return ask("GET", MAPS, query={"watch": "true", "timeoutSeconds": "1", **query}, watch={"collect": 3, "timeout_s": 2})


def patches(kind, body, path=ONE, **query):
    """Dry, so that each finds the object as it was."""
    return ask("PATCH", path, headers={"Content-Type": f"application/{kind}"}, body=body, query={"dryRun": "All", "fieldManager": "p", **query})


def json_patch(*operations):
    return patches("json-patch+json", list(operations))


def merge(body, **query):
    return patches("merge-patch+json", body, **query)


def strategic(body, path=ONE):
    return patches("strategic-merge-patch+json", body, path)


def apply(body, path=ONE, **query):
    return patches("apply-patch+yaml", body, path, **query)


def applied(**more):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c1"}, **more}


def deletes(body=None, **query):
    return ask("DELETE", ONE, query={"dryRun": "All", **query}, **({"body": body} if body is not None else {}))


def containers(*items, **more):
    return strategic({"spec": {"template": {"spec": {"containers": list(items), **more}}}}, DEPLOYMENTS + "/web")


def raw(method, path, text, kind="application/json"):
    return ask(method, path, raw=text, headers={"Content-Type": kind}, query={"dryRun": "All"})


def op(name, path, **more):
    return {"op": name, "path": path, **more}


ASKED = {
    "selectors": [lists(labelSelector=text) for text in (
        "t", "!t", "t=x", "t==x", "t!=x", "t in (x)", "t in (x,y)", "t notin (x)", "t notin ()", "t in ()", "t in (x", "n>4", "n<4", "t>1", "n>x", "=x", "t=", ",", "t=x,",
        "t=x,n=5", " t = x ", "x/y/z=1", "a.b/c=1", "t=x=y", "t in x", "-=x", "t=-", "!", "!t,n", "t,!n", "t x", "(t=x)")],
    "fields": [lists(fieldSelector=text) for text in (
        "metadata.name=c1", "metadata.name==c1", "metadata.name!=c1", "metadata.namespace={{ns}}", "metadata.name=c1,metadata.namespace={{ns}}", "metadata.name",
        "metadata.name=", "data.a=b", "metadata.labels.t=x", "a=b=c", "=c1", ",", "metadata.uid=x", "metadata.name in (c1)", "spec.nodeName=x")],
    "lists": [
        lists(limit="0"), lists(limit="-1"), lists(limit="x"), lists(limit="1"), {**lists(), "query": {"continue": "x"}}, {**lists(), "query": {"continue": "eyJ2IjoiIn0"}},
        lists(resourceVersion="-1"), lists(resourceVersion="x"), lists(resourceVersion="0"), lists(resourceVersion="1", resourceVersionMatch="X"),
        lists(resourceVersionMatch="Exact"), lists(resourceVersionMatch="NotOlderThan"), lists(resourceVersion="0", resourceVersionMatch="NotOlderThan"),
        lists(resourceVersion="0", resourceVersionMatch="Exact"), lists(resourceVersion="0", limit="1"), lists(timeoutSeconds="x"), lists(timeoutSeconds="-1"),
        lists(watch="0"), lists(watch="false"), lists(pretty="true"), lists(pretty="x"), lists(sendInitialEvents="true"), lists(allowWatchBookmarks="true"), lists(nonsense="1"), lists(dryRun="All"),
        lists(fieldManager="x"), ask("GET", ONE, query={"resourceVersion": "x"}), ask("GET", ONE, query={"resourceVersion": "0"}),
    ],
    "watches": [
        watches(resourceVersion="x"), watches(sendInitialEvents="true"), watches(sendInitialEvents="x"), watches(resourceVersionMatch="NotOlderThan"),
        watches(sendInitialEvents="true", resourceVersionMatch="Exact"), watches(sendInitialEvents="true", resourceVersionMatch="NotOlderThan"),
        watches(sendInitialEvents="false", resourceVersionMatch="NotOlderThan"), watches(sendInitialEvents="true", resourceVersionMatch="NotOlderThan", allowWatchBookmarks="true"),
        watches(sendInitialEvents="true", resourceVersionMatch="NotOlderThan", allowWatchBookmarks="true", resourceVersion="0"),
        watches(sendInitialEvents="true", resourceVersionMatch="NotOlderThan", limit="1"), {**watches(), "query": {"watch": "true", "continue": "x"}},
        watches(), watches(resourceVersion="0"), watches(labelSelector="t=y"), watches(labelSelector="="), watches(fieldSelector="x=y"), watches(allowWatchBookmarks="true", fieldSelector="metadata.name=c1"),
        watches(timeoutSeconds="x"), watches(resourceVersion="1"), watches(watch="x"), watches(watch="1"),
    ],
    "json-patches": [
        json_patch(), json_patch(op("add", "/data/x", value="1")), json_patch(op("add", "/data/x")), json_patch(op("add", "/data/x", value=1)), json_patch(op("replace", "/data/x", value="1")),
        json_patch(op("remove", "/data/x")), json_patch(op("remove", "/data")), json_patch(op("add", "/nothing/x", value="1")), json_patch(op("test", "/data/a", value="b")),
        json_patch(op("test", "/data/a", value="c")), json_patch(op("test", "/data/x", value=None)), json_patch(op("copy", "/data/x", **{"from": "/data/a"})),
        json_patch(op("move", "/data/x", **{"from": "/data/a"})), json_patch(op("move", "/data/x", **{"from": "/data/q"})), json_patch(op("copy", "/data/x")), json_patch({"op": "add"}),
        json_patch(op("nothing", "/data/x")), json_patch(op("add", "data/x", value="1")), json_patch(op("add", "", value={})), json_patch(op("replace", "/metadata/name", value="z")),
        json_patch(op("remove", "/metadata/labels/t")), json_patch(op("add", "/metadata/finalizers/-", value="a.b/c")), json_patch(op("add", "/metadata/finalizers", value=["a.b/c"])),
        json_patch(op("add", "/metadata/finalizers/0", value="a.b/c")), json_patch(op("replace", "/kind", value="Secret")), json_patch(op("remove", "/metadata/managedFields")),
        json_patch(op("replace", "/metadata/managedFields", value=[])), json_patch(op("replace", "/metadata/managedFields", value=[{}])), json_patch(op("add", "/nonsense", value=1)),
        raw("PATCH", ONE, "{}", "application/json-patch+json"), raw("PATCH", ONE, "[", "application/json-patch+json"), raw("PATCH", ONE, "", "application/json-patch+json"),
        raw("PATCH", ONE, "null", "application/json-patch+json"), raw("PATCH", ONE, "[1]", "application/json-patch+json"),
    ],
    "merge-patches": [
        merge({}), merge({"data": None}), merge({"data": {"a": None}}), merge({"data": {"a": None, "b": "c"}}), merge({"data": {"a": 1}}), merge({"data": []}), merge({"metadata": None}),
        merge({"metadata": {"labels": None}}), merge({"metadata": {"name": "z"}}), merge({"metadata": {"namespace": "z"}}), merge({"metadata": {"uid": "z"}}),
        merge({"metadata": {"resourceVersion": "1"}}), merge({"metadata": {"resourceVersion": ""}}), merge({"metadata": {"creationTimestamp": None}}), merge({"metadata": {"generation": 9}}),
        merge({"metadata": {"ownerReferences": [{"apiVersion": "v1", "kind": "ConfigMap", "name": "o", "uid": "u"}]}}), merge({"metadata": {"managedFields": []}}),
        merge({"metadata": {"managedFields": None}}), merge({"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}}), merge({"kind": "Secret"}), merge({"apiVersion": "v2"}),
        merge({"apiVersion": "v1", "kind": "ConfigMap"}), merge({"nonsense": 1}), merge({"nonsense": 1}, fieldValidation="Strict"), merge({"nonsense": 1}, fieldValidation="Warn"),
        merge({"nonsense": 1}, fieldValidation="X"), merge({}, force="true"), merge({}, fieldManager="x" * 129), merge({}, fieldManager="a\nb"), merge({"immutable": True}),
        raw("PATCH", ONE, "[]", "application/merge-patch+json"), raw("PATCH", ONE, '"x"', "application/merge-patch+json"), raw("PATCH", ONE, "", "application/merge-patch+json"),
        raw("PATCH", ONE, '{"data":{"a":"1","a":"2"}}', "application/merge-patch+json"), raw("PATCH", ONE, "data: {a: yaml}", "application/merge-patch+json"),
        raw("PATCH", ONE, "{}", "text/plain"), raw("PATCH", ONE, "{}", ""), raw("PATCH", ONE, "{}", "application/merge-patch+json; charset=utf-8"),
    ],
    "strategic-patches": [
        strategic({"data": {"$patch": "replace", "z": "1"}}), strategic({"data": {"$patch": "delete"}}), strategic({"$patch": "nothing"}), strategic({"data": {"$patch": "nothing"}}),
        strategic({"$patch": "delete"}), strategic({"$retainKeys": ["metadata"], "metadata": {}}), strategic({"metadata": {"$deleteFromPrimitiveList/finalizers": ["x"]}}),
        strategic({"metadata": {"finalizers": ["a.b/c"]}}), strategic([]), strategic({"metadata": {"labels": {"$patch": "replace", "z": "1"}}}),
        containers({"name": "c", "image": "example.com/c:2"}), containers({"name": "e", "image": "example.com/e:1"}), containers({"image": "example.com/c:2"}),
        containers({"name": "c", "$patch": "delete"}), containers({"$patch": "delete"}), containers({"$patch": "replace"}, {"name": "z", "image": "z"}), containers({"$patch": "replace"}),
        containers({"name": "nothing", "$patch": "delete"}), containers({"name": "c", "env": [{"name": "A", "$patch": "delete"}]}), containers({"name": "c", "env": [{"name": "B", "value": "3"}, {"name": "Z"}]}),
        containers({"name": "c", "env": None}), containers({"name": "c", "ports": [{"containerPort": 80, "name": "http"}]}), containers({"name": "c", "ports": [{"containerPort": 81}]}),
        containers({"name": "c", "command": ["x"]}), containers({"name": "c"}, **{"$setElementOrder/containers": [{"name": "d"}, {"name": "c"}]}),
        containers({"name": "e", "image": "e"}, **{"$setElementOrder/containers": [{"name": "e"}, {"name": "c"}, {"name": "d"}]}), containers("c"), containers({"name": 7}),
        strategic({"spec": {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}}, DEPLOYMENTS + "/web"), strategic({"spec": {"selector": {"matchLabels": {"z": "1"}}}}, DEPLOYMENTS + "/web"),
        strategic({"spec": {"replicas": None}}, DEPLOYMENTS + "/web"), strategic({"spec": {"template": None}}, DEPLOYMENTS + "/web"), strategic({"spec": {"replicas": "x"}}, DEPLOYMENTS + "/web"),
    ],
    "applies": [
        apply(applied()), apply(applied(data={"b": "1"})), apply(applied(data={"a": "1"})), apply(applied(data={"a": "1"}), force="true"), apply(applied(data={"a": "b"})), apply(applied(data=None)),
        apply(applied(data={"a": None})), apply(applied(nonsense=1)), apply({**applied(), "metadata": {"name": "z"}}), apply({**applied(), "metadata": {"name": "c1", "namespace": "z"}}),
        apply({**applied(), "metadata": {}}), apply({**applied(), "metadata": {"name": "c1", "managedFields": [{}]}}), apply({**applied(), "metadata": {"name": "c1", "managedFields": []}}),
        apply({**applied(), "metadata": {"name": "c1", "uid": "x"}}), apply({**applied(), "metadata": {"name": "c1", "resourceVersion": "1"}}), apply({**applied(), "kind": "Secret"}),
        apply({**applied(), "apiVersion": "v2"}), apply({"metadata": {"name": "c1"}}), apply(applied(), fieldManager=""), apply(applied(), fieldManager="x" * 129), apply(applied(), force="x"),
        apply({**applied(), "metadata": {"name": "new"}}, MAPS + "/new"), apply({**applied(), "metadata": {"name": "new", "uid": "x"}}, MAPS + "/new"),
        apply({**applied(), "metadata": {"name": "new", "resourceVersion": "1"}}, MAPS + "/new"), apply({**applied(), "metadata": {"name": "c1", "labels": {"t": "y"}}}),
        apply({**applied(), "metadata": {"name": "c1", "ownerReferences": [{"apiVersion": "v1", "kind": "A", "name": "o", "uid": "u"}]}}), raw("PATCH", ONE, "a: [", "application/apply-patch+yaml"),
        raw("PATCH", ONE, "", "application/apply-patch+yaml"), raw("PATCH", ONE, "[]", "application/apply-patch+yaml"),
        apply({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {"replicas": 3}}, DEPLOYMENTS + "/web"),
        apply({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {"template": {"spec": {"containers": [{"name": "c", "image": "x"}]}}}}, DEPLOYMENTS + "/web"),
        apply({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {"template": {"spec": {"containers": [{"name": "e", "image": "x"}]}}}}, DEPLOYMENTS + "/web"),
        apply({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {"template": {"spec": {"containers": [{"image": "x"}]}}}}, DEPLOYMENTS + "/web"),
        apply({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {"template": {"spec": {"containers": "x"}}}}, DEPLOYMENTS + "/web"),
        apply({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "status": {"replicas": 1}}, DEPLOYMENTS + "/web"),
    ],
    "deletes": [
        deletes(), deletes({}), deletes({"kind": "DeleteOptions", "apiVersion": "v1"}), deletes({"kind": "DeleteOptions", "apiVersion": "meta.k8s.io/v1"}), deletes({"kind": "X", "apiVersion": "v1"}),
        deletes({"apiVersion": "v9"}), deletes({"propagationPolicy": "X"}), deletes(propagationPolicy="X"), deletes(propagationPolicy="Foreground"), deletes({"propagationPolicy": "Orphan"}),
        deletes({"orphanDependents": True, "propagationPolicy": "Orphan"}), deletes({"gracePeriodSeconds": -1}), deletes(gracePeriodSeconds="-1"), deletes(gracePeriodSeconds="x"),
        deletes({"preconditions": {"resourceVersion": "1"}}), deletes({"preconditions": {"uid": ""}}), deletes({"nonsense": 1}), deletes({"dryRun": ["X"]}), deletes({"gracePeriodSeconds": "x"}),
        deletes([]), raw("DELETE", ONE, "{"), raw("DELETE", ONE, "x: y", "application/yaml"), raw("DELETE", ONE, "{}", "text/plain"), deletes(orphanDependents="x"),
        ask("DELETE", MAPS, query={"dryRun": "All", "labelSelector": "t=x"}), ask("DELETE", MAPS, query={"dryRun": "All", "labelSelector": "="}), ask("DELETE", MAPS, query={"dryRun": "All", "fieldSelector": "metadata.name=no"}),
        ask("DELETE", MAPS, body={"kind": "DeleteOptions", "apiVersion": "v1", "dryRun": ["All"]}), ask("DELETE", MAPS + "/no"),
    ],
    "puts": [
        ask("PUT", ONE, body=body, query={"dryRun": "All"}) for body in (
            MAP, {"data": {}}, {"metadata": {}}, {"metadata": {"name": "z"}}, {"metadata": {"name": "c1", "namespace": "z"}}, {"metadata": {"name": "c1", "resourceVersion": "1"}},
            {"metadata": {"name": "c1", "resourceVersion": "x"}}, {"metadata": {"name": "c1", "uid": "x"}}, {"kind": "Secret", "metadata": {"name": "c1"}}, {"metadata": {"name": "c1"}, "nonsense": 1},
            {"metadata": {"name": "c1", "managedFields": []}}, {"metadata": {"name": "c1", "deletionTimestamp": "2026-01-01T00:00:00Z"}}, {"metadata": {"name": "c1", "generation": 7}}, [], "x", None)
    ] + [ask("PUT", MAPS + "/new", body={"metadata": {"name": "new"}}, query={"dryRun": "All"}), ask("PUT", MAPS, body=MAP), ask("PUT", DEPLOYMENTS + "/new", body={**WEB, "metadata": {"name": "new"}}),
         ask("PUT", DEPLOYMENTS + "/web/scale", body={"metadata": {"name": "web"}, "spec": {"replicas": -1}}), ask("PUT", DEPLOYMENTS + "/web/scale", body={"metadata": {"name": "z"}, "spec": {"replicas": 1}}),
         ask("PUT", DEPLOYMENTS + "/web/scale", body={"spec": {"replicas": 1}}), ask("PUT", DEPLOYMENTS + "/no/scale", body={"metadata": {"name": "no"}, "spec": {"replicas": 1}}),
         ask("PATCH", DEPLOYMENTS + "/web/scale", headers={"Content-Type": "application/merge-patch+json"}, body={"spec": {"replicas": "x"}}),
         ask("PATCH", DEPLOYMENTS + "/web/scale", headers={"Content-Type": "application/merge-patch+json"}, body={"spec": {"replicas": 2}}),
         ask("GET", DEPLOYMENTS + "/web/scale"), ask("GET", DEPLOYMENTS + "/web/status"), ask("DELETE", DEPLOYMENTS + "/web/scale"), ask("DELETE", DEPLOYMENTS + "/web/status")],
    "paths": [ask(*one.split()) for one in (
        f"GET {ONE}/status", f"GET {ONE}/scale", f"GET {ONE}/nothing", f"GET {ONE}/", f"GET {MAPS}/", f"GET {MAPS}//c1", "GET /api/v1/namespaces/{{ns}}/nothings", "GET /api/v1/nothings", "GET /api/v2",
        "GET /apis/nothing", "GET /apis/nothing/v1", "GET /apis/apps", "GET /apis/apps/", "GET /apis/apps/v2", "GET /apis/apps/v1/", "GET /api/", "GET /apis/", "GET /api/v1/", "GET /nothing", "GET /",
        "GET /api/v1/namespaces/{{ns}}", "GET /api/v1/namespaces/{{ns}}/", "GET /api/v1/namespaces/no", "POST /api/v1/namespaces/no/configmaps", "GET /api/v1/Namespaces", "GET /api/v1/namespaces/{{ns}}/Configmaps",
        f"PUT {MAPS}", f"PATCH {MAPS}", f"POST {ONE}", "DELETE /api/v1", "POST /version", "DELETE /api/v1/namespaces", "GET /api/v1/nodes/no/proxy", "GET /api/v1/namespaces/{{ns}}/pods/no/log",
        "GET /api/v1/namespaces/{{ns}}/pods/no/exec", "GET /openapi/v3/nothing", "GET /openapi", "GET /healthz/", "GET /healthz/nothing", "GET /readyz/ping", "GET /livez/ping", "GET /api/v1/watch/nothings",
        "GET /apis/apps/v1/watch", "GET /api/v1/namespaces/{{ns}}/pods/no/eviction", "POST /api/v1/namespaces/{{ns}}/pods/no/eviction", "GET /swaggerapi", "GET /openapi/v2/", "GET /version/",
        "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "GET /apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "GET /apis/extensions/v1beta1/nothings")],
    "bodies": [raw("POST", MAPS, text, kind) for text, kind in (
        ("", "application/json"), ("{", "application/json"), ("[]", "application/json"), ('"x"', "application/json"), ("null", "application/json"), ("{} {}", "application/json"), ("7", "application/json"),
        ('{"metadata":{"name":"x"}} trailing', "application/json"), ('{"metadata":{"name":"x"},"data":{"a":"\\ud800"}}', "application/json"), ('{"metadata":{"name":"x",}}', "application/json"),
        ("metadata: {name: x}", "application/json"), ("metadata: {name: x}", "application/yaml"), ("a: b: c", "application/yaml"), ("- x", "application/yaml"), ("", "application/yaml"),
        ("metadata: {name: x}\n---\nmetadata: {name: y}", "application/yaml"), ("metadata: {name: x}\ndata: {a: yes}", "application/yaml"), ("metadata: {name: x}\ndata: {a: 012}", "application/yaml"),
        ("{}", "text/plain"), ("{}", "application/cbor"), ("{}", "application/json; charset=latin1"), ("{}", "nonsense"), ("{}", "application/vnd.kubernetes.protobuf"), ("k8s\x00", "application/vnd.kubernetes.protobuf"),
        ('{"METADATA":{"NAME":"x"}}', "application/json"), ('{"metadata":{"Name":"x"}}', "application/json"), ('{"kind":"configmap","metadata":{"name":"x"}}', "application/json"),
        ('{"apiVersion":"V1","kind":"ConfigMap","metadata":{"name":"x"}}', "application/json"), ('{"kind":"List","apiVersion":"v1","items":[]}', "application/json"))],
    "accepts": [ask("GET", path, headers={"Accept": accept}) for path in (ONE, MAPS) for accept in (
        "*/*", "application/*", "text/html, */*", "text/html", "application/json;q=0.5, application/yaml", "application/json;as=Table;g=meta.k8s.io;v=v1", "application/json;as=Table;g=meta.k8s.io;v=v2",
        "application/json;as=Nothing;g=meta.k8s.io;v=v1", "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1", "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
        "application/json;as=Table;g=meta.k8s.io;v=v1beta1", "application/json;stream=watch", "application/cbor, application/json", "")],
    "creates": [ask("POST", MAPS, body={"metadata": {"name": "n"}}, query={"dryRun": "All", **query}) for query in (
        {"dryRun": "X"}, {"dryRun": ""}, {"dryRun": ["All", "X"]}, {"fieldManager": "x" * 128}, {"fieldManager": "x" * 129}, {"fieldManager": "a\tb"}, {"fieldValidation": "X"}, {"fieldValidation": ""},
        {"pretty": "1"}, {"force": "true"}, {"nonsense": "x"}, {"timeoutSeconds": "x"})] + [
        ask("POST", MAPS, body={"metadata": {"name": "n"}}, query={"dryRun": "All"}, headers={"Accept": accept}) for accept in ("application/json;as=Table;g=meta.k8s.io;v=v1", "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1", "application/yaml")],
}
