"""Plays a case of the corpora on the wire: real servers as endpoints, a running gateway, requests as bytes.

Each case gets a gateway of its own, which takes some 20 ms. It has one worker, as the observed ingress-nginx had, so that turns
are strict.
"""
import json
import os
import pathlib
import re
import shutil
import sys
import threading
import time
import unittest

sys.path.insert(1, str(pathlib.Path(__file__).resolve().parents[1] / "blackbox"))

import http1  # noqa: E402
import manifests  # noqa: E402
import program  # noqa: E402
import up  # noqa: E402
import upstream  # noqa: E402
import yaml_out  # noqa: E402

# Addresses of the corpus, which no machine has -> loopback addresses that stand for them.
STAND_INS = {"192.0.2.": "127.51.2.", "198.51.100.": "127.53.100.", "203.0.113.": "127.52.113.", "10.40.0.1": "127.0.0.1"}
CLIENT = "192.0.2.10"


def on_this_machine(value):
    """A case, or a part of it, with addresses that can be used here."""
    text = json.dumps(value)
    for there, here in STAND_INS.items():
        text = text.replace(there, here)
    return json.loads(text)


class Exchange:
    """One request of a case: the answer, or how it ended without one, and what the endpoints saw."""

    def __init__(self):
        self.response, self.broken, self.seconds, self.backends = None, None, 0.0, []

    def __repr__(self):
        seen = "".join(f"\n          {b!r}" for b in self.backends) or " nothing"
        return f"{self.response if self.response else self.broken} after {self.seconds:.2f} s; endpoints saw:{seen}"


class Gateway:
    """The servers behind a gateway, and the gateway of the present case."""

    def __init__(self, folder):
        self.folder = folder
        self.servers = upstream.Servers()
        self.endpoints, self.holes, self.up = [], [], None

    def close(self):
        self.remove()
        self.servers.close()

    def install(self, case, canary_corpus, *extra):
        """Serves the case, with its endpoints listening."""
        self.remove()
        shutil.rmtree(self.folder / "state", ignore_errors=True)  # objects outlive the program, and cases have nothing in common
        objects = manifests.objects_of(case, canary_corpus, self._start_endpoints(case))
        up.write(self.folder / "manifests" / "case.yaml", yaml_out.dump_all(objects))
        flags = [f for f in manifests.flags_of(case, canary_corpus) if f != "--tls-listener"]  # TLS is not played here
        self.up = up.Up(self.folder / "manifests", *flags, *extra, "--access-log=off", state=self.folder / "state", workers=1)
        self.up.serving()

    def remove(self):
        if self.up:
            self.up.close()
        for hole in self.holes:
            hole.close()
        self.servers.drop(self.endpoints)
        self.endpoints, self.holes, self.up = [], [], None

    def _start_endpoints(self, case):
        overrides = case.get("services", {})
        def place(name, _, index):
            override = overrides.get(name, {})
            address = self.servers.address()
            if override.get("blackhole"):
                self.holes.append(upstream.BlackHole(address))
            elif not override.get("refuse") and index >= override.get("refuseFirst", 0):
                told = override.get("respondByEndpoint", {}).get(str(index), override.get("respond"))
                self.endpoints.append(self.servers.endpoint(told, f"{name}#{index}", address))
            return address
        return place

    def received(self):
        """Everything the endpoints saw, in order."""
        return sorted((r for e in self.endpoints for r in e.received), key=lambda r: r.at)

    def draw(self, request, count):
        """Asks `count` times on one connection; how often each endpoint, or the gateway with a status, answered."""
        before = {e.name: len(e.received) for e in self.endpoints}
        statuses = []
        with self.up.connect(source=on_this_machine(request.get("from", CLIENT))) as connection:
            for n in range(count):
                connection.send(request_bytes(request, close=n == count - 1))
                statuses.append(connection.answer(request.get("method", "GET")).status)
        answered = {e.name.partition("#")[0]: len(e.received) - before[e.name] for e in self.endpoints if len(e.received) > before[e.name]}
        return statuses, answered

    def play(self, request, jar):
        """The exchanges of one request of a case, as many as it repeats."""
        time.sleep(request.get("wait", 0))
        count = request.get("concurrent", request.get("repeat", 1))
        exchanges = [Exchange() for _ in range(count)]
        if "concurrent" in request:
            threads = [threading.Thread(target=self._exchange, args=(request, e, jar)) for e in exchanges]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        else:
            for exchange in exchanges:
                before = len(self.received())
                self._exchange(request, exchange, jar)
                exchange.backends = self.received()[before:]
        time.sleep(request.get("settle", 0))
        return exchanges

    def _exchange(self, request, exchange, jar):
        begin = time.monotonic()
        method = request.get("method", "GET")
        try:
            with self.up.connect(source=request.get("from", on_this_machine(CLIENT)), timeout=request.get("timeout", 40)) as connection:
                head, _, body = request_bytes(request, jar=jar).partition(b"\r\n\r\n")
                if "pauseBeforeBody" in request:
                    connection.send(head + b"\r\n\r\n")
                    time.sleep(request["pauseBeforeBody"])
                    connection.try_send(body)
                else:
                    connection.try_send(head + b"\r\n\r\n" + body)
                exchange.response = connection.answer(method)
        except (OSError, http1.Closed, http1.Malformed) as e:
            exchange.broken = e
        exchange.seconds = time.monotonic() - begin
        for cookie in exchange.response.all("Set-Cookie") if exchange.response else []:
            name, _, value = cookie.partition(";")[0].partition("=")
            jar[name] = value


