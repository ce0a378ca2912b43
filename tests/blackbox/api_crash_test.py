#!/usr/bin/env python3
"""kill -9 of a running instance under writes, again and again: what was acknowledged is there, revisions only grow, what a watcher
saw is true, and Pods and traffic come back by themselves.

Environment: GRAYLANE = the program (default build/release/graylane), GRAYLANE_LONG=1 = 200 times instead of 20.
"""
import contextlib
import http.client
import json
import random
import re
import signal
import ssl
import threading
import time
import unittest
import urllib.parse

import cli
import pod
import up

ROUNDS = 200 if up.LONG else 20
WRITERS = 4
HOST = "shop.test"
MAPS = "/api/v1/namespaces/default/configmaps"
PATIENCE_S = 20
KILLED = (OSError, http.client.HTTPException, ValueError)  # what its clients see


def setUpModule():
    cli.path()


class Client:
    """One connection to the API, as an administrator."""

    def __init__(self, state, token):
        server = urllib.parse.urlsplit(re.search(r"server: (\S+)", (state / "kubeconfig").read_text())[1])
        trust = ssl.create_default_context(cafile=str(state / "pki/ca.crt"))
        self.connection = http.client.HTTPSConnection(server.hostname, server.port, timeout=PATIENCE_S, context=trust)
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def ask(self, method, path, body=None):
        """(status, document)."""
        self.connection.request(method, path, json.dumps(body) if body is not None else None, self.headers)
        answer = self.connection.getresponse()
        return answer.status, json.loads(answer.read())

    def events(self, path):
        """Of a watch, until it breaks."""
        self.connection.request("GET", path, headers=self.headers)
        for line in self.connection.getresponse():
            yield json.loads(line)


def revision(document):
    return int(document["metadata"]["resourceVersion"])


class Known:
    """What was acknowledged and seen, over all lives. Threads: each writer has maps of its own."""

    def __init__(self):
        self.acknowledged = {}  # name -> (value, revision)
        self.sent = {}  # name -> values that may have been written, acknowledged or not
        self.seen = {}  # name -> (value, revision), by a watcher
        self.refused = []
        self.number = 0
        self.newest = 0


class Crash(unittest.TestCase):
    def setUp(self):
        self.scratch = up.Scratch("graylane-crash-")
        self.addCleanup(self.scratch.close)
        self.folder, self.state = self.scratch.path / "manifests", self.scratch.path / "state"
        self.folder.mkdir()
        up.write(self.folder / "shop.yaml", [up.deployment("shop", ["python3", pod.__file__]), up.service("shop", selector={"app": "shop"}),
                                             up.ingress("shop", HOST, "shop")])
        self.random = random.Random(7)
        self.known = Known()

    def start(self):
        running = up.Up(self.folder, f"--api=127.0.0.1:{up.free_port()}", "--access-log=off", state=self.state)
        self.addCleanup(running.close)
        return running.ready()

    def write(self, index, token, running, counted):
        """Until the program is gone: makes maps and changes them."""
        with contextlib.suppress(*KILLED), Client(self.state, token) as client:
            while running.process.poll() is None:
                self.write_one(client, index, counted())

    def write_one(self, client, index, number):
        name, value = f"w{index}-{number % 50}", str(number)
        self.known.sent.setdefault(name, set()).add(value)
        document = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"v": value}}
        status, answer = client.ask("PUT", f"{MAPS}/{name}", document)
        if status == 404:
            status, answer = client.ask("POST", MAPS, document)
        if status not in (200, 201):
            self.known.refused.append((status, answer))
        else:
            self.known.acknowledged[name] = (value, revision(answer))

    def watch(self, token):
        with contextlib.suppress(*KILLED), Client(self.state, token) as client:
            for event in client.events(f"{MAPS}?watch=true"):
                if event["type"] in ("ADDED", "MODIFIED"):
                    self.known.seen[event["object"]["metadata"]["name"]] = (event["object"]["data"]["v"], revision(event["object"]))

    def one_life(self, token):
        running = self.start()
        running.wait_status(200, "GET", "/", HOST)
        self.check(token)
        lock, known = threading.Lock(), self.known

        def counted():
            with lock:
                known.number += 1
                return known.number
        threads = [threading.Thread(target=self.write, args=(i, token, running, counted)) for i in range(WRITERS)]
        threads.append(threading.Thread(target=self.watch, args=(token,)))
        for thread in threads:
            thread.start()
        before = known.number
        up.wait_for(lambda: known.number > before + 20, "writes")
        time.sleep(self.random.uniform(0, 0.15))  # when it happens is what this test is about
        running.send_signal(signal.SIGKILL)
        running.wait_exit()
        for thread in threads:
            thread.join(PATIENCE_S)
            self.assertFalse(thread.is_alive())

    def check(self, token):
        known = self.known
        with Client(self.state, token) as client:
            status, listed = client.ask("GET", MAPS)
        self.assertEqual(known.refused, [])
        self.assertEqual(status, 200)
        self.assertGreaterEqual(revision(listed), known.newest, "revisions only grow")
        there = {item["metadata"]["name"]: item for item in listed["items"]}
        for told in (known.acknowledged, known.seen):
            for name, (value, at) in told.items():
                self.assertIn(name, there, f"{value} was told")
                self.assertGreaterEqual(revision(there[name]), at, name)
                if revision(there[name]) == at:
                    self.assertEqual(there[name]["data"]["v"], value)
        for name, item in there.items():
            self.assertIn(item["data"]["v"], known.sent[name], "what nobody has written")
        known.newest = max([revision(listed), *(at for _, at in known.acknowledged.values())])

    def test_what_was_acknowledged_survives(self):
        # In the middle of anything: a sync, a compaction, the start of a Pod.
        self.start().close()
        token = cli.run("token", "--role=admin", "--state", self.state).out.strip()
        for _ in range(ROUNDS):
            self.one_life(token)
        self.start()
        self.check(token)
        self.assertGreater(len(self.known.acknowledged), WRITERS)


if __name__ == "__main__":
    unittest.main()
