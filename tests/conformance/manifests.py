"""Turns one case of the two corpora into Kubernetes objects, request lines and flags.

The meaning of every field of a case is in the `about` part of the corpus files.
"""
import base64
import datetime
import json
import pathlib

import yaml_out

PREFIX = "nginx.ingress.kubernetes.io/"
BASE_TIME = datetime.datetime(2024, 3, 1, 8, 0, 0)
TARGET_PORT = 8080
WELL_KNOWN_PORTS = {"http": 80, "https": 443}
FAKE_PEM = "-----BEGIN {0}-----\nbm90IGEgcmVhbCBvbmU=\n-----END {0}-----\n"


def unreachable(_, service_number, index):
    """Where an endpoint is when nobody will connect to it."""
    return f"10.1.{service_number}.{index + 1}", TARGET_PORT


def objects_of(case, canary_corpus, place=unreachable):
    """All objects of a case. `place(name, service_number, index)` says the address and port of an endpoint."""
    classes = [_class_of(i, canary_corpus) for i in case["ingresses"]]
    out = [_ingress_class(c) for c in sorted({"nginx", *(c for c in classes if c)})]
    out += [_ingress(i, n, c, canary_corpus) for n, (i, c) in enumerate(zip(case["ingresses"], classes))]
    out += _services(case, place)
    out += [_secret(name, s, n) for n, (name, s) in enumerate(case.get("secrets", {}).items())]
    config_maps = dict(case.get("configmaps", {}))
    if "config" in case:
        config_maps["ingress-nginx/ingress-nginx-controller"] = case["config"]
    out += [_object("v1", "ConfigMap", name, data=data) for name, data in config_maps.items()]
    return _namespaces(out) + out


def flags_of(case, canary_corpus):
    """Command line switches that the case asks for."""
    flags = ["--compat=exact", "--ingress-class=nginx", *case.get("flags", [])]
    if case.get("annotationValidation") is False:
        flags.append("--enable-annotation-validation=false")
    if not canary_corpus and _needs_tls(case):
        flags.append("--tls-listener")
    return flags


def request_line(request):
    """One line of the file that `explain --requests` reads."""
    tls = bool(request.get("tls"))
    cookies = request.get("cookies", [])
    headers = list(request.get("headers", []))
    headers += [["Cookie", c] for c in ([cookies] if isinstance(cookies, str) else cookies)]
    line = {
        "method": request.get("method", "GET"),
        "proto": request["proto"].lower() if "proto" in request else "http/1.1",
        "host": request["host"],
        "path": request["path"],
        "headers": headers,
        "client_ip": request.get("from", "192.0.2.10"),
    }
    if tls:
        line["scheme"] = "https"
    return line


def write_directory(folder, objects):
    """One file for each kind; YAML and JSON by turns, so that both readers are used by every case."""
    folder.mkdir(parents=True)
    kinds = {}
    for o in objects:
        kinds.setdefault(o["kind"], []).append(o)
    for n, (kind, group) in enumerate(kinds.items()):
        # Which kinds are JSON depends on the folder's name, so each kind is written both ways over the corpus.
        if (n + len(folder.parent.name)) % 2:
            (folder / f"{kind.lower()}.yaml").write_text(yaml_out.dump_all(group), encoding="utf-8")
            continue
        for m, o in enumerate(group):
            text = json.dumps(o, indent=2, ensure_ascii=m % 2 == 0)
            (folder / f"{kind.lower()}-{m}.json").write_text(text + "\n", encoding="utf-8")


def write_requests(file, lines):
    pathlib.Path(file).write_text("".join(json.dumps(l, ensure_ascii=False) + "\n" for l in lines), encoding="utf-8")


def services_named(case):
    """{"ns/name": ports in the order in which Ingresses name them}; ports are numbers or names."""
    named = {}

    def see(ns, backend):
        if "service" in backend:
            ports = named.setdefault(f"{ns}/{backend['service']}", [])
            port = backend.get("port", 80)
            if port not in ports:
                ports.append(port)

    for ingress in case["ingresses"]:
        ns = ingress.get("ns", "default")
        see(ns, ingress.get("defaultBackend", {}))
        for rule in ingress.get("rules", []):
            for path in rule.get("paths") or []:
                see(ns, path)
    return named


def canary_services(case):
    """Services of the Ingresses that say they are a canary."""
    canaries = [i for i in case["ingresses"] if "canary" in i.get("annotations", {})]
    return set(services_named({"ingresses": canaries}))


def _needs_tls(case):
    return (case["name"].startswith("ssl/") or any("tls" in i for i in case["ingresses"])
            or any(r.get("tls") for r in case.get("requests", [])))


def _object(api_version, kind, name, **rest):
    ns, _, short = name.rpartition("/")
    metadata = {"name": short, **({"namespace": ns} if ns else {}), **rest.pop("metadata", {})}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **rest}


def _namespaces(objects):
    names = {o["metadata"].get("namespace", "default") for o in objects} - {"default"}
    return [_object("v1", "Namespace", n) for n in sorted(names)]