def request_bytes(request, jar=None, close=True):
    if "raw" in request:
        return request["raw"].encode("latin-1")
    headers = [tuple(h) for h in request.get("headers", [])]
    cookies = request.get("cookies", [])
    headers += [("Cookie", c) for c in ([cookies] if isinstance(cookies, str) else cookies)]
    if request.get("jar") and jar:
        headers.append(("Cookie", "; ".join(f"{n}={v}" for n, v in jar.items())))
    if close and not any(n.lower() == "connection" for n, _ in headers):
        headers.append(("Connection", "close"))
    body = b"x" * request["bodySize"] if "bodySize" in request else request["body"].encode() if "body" in request else None
    how = {"chunks": [body or b""]} if request.get("chunked") else {"body": body}
    return http1.request(request.get("method", "GET"), request["path"], request.get("host"), headers, version=request.get("proto", "HTTP/1.1"), **how)


def verdict_of(check, *arguments):
    """What a check says, or what it stumbled over."""
    try:
        return check(*arguments)
    except http1.Malformed as e:
        return str(e)


def load(file):
    """The cases of a corpus of this folder."""
    return json.loads((pathlib.Path(__file__).resolve().parent / file).read_text(encoding="utf-8"))["cases"]


class WireTest(unittest.TestCase):
    """Cases of a corpus on the wire, with one gateway at a time; test methods are generated."""

    cases = {}

    @classmethod
    def setUpClass(cls):
        program.path()
        workspace = program.Workspace()
        cls.addClassCleanup(workspace.close)
        cls.gateway = Gateway(workspace.folder)
        cls.addClassCleanup(cls.gateway.close)

    @classmethod
    def add(cls, name, function, prefix="test_"):
        """A test method for the case of that name; some names differ in a sign only, such as +50 and 50."""
        method = prefix + re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")
        while hasattr(cls, method):
            method += "_"
        function.__doc__ = f"on the wire: {name}"
        setattr(cls, method, function)

    def refuse(self, case, wrong, request, *more):
        """Fails with all that is needed to play the case by hand; empty lines of `more` are left out."""
        kept = keep_objects(self.gateway, case["name"])
        lines = [case["name"], wrong, f"request: {json.dumps(request, ensure_ascii=False)[:3000]}",
                 *(f"ingress: {json.dumps(i, ensure_ascii=False)}" for i in case["ingresses"]),
                 *filter(None, more), f"program: {' '.join(self.gateway.up.command)}"]
        self.fail("\n".join([*lines, *([f"objects: {kept}"] if kept else [])]))


def keep_objects(gateway, name):
    """A copy of a case's objects, for a failure's message; None unless GRAYLANE_KEEP is set."""
    kept = os.environ.get("GRAYLANE_KEEP")
    if not kept:
        return None
    target = pathlib.Path(kept) / (re.sub(r"[^A-Za-z0-9]+", "_", name) + ".yaml")
    shutil.copyfile(gateway.folder / "manifests" / "case.yaml", target)
    return target
