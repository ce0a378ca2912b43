#!/usr/bin/env python3
"""Pods that have to go: `kubectl drain` on the one node that there is, and PodDisruptionBudgets, which hold for everybody who evicts.

Environment: GRAYLANE = the program (default build/release/graylane), KUBECTL = the client (default kubectl; Debian's package is
kubernetes-client).
"""
import http.client
import json
import re
import signal
import ssl
import unittest
import urllib.parse

import api_test
import kubectl_schema_test
import up

NODE = "graylane"
PODS = "/api/v1/namespaces/default/pods"
SLEEP = ["sleep", "1000"]


def setUpModule():
    api_test.setUpModule()


def budget(name, app, **spec):
    return {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": name},
            "spec": {"selector": {"matchLabels": {"app": app}}, **spec}}


class EvictionTest(api_test.ApiTest):
    def setUp(self):
        super().setUp()
        self.up = self.start()

    def run_shop(self, replicas):
        self.apply([up.deployment("shop", SLEEP, replicas=replicas, port=None, readiness=None, grace=1)])
        self.wait_ready(replicas)

    def ready(self):
        return int(self.ok("get", "deploy", "shop", "-o", "jsonpath={.status.readyReplicas}") or 0)

    def wait_ready(self, count):
        up.wait_for(lambda: self.ready() == count, lambda: f"{count} ready\n{self.ok('get', 'pods', '-o', 'wide')}", api_test.PATIENCE_S)

    def pods(self, *flags):
        return sorted(self.ok("get", "pods", "-l", "app=shop", "-o", "name", *flags).split())

    def drain(self, *flags):
        return self.kubectl("drain", NODE, "--ignore-daemonsets", "--force", "--timeout=40s", *flags)


class Drain(EvictionTest):
    def test_pods_come_back_after_uncordon(self):
        # On one node the new Pod has nowhere to go: it waits, says why, and runs when the node is back.
        self.run_shop(1)
        before = self.pods()
        done = self.drain()
        self.assertEqual(done.returncode, 0, done)
        self.assertIn("evicting pod default/shop-", done.stdout + done.stderr)
        self.assertRegex(done.stdout, rf"node/{NODE} (drained|evicted)")
        waiting = up.wait_for(lambda: self.pods("--field-selector=status.phase=Pending"), "a Pod that waits")
        self.assertNotEqual(waiting, before)
        up.wait_for(lambda: "unschedulable" in self.ok("describe", *waiting), "why it waits")
        self.assertEqual(self.ready(), 0)
        self.ok("uncordon", NODE)
        self.wait_ready(1)
        self.assertEqual(self.pods(), waiting)

    def test_a_restart_starts_what_ran_on_a_cordoned_node(self):
        # A kubelet does not ask whether its node is cordoned; only new Pods wait. Else a node that is kept free of new ones is
        # without a service after a crash.
        self.run_shop(2)
        self.ok("run", "own", "--image=example.com/any:1", "--command", "--", *SLEEP)
        self.ok("wait", "pod/own", "--for=condition=Ready", "--timeout=20s")
        self.ok("cordon", NODE)
        self.assertIn("node.kubernetes.io/unschedulable:NoSchedule", self.ok("describe", "node", NODE))
        self.ok("scale", "deploy/shop", "--replicas=3")
        for end in (signal.SIGTERM, signal.SIGKILL):
            waiting = up.wait_for(lambda: self.pods("--field-selector=status.phase=Pending"), "a Pod that waits")
            self.assertEqual(len(waiting), 1)
            up.wait_for(lambda: "unschedulable" in self.ok("describe", *waiting), "why it waits")
            self.up.send_signal(end)
            self.up.wait_exit()
            self.up = self.start()
            self.wait_ready(2)
            self.ok("wait", "pod/own", "--for=condition=Ready", "--timeout=20s")
        self.ok("uncordon", NODE)
        self.wait_ready(3)
        up.wait_for(lambda: "unschedulable" not in self.ok("describe", "node", NODE), "no taint")

    def test_a_budget_stops_it(self):
        # Falling back to plain deletion would end what people protected.
        self.run_shop(2)
        self.apply([budget("shop", "shop", minAvailable=2)])
        before = self.pods()
        done = self.drain("--timeout=3s")
        self.assertNotEqual(done.returncode, 0, done)
        self.assertIn("Cannot evict pod as it would violate the pod's disruption budget.", done.stderr)
        self.assertEqual((self.pods(), self.ready()), (before, 2))

    def test_a_dry_run_evicts_nothing(self):
        # People look before they leap. (Old clients ask for CustomResourceDefinitions v1beta1 here, which no API of today serves.)
        if kubectl_schema_test.minor_version(api_test.KUBECTL) < 22:
            self.skipTest("this kubectl's dry run of an eviction works with no API server of today")
        self.run_shop(1)
        before = self.pods()
        done = self.drain("--dry-run=server")
        self.assertEqual(done.returncode, 0, done)
        self.assertEqual((self.pods(), self.ready()), (before, 1))
        self.assertEqual(self.ok("get", "node", NODE, "-o", "jsonpath={.spec.unschedulable}"), "")


