"""Configurations of the sides: the same hosts, split, header rule and added fields on each."""
import json
import os

CANARY_PERCENT = 10

# What ingress-nginx tells a backend, as nginx says it.
NGINX_FIELDS = {
    "X-Request-ID": "$request_id", "X-Real-IP": "$remote_addr", "X-Forwarded-For": "$remote_addr", "X-Forwarded-Host": "$http_host",
    "X-Forwarded-Port": "$server_port", "X-Forwarded-Proto": "$scheme", "X-Forwarded-Scheme": "$scheme", "X-Scheme": "$scheme",
}
# The line that ingress-nginx writes for each request.
NGINX_LOG = ('$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" '
             '$request_length $request_time [default-$version-80] [] $upstream_addr $upstream_response_length '
             '$upstream_response_time $upstream_status $request_id')


def manifests(scenario, stable_port, canary_port, weight=CANARY_PERCENT):
    """Services without a selector, whose endpoints are the bench's backends, and two Ingresses for each host."""
    documents = [_service("stable", stable_port), _service("canary", canary_port)]
    for number, host in enumerate(scenario.host_names()):
        documents += [_ingress(f"main{number}", host, "stable", ""), _ingress(f"canary{number}", host, "canary", _annotations(weight))]
    return "---\n".join(documents)


def _service(name, port):
    return f"""apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: default}}
spec: {{ports: [{{name: http, port: 80}}]}}
---
apiVersion: v1
kind: Endpoints
metadata: {{name: {name}, namespace: default}}
subsets: [{{addresses: [{{ip: 127.0.0.1}}], ports: [{{name: http, port: {port}}}]}}]
"""


def _annotations(weight):
    prefix = "nginx.ingress.kubernetes.io/canary"
    return f"""
  annotations:
    {prefix}: "true"
    {prefix}-by-header: X-Canary
    {prefix}-weight: "{weight}\""""


def _ingress(name, host, service, annotations):
    return f"""apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {name}
  namespace: default{annotations}
spec:
  ingressClassName: nginx
  rules:
  - host: {host}
    http:
      paths:
      - {{path: /, pathType: Prefix, backend: {{service: {{name: {service}, port: {{number: 80}}}}}}}}
"""


def nginx(scenario, folder, port, stable_port, canary_port):
    fields = "\n".join(f"      proxy_set_header {name} {value};" for name, value in NGINX_FIELDS.items())
    servers = "\n".join(_nginx_server(host, port, first=number == 0, fields=fields)
                        for number, host in enumerate(scenario.host_names()))
    log = f"{folder}/access.log ingress" if scenario.access_log else "off"
    temp = "\n".join(f"  {kind}_temp_path {folder}/temp/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    user = "user root;" if os.geteuid() == 0 else ""  # else its worker may not write below our folder
    return f"""{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log error;
events {{ worker_connections 8192; multi_accept on; }}
http {{
{temp}
  log_format ingress '{NGINX_LOG}';
  access_log {log};
  keepalive_requests 100000000;
  keepalive_timeout 75s;
  split_clients $request_id $drawn {{ {CANARY_PERCENT}% canary; * stable; }}
  map $http_x_canary $version {{ default $drawn; always canary; never stable; }}
  upstream stable {{ server 127.0.0.1:{stable_port}; keepalive 320; keepalive_requests 100000000; }}
  upstream canary {{ server 127.0.0.1:{canary_port}; keepalive 320; keepalive_requests 100000000; }}
{servers}
}}
"""


def _nginx_server(host, port, first, fields):
    return f"""  server {{
    listen 127.0.0.1:{port}{" backlog=4096" if first else ""};
    server_name {host};
    location / {{
      proxy_pass http://$version;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
{fields}
    }}
  }}"""


def haproxy(folder, port, stable_port, canary_port):
    return f"""global
  nbthread 1
  maxconn 8000
defaults
  mode http
  timeout connect 5s
  timeout client 75s
  timeout server 60s
  timeout http-keep-alive 75s
  option http-keep-alive
  http-reuse always
frontend in
  bind 127.0.0.1:{port} backlog 4096
  unique-id-format %[uuid]
  http-request set-header X-Request-ID %[unique-id]
  http-request set-header X-Real-IP %[src]
  http-request set-header X-Forwarded-For %[src]
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  http-request set-header X-Forwarded-Port %[dst_port]
  http-request set-header X-Forwarded-Proto http
  http-request set-header X-Forwarded-Scheme http
  http-request set-header X-Scheme http
  use_backend canary if {{ req.hdr(X-Canary) always }}
  use_backend stable if {{ req.hdr(X-Canary) never }}
  use_backend %[req.hdr(host),lower,map({folder}/hosts.map,none)]
backend split
  balance roundrobin
  server stable 127.0.0.1:{stable_port} weight {100 - CANARY_PERCENT}
  server canary 127.0.0.1:{canary_port} weight {CANARY_PERCENT}
backend stable
  server stable 127.0.0.1:{stable_port}
backend canary
  server canary 127.0.0.1:{canary_port}
backend none
  http-request deny deny_status 404
"""


# What Envoy calls the same; it makes X-Request-ID, X-Forwarded-For and X-Forwarded-Proto itself.
ENVOY_FIELDS = {
    "x-real-ip": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%", "x-forwarded-host": "%REQ(:authority)%",
    "x-forwarded-port": "%DOWNSTREAM_LOCAL_PORT%", "x-forwarded-scheme": "http", "x-scheme": "http",
}


def envoy(scenario, port, stable_port, canary_port):
    """JSON, which it reads as well as YAML."""
    fields = [{"header": {"key": key, "value": value}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}
              for key, value in ENVOY_FIELDS.items()]
    type_url = "type.googleapis.com/envoy.extensions.filters"
    manager = {
        "@type": f"{type_url}.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "in", "codec_type": "HTTP1", "use_remote_address": True,
        "route_config": {"virtual_hosts": [{"name": "app", "domains": scenario.host_names(), "request_headers_to_add": fields,
                                            "routes": _envoy_routes()}]},
        "http_filters": [{"name": "router", "typed_config": {"@type": f"{type_url}.http.router.v3.Router", "suppress_envoy_headers": True}}],
    }
    return json.dumps({"static_resources": {
        "listeners": [{"name": "in", "address": _envoy_address(port), "tcp_backlog_size": 4096,
                       "filter_chains": [{"filters": [{"name": "http", "typed_config": manager}]}]}],
        "clusters": [_envoy_cluster("stable", stable_port), _envoy_cluster("canary", canary_port)]}})


def _envoy_routes():
    def by_header(value, cluster):
        return {"match": {"prefix": "/", "headers": [{"name": "x-canary", "string_match": {"exact": value}}]}, "route": {"cluster": cluster}}
    split = [{"name": "stable", "weight": 100 - CANARY_PERCENT}, {"name": "canary", "weight": CANARY_PERCENT}]
    return [by_header("always", "canary"), by_header("never", "stable"),
            {"match": {"prefix": "/"}, "route": {"weighted_clusters": {"clusters": split}}}]


def _envoy_address(port):
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def _envoy_cluster(name, port):
    endpoint = {"endpoint": {"address": _envoy_address(port)}}
    return {"name": name, "type": "STATIC", "connect_timeout": "5s",
            "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": [endpoint]}]}}