def _ingress_class(name):
    controller = "k8s.io/ingress-nginx" if name == "nginx" else f"example.com/{name}"
    return _object("networking.k8s.io/v1", "IngressClass", name, spec={"controller": controller})


def _class_of(ingress, canary_corpus):
    return "nginx" if canary_corpus else ingress.get("class", "nginx")


def _ingress(ingress, position, class_name, canary_corpus):
    created = BASE_TIME + datetime.timedelta(seconds=ingress.get("created", position))
    metadata = {"creationTimestamp": created.strftime("%Y-%m-%dT%H:%M:%SZ")}
    if ingress.get("annotations"):
        metadata["annotations"] = {k if "/" in k else PREFIX + k: v for k, v in ingress["annotations"].items()}
    spec = {}
    if class_name is not None:
        spec["ingressClassName"] = class_name
    if "defaultBackend" in ingress:
        spec["defaultBackend"] = _backend(ingress["defaultBackend"])
    if ingress.get("rules"):
        spec["rules"] = [_rule(r, canary_corpus) for r in ingress["rules"]]
    if "tls" in ingress:
        spec["tls"] = ingress["tls"]
    name = f"{ingress.get('ns', 'default')}/{ingress['name']}"
    return _object("networking.k8s.io/v1", "Ingress", name, metadata=metadata, spec=spec)


def _rule(rule, canary_corpus):
    out = {"host": rule["host"]} if "host" in rule else {}
    if rule.get("paths") is not None:
        out["http"] = {"paths": [_path(p, canary_corpus) for p in rule["paths"]]}
    return out


def _path(path, canary_corpus):
    out = {"path": path["path"]} if "path" in path else {}
    path_type = path.get("pathType", "Prefix" if canary_corpus else None)
    if path_type is not None:
        out["pathType"] = path_type
    return {**out, "backend": _backend(path)}


def _backend(backend):
    if "resource" in backend:
        given = backend["resource"] if isinstance(backend["resource"], dict) else {}
        return {"resource": {"apiGroup": "example.com", "kind": "Bucket", "name": "static", **given}}
    port = backend.get("port", 80)
    return {"service": {"name": backend["service"], "port": {"name" if isinstance(port, str) else "number": port}}}


def _services(case, place):
    named = services_named(case)
    overrides = case.get("services", {})
    out = []
    for n, name in enumerate(sorted({*named, *overrides})):
        override = overrides.get(name, {})
        if override.get("missing"):
            continue
        places = [place(name, n, i) for i in range(override.get("endpoints", 1))]
        target_port = places[0][1] if places else TARGET_PORT
        ports = _service_ports(override.get("ports", named.get(name, [80])), target_port)
        out.append(_service(name, override, ports, n))
        if override.get("type") != "ExternalName":
            out.append(_endpoint_slice(name, override, ports, [ip for ip, _ in places]))
    return out


def _service_ports(wanted, target_port):
    """Named ports get a number; a port `http` and a port 80 are one and the same."""
    ports = {p: f"p{p}" for p in wanted if isinstance(p, int)}
    for n, name in enumerate(p for p in wanted if isinstance(p, str)):
        ports[WELL_KNOWN_PORTS.get(name, 9000 + n)] = name
    return [{"name": name, "port": port, "protocol": "TCP", "targetPort": target_port}
            for port, name in ports.items()]


def _service(name, override, ports, n):
    spec = {"type": override.get("type", "ClusterIP"), "ports": ports}
    if override.get("type") == "ExternalName":
        spec["externalName"] = override["externalName"]
    elif override.get("headless"):
        spec["clusterIP"] = "None"
    else:
        spec["clusterIP"] = override.get("clusterIP", f"10.96.0.{n + 10}")
    if "appProtocol" in override:
        spec["ports"] = [{**p, "appProtocol": override["appProtocol"]} for p in ports]
    return _object("v1", "Service", name, spec=spec)


def _endpoint_slice(name, override, ports, addresses):
    ready = not override.get("notReady")
    endpoints = [{"addresses": [a], "conditions": {"ready": ready}} for a in addresses]
    return _object(
        "discovery.k8s.io/v1", "EndpointSlice", f"{name}-x7k2p",
        metadata={"labels": {"kubernetes.io/service-name": name.rpartition("/")[2]}},
        addressType="IPv4", endpoints=endpoints,
        ports=[{"name": p["name"], "port": p["targetPort"], "protocol": "TCP"} for p in ports])


def _secret(name, secret, n):
    if secret.get("type") == "tls":
        data = {"tls.crt": FAKE_PEM.format("CERTIFICATE"), "tls.key": FAKE_PEM.format("PRIVATE KEY")}
    elif secret.get("type") == "ca":
        data = {"ca.crt": FAKE_PEM.format("CERTIFICATE")}
    else:
        data = secret["data"]
    kind = "kubernetes.io/tls" if secret.get("type") == "tls" else "Opaque"
    if n % 2:
        return _object("v1", "Secret", name, type=kind, stringData=data)
    encoded = {k: base64.b64encode(v.encode()).decode() for k, v in data.items()}
    return _object("v1", "Secret", name, type=kind, data=encoded)