class Budgets(EvictionTest):
    def setUp(self):
        super().setUp()
        self.admin = self.token("admin")

    def connect(self):
        server = urllib.parse.urlsplit(re.search(r"server: (\S+)", (self.state / "kubeconfig").read_text())[1])
        trust = ssl.create_default_context(cafile=str(self.state / "pki/ca.crt"))
        client = http.client.HTTPSConnection(server.hostname, server.port, timeout=api_test.PATIENCE_S, context=trust)
        client.connect()
        self.addCleanup(client.close)
        return client

    def ask(self, client, name):
        body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name}}
        client.request("POST", f"{PODS}/{name}/eviction", json.dumps(body), {"Content-Type": "application/json", "Authorization": f"Bearer {self.admin}"})

    def evict(self, name):
        client = self.connect()
        self.ask(client, name)
        return client.getresponse().status

    def test_of_many_at_once_as_many_go_as_may(self):
        # kubectl drain evicts all Pods of a node at the same moment: each sees the others that are about to go.
        self.run_shop(6)
        self.apply([budget("shop", "shop", minAvailable=5)])
        self.ok("cordon", NODE)  # no replacements: the number of healthy ones only falls
        clients = [(self.connect(), name.removeprefix("pod/")) for name in self.pods()]
        self.up.send_signal(signal.SIGSTOP)  # so that all are there when the first is read
        try:
            for client, name in clients:
                self.ask(client, name)
        finally:
            self.up.send_signal(signal.SIGCONT)
        self.assertEqual(sorted(client.getresponse().status for client, _ in clients), [201] + [429] * 5)

    def test_what_is_allowed_is_shown(self):
        # People look there before they drain, and scripts wait for it.
        self.run_shop(3)
        self.apply([budget("shop", "shop", maxUnavailable=1)])
        allowed = lambda: self.ok("get", "pdb", "shop", "-o", "jsonpath={.status.disruptionsAllowed}")
        up.wait_for(lambda: allowed() == "1", "one may go")
        self.assertRegex(self.ok("get", "pdb"), r"shop +N/A +1 +1 ")
        self.ok("cordon", NODE)
        self.assertEqual(self.evict(self.pods()[0].removeprefix("pod/")), 201)
        up.wait_for(lambda: allowed() == "0", "no more may go")

    def test_a_scaled_deployment_may_lose_its_part(self):
        # A share counts of what is wanted, not of what there happens to be.
        self.run_shop(4)
        self.apply([budget("shop", "shop", maxUnavailable="25%")])
        self.ok("cordon", NODE)
        first, second, *_ = [name.removeprefix("pod/") for name in self.pods()]
        self.assertEqual((self.evict(first), self.evict(second)), (201, 429))
        self.ok("uncordon", NODE)
        self.wait_ready(4)
        self.assertEqual(self.evict(second), 201)


if __name__ == "__main__":
    unittest.main()
