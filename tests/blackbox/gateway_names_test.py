#!/usr/bin/env python3
"""Services of type ExternalName: their names are resolved, and what does not resolve is told. No test needs a network.

Environment: GRAYLANE = the program (default build/release/graylane).
"""
import subprocess
import unittest

import cli
import up
import upstream

HOST = "names.test"
NOBODY = "a" * 64  # Kubernetes takes it; a label of more than 63 letters exists nowhere, and nobody has to be asked


def external(name, external_name):
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": "default"},
            "spec": {"type": "ExternalName", "externalName": external_name}}


class NamesTest(unittest.TestCase):
    def setUp(self):
        self.scratch = up.Scratch("graylane-names-")
        self.addCleanup(self.scratch.close)
        self.folder = self.scratch.path / "manifests"
        self.servers = upstream.Servers()
        self.addCleanup(self.servers.close)
        self.back = self.servers.endpoint(upstream.answer_as_told_plainly, "back", ("127.0.0.1", self.servers.port))
        self.lead_to("localhost")

    def lead_to(self, external_name):
        route = up.ingress("names", HOST, "far")
        route["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]["port"]["number"] = self.back.address[1]
        up.write(self.folder / "all.yaml", [external("far", external_name), route])

    def start(self):
        running = up.Up(self.folder, "--access-log=off", state=self.scratch.path / "state")
        self.addCleanup(running.close)
        return running.ready()

    def ok(self, running, *arguments):
        done = subprocess.run([cli.path(), *arguments, "--state", str(running.state)], capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(done.returncode, 0, done)
        return done.stdout

    def test_a_name_leads_to_its_addresses_with_the_host_unchanged(self):
        # ingress-nginx leaves Host as the client sent it: whoever needs another one sets upstream-vhost.
        running = self.start()
        answer = running.wait_status(200, "GET", "/", HOST)
        self.assertEqual(answer.text, "back\n")
        self.assertEqual(self.back.received[-1].all("Host"), [HOST])
        self.assertIn("127.0.0.1", self.ok(running, "get", "endpointslices", "-o", "yaml"))

    def test_a_numeric_name_is_its_own_address(self):
        # Kubernetes takes it for a name made of digits; ingress-nginx and people mean the address.
        self.lead_to("127.0.0.1")
        self.start().wait_status(200, "GET", "/", HOST)

    def test_a_name_that_does_not_resolve_is_503_and_told(self):
        # Without a word the author would look for the fault everywhere else.
        self.lead_to(NOBODY)
        running = self.start()
        running.wait_line(rf"the name {NOBODY} does not resolve \(.+\): requests for this Service are answered 503")
        self.assertEqual(running.ask("GET", "/", HOST).status, 503)
        self.assertIn("name-unresolved", self.ok(running, "describe", "service", "far"))
        self.assertIn("does not resolve", self.ok(running, "explain", f"http://{HOST}/"))

    def test_another_name_takes_effect_by_an_edit(self):
        # In both directions: a name that is mended serves, one that is broken does not stay at the old address.
        self.lead_to(NOBODY)
        running = self.start()
        running.wait_status(503, "GET", "/", HOST)
        self.lead_to("localhost")
        running.wait_status(200, "GET", "/", HOST)
        self.lead_to(NOBODY)
        running.wait_status(503, "GET", "/", HOST)


if __name__ == "__main__":
    unittest.main()
