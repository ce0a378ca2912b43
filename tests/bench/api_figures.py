"""Figures of one Graylane: how it starts, what it takes, how soon a change has its effect."""
import json
import re
import statistics
import threading
import time

import api_loads
import api_sides
from api_client import Client, Refused, config_maps

up = api_sides.up
OBJECTS = 25_000


def _reads(side, path):
    """Whether the API serves it, to an administrator."""
    try:
        client = Client(side.port, side.token)
    except OSError:
        return False
    try:
        return client.request("GET", path)[0] == 200
    finally:
        client.close()


def _start_ms(side, path):
    """From the program's start to the first answer."""
    begin = time.monotonic()
    side.running = up.Up(side.folder, f"--api=127.0.0.1:{side.port}", "--access-log=off")
    while not _reads(side, path):
        assert side.running.process.poll() is None, side.running.said()
        time.sleep(0.002)
    return (time.monotonic() - begin) * 1e3


def starts(times=5):
    """A first start, which makes certificates too; later ones; memory; then with objects: memory and starts."""
    scratch = up.Scratch("graylane-bench-api-")
    side = api_sides.Graylane(scratch)
    try:
        side.token = "none yet"
        first = _first_start_ms(side)
        side.token = side.command("token", "--role", "admin").strip()
        empty = api_sides.resident_kib(side.pids())
        api_loads.fill(side, "full", OBJECTS)
        full = api_sides.resident_kib(side.pids())
        again = []
        for _ in range(times):
            side.close()
            again.append(_start_ms(side, config_maps("full") + "/o000000"))
        return {"first start, ms": first, "resident when empty, MiB": empty / 1024,
                "memory of an object of 1 KiB, KiB": (full - empty) / OBJECTS, f"start with {OBJECTS} objects, ms": statistics.median(again)}
    finally:
        side.close()
        scratch.close()


def _first_start_ms(side):
    begin = time.monotonic()
    side.running = up.Up(side.folder, f"--api=127.0.0.1:{side.port}", "--access-log=off")
    side.running.serving()
    return (time.monotonic() - begin) * 1e3


def _deployment(name):
    return json.dumps({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": "default"}, "spec": {
        "replicas": 0, "selector": {"matchLabels": {"app": name}},
        "template": {"metadata": {"labels": {"app": name}}, "spec": {"containers": [{"name": "c", "image": "none"}]}}}}).encode()


class _Seen(threading.Thread):
    """When a watch told of an object's creation: name -> time."""

    def __init__(self, side, path, pattern):
        super().__init__(daemon=True)
        self.client, self.pattern, self.at, self.arrived = Client(side.port, side.token), re.compile(pattern), {}, threading.Condition()
        self.client.send("GET", path)
        assert self.client.head()[0] == 200
        self.start()

    def run(self):
        try:
            for chunk in self.client._chunks():
                now = time.time()
                with self.arrived:
                    for match in self.pattern.finditer(chunk):
                        self.at.setdefault(match[1].decode(), now)
                    self.arrived.notify_all()
        except (OSError, ValueError):
            pass  # closed

    def wait(self, name):
        with self.arrived:
            assert self.arrived.wait_for(lambda: name in self.at, 20), f"{name} was not seen"
            return self.at[name]


def reconciles(side, times=200):
    """From the answer to the creation of a Deployment to its ReplicaSet in a watch, ms."""
    client = Client(side.port, side.token)
    seen = _Seen(side, "/apis/apps/v1/replicasets?watch=true&resourceVersion=0", rb'"type":"ADDED".{1,4000}?"name":"(d\d+)-')
    took = []
    for number in range(times):
        client.expect(201, "POST", "/apis/apps/v1/namespaces/default/deployments", _deployment(f"d{number}"))
        answered = time.time()
        took.append(max(0.0, seen.wait(f"d{number}") - answered) * 1e3)
    return took


def _ingress(number):
    to = {"service": {"name": f"s{number % 2}", "port": {"number": 80}}}
    return json.dumps({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "one", "namespace": "default"}, "spec": {
        "ingressClassName": "nginx",
        "rules": [{"host": "a.test", "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": to}]}}]}}).encode()


def effects(side, times=200):
    """From the answer to a change of an Ingress to the metric by which all workers have acknowledged a newer table, ms."""
    client = Client(side.port, side.token)
    for name in ("s0", "s1"):
        client.expect(201, "POST", "/api/v1/namespaces/default/services", json.dumps(up.service(name)).encode())
    path, took = "/apis/networking.k8s.io/v1/namespaces/default/ingresses", []
    client.expect(201, "POST", path, _ingress(0))
    side.running.wait_line("route added")
    for number in range(1, times + 1):
        mark = side.running.mark()
        client.expect(200, "PUT", path + "/one", _ingress(number))
        answered = time.time()
        side.running.wait_line("effective", after=mark)
        took.append((time.time() - answered) * 1e3)
    return took


def large(side, objects=100_000, watchers=5_000):
    """Whether it holds at sizes beyond what anybody compares."""
    begin = time.time()
    api_loads.fill(side, "large", objects)
    filled = time.time() - begin
    listed = api_loads.lists(side, "large", 1)
    if listed["bytes"] < objects * 1024:
        raise Refused("the list is not whole")
    watched = api_loads.watches(side, "many", watchers, 20)
    if watched["lost"]:
        raise Refused(f"{watched['lost']} events were lost")
    return {"creates a second": objects / filled, "list, ms": listed["ms"], "events a second": watched["events_per_s"], "p99, ms": watched["p99_ms"],
            "resident, MiB": api_sides.resident_kib(side.pids()) / 1024}
