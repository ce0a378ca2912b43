#!/usr/bin/env python3
"""The embedded Kubernetes API of a running instance, as its users reach it: a real kubectl with the kubeconfig of the state folder,
tokens, the audit log, restarts, backups.

Environment: GRAYLANE = the program (default build/release/graylane), KUBECTL = the client (default kubectl; Debian's package is
kubernetes-client).
"""
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import unittest
import urllib.error
import urllib.request

import cli
import http1
import load
import pod
import up

KUBECTL = shutil.which(os.environ.get("KUBECTL", "kubectl"))
PATIENCE_S = 60  # for one command; none should ever need it
HOST = "shop.test"
POD = ["python3", pod.__file__]


def setUpModule():
    cli.path()
    if not KUBECTL:
        raise unittest.SkipTest("there is no kubectl here: install kubernetes-client")


class ApiTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.scratch = up.Scratch("graylane-api-")
        self.addCleanup(self.scratch.close)
        self.folder = self.scratch.path / "manifests"
        self.folder.mkdir()
        self.state = self.scratch.path / "state"

    def start(self, *flags, state=None, ready=True):
        running = up.Up(self.folder, f"--api=127.0.0.1:{up.free_port()}", "--access-log=off", *flags, state=state or self.state)
        self.addCleanup(running.close)
        return running.ready() if ready else running

    def kubectl(self, *arguments, stdin="", state=None, token=""):
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.scratch.path), "KUBECONFIG": str((state or self.state) / "kubeconfig")}
        return subprocess.run([KUBECTL, *([f"--token={token}"] if token else []), *arguments], input=stdin, capture_output=True, text=True,
                              timeout=PATIENCE_S, env=environment, check=False)

    def ok(self, *arguments, **how):
        done = self.kubectl(*arguments, **how)
        self.assertEqual(done.returncode, 0, f"{arguments}: {done.stdout}{done.stderr}")
        return done.stdout

    def refused(self, *arguments, **how):
        done = self.kubectl(*arguments, **how)
        self.assertNotEqual(done.returncode, 0, f"{arguments}: {done.stdout}")
        return done.stderr

    def apply(self, objects, **how):
        return self.ok("apply", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}), **how)

    def token(self, role, *flags):
        done = cli.run("token", "--role", role, "--state", self.state, *flags)
        self.assertEqual((done.code, done.err), (0, ""), done)
        self.assertRegex(done.out, r"\Aglt_[\w-]{43}\n\Z", "the token and nothing else")
        return done.out.strip()

    def ask(self, path, **headers):
        """(status, text) of a GET without kubectl."""
        server = re.search(r"server: (\S+)", (self.state / "kubeconfig").read_text())[1]
        trust = ssl.create_default_context(cafile=str(self.state / "pki/ca.crt"))
        try:
            with urllib.request.urlopen(urllib.request.Request(server + path, headers=headers), context=trust, timeout=PATIENCE_S) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def audit(self):
        return [json.loads(line) for line in (self.state / "audit.log").read_text().splitlines()]


class Driving(ApiTest):
    def test_a_release_by_kubectl_alone(self):
        # No directory has anything: Deployments become Pods, Services endpoints, an Ingress traffic.
        running = self.start()
        self.apply([up.deployment("shop", POD, replicas=2), up.service("shop", selector={"app": "shop"}), up.ingress("shop", HOST, "shop")])
        running.wait_status(200, "GET", "/", HOST)
        client = load.Load(running.address, http1.request("GET", "/", HOST), rate=400).start()
        self.addCleanup(lambda: client.stop() if client._thread.is_alive() else None)
        self.ok("scale", "deploy/shop", "--replicas=3")
        up.wait_for(lambda: self.ok("get", "deploy", "shop", "-o", "jsonpath={.status.readyReplicas}") == "3", "three replicas")
        pods = self.ok("get", "pods", "-o", "name").split()
        self.assertEqual(len(pods), 3)
        self.ok("delete", pods[0])
        up.wait_for(lambda: self.ok("get", "deploy", "shop", "-o", "jsonpath={.status.readyReplicas}") == "3", "three replicas again")
        outcome = client.stop()
        self.assertEqual(outcome.bad(200), [], outcome)
        self.ok("delete", "ingress,deploy,svc", "shop")
        running.wait_status(404, "GET", "/", HOST)
        up.wait_for(lambda: not running.children() or not self.ok("get", "pods", "-o", "name"), "no Pods")

    def test_an_edit_by_kubectl_is_effective_at_once(self):
        # Without a turn of some poll: the workers route by it when kubectl has come back, or a moment later.
        running = self.start()
        self.apply([*up.backend("a", [("10.1.2.3", 8080)]), up.ingress("a", HOST, "a", {"temporal-redirect": "https://one.example/"})])
        running.wait_status(302, "GET", "/", HOST)
        mark = running.mark()
        self.ok("annotate", "ingress", "a", "nginx.ingress.kubernetes.io/temporal-redirect=https://two.example/", "--overwrite")
        running.wait_effective(mark)
        self.assertIn("two.example", running.ask("GET", "/", HOST).get("Location"))

    def test_objects_outlive_the_process(self):
        # kill -9, and everything that was answered is there, traffic included.
        running = self.start()
        self.apply([up.deployment("shop", POD), up.service("shop", selector={"app": "shop"}), up.ingress("shop", HOST, "shop")])
        running.wait_status(200, "GET", "/", HOST)
        before = json.loads(self.ok("get", "ingress", "shop", "-o", "json"))
        running.send_signal(signal.SIGKILL)
        running.wait_exit()
        again = self.start()
        again.wait_status(200, "GET", "/", HOST)
        after = json.loads(self.ok("get", "ingress", "shop", "-o", "json"))
        self.assertEqual((after["metadata"]["uid"], after["spec"]), (before["metadata"]["uid"], before["spec"]))


class Access(ApiTest):
    def test_roles(self):
        # What is given away must be less than everything.
        self.start()
        viewer, operator, admin = (self.token(role, "--user", f"{role}-ann") for role in ("viewer", "operator", "admin"))
        limited = self.token("operator", "--namespace", "later")
        self.ok("get", "pods", token=viewer)
        self.assertIn('User "viewer-ann" cannot create resource "configmaps"', self.refused("create", "cm", "c", token=viewer))
        self.apply([{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}}], token=operator)
        self.assertIn("Forbidden", self.refused("get", "secrets", token=operator))
        self.ok("get", "secrets", token=admin)
        self.assertIn("Forbidden", self.refused("get", "pods", token=limited))
        self.ok("get", "pods", "-n", "later", token=limited)
        self.assertIn("logged in", self.refused("get", "pods", token="glt_wrong"))

    def test_a_removed_token_is_refused_at_once(self):
        self.start()
        token = self.token("viewer", "--user", "bob")
        self.ok("get", "pods", token=token)
        listed = cli.run("token", "--list", "--state", self.state).out
        self.assertNotIn(token, listed)
        identifier = re.search(r"^(\w+) +viewer +bob ", listed, re.M)[1]
        self.assertEqual(cli.run("token", "--remove", identifier, "--state", self.state).code, 0)
        self.refused("get", "pods", token=token)
        self.assertEqual(cli.run("token", "--remove", identifier, "--state", self.state).code, 3)

    def test_nobody_acts_as_somebody_else(self):
        # What is meant to be tried with fewer rights must not be done with all of them.
        self.start()
        self.refused("get", "pods", "--as=nobody")
        self.refused("create", "cm", "c", "--as=nobody")
        for path in ("/api/v1/pods", "/api/v1/pods?watch=true", "/api/v1/namespaces/default/pods/p/log", "/api"):
            status, text = self.ask(path, Authorization=f"Bearer {self.token('admin')}", **{"Impersonate-User": "nobody"})
            self.assertEqual(status, 403, path)
            self.assertIn("impersonation is not served", text)
        self.assertIn("NotFound", self.refused("get", "cm", "c"))

    def test_without_credentials_only_version_and_health(self):
        self.start()
        self.assertEqual([self.ask(path)[0] for path in ("/version", "/readyz", "/healthz", "/livez")], [200] * 4)
        self.assertEqual([self.ask(path)[0] for path in ("/api", "/api/v1/pods", "/metrics")], [403] * 3)

    def test_every_change_is_in_the_audit_log(self):
        # Who, what, from where, refused or not; and nothing of what was in it.
        self.start()
        viewer = self.token("viewer", "--user", "ann")
        self.apply([{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "stringData": {"password": "hunter2"}}])
        self.refused("delete", "secret", "s", token=viewer)
        self.refused("create", "secret", "generic", "mine", token=viewer)
        entries = [(e["user"], e["verb"], e["resource"], e.get("name"), e["status"]) for e in self.audit()]
        self.assertIn(("graylane-admin", "create", "secrets", "s", 201), entries)
        self.assertIn(("ann", "create", "secrets", None, 403), entries)
        self.assertNotIn("hunter2", (self.state / "audit.log").read_text())
        changed = [e for e in self.audit() if e["user"] == "ann"]
        self.assertTrue(all(e["status"] == 403 for e in changed), changed)
        self.assertTrue(all(e["from"].startswith("127.0.0.1:") for e in self.audit()))

    def test_what_is_secret_is_for_its_owner_only(self):
        running = self.start()
        self.token("viewer")
        for name in ("kubeconfig", "objects.db", "audit.log", "tokens.json", "command.sock", "pki/ca.key", "pki/server.pem", "pki/admin.pem"):
            self.assertEqual((self.state / name).stat().st_mode & 0o077, 0, name)
        self.assertEqual(cli.run("kubeconfig", "--state", self.state).out, (self.state / "kubeconfig").read_text())
        self.assertNotIn("PRIVATE KEY", running.said())

    def test_a_busy_address_is_said(self):
        with http1.socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            second = up.Up(self.folder, f"--api=127.0.0.1:{port}", state=self.state)
            self.addCleanup(second.close)
            self.assertEqual(second.wait_exit(), 1)
            second.wait_line(rf"cannot listen on 127\.0\.0\.1:{port}: address in use by pid {os.getpid()}")


class Copies(ApiTest):
    def test_a_backup_comes_back(self):
        # Made while it runs; put into another folder, and into the same one.
        running = self.start()
        one = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "one"}, "data": {"a": "1"}}
        self.apply([one])
        copy = self.scratch.path / "copy"
        self.assertEqual(cli.run("backup", copy, "--state", self.state).code, 0)
        self.assertEqual(cli.run("backup", copy, "--state", self.state).code, 1, "a backup is never replaced")
        self.ok("delete", "cm", "one")
        refused = cli.run("restore", copy, "--state", self.state)
        self.assertEqual(refused.code, 1)
        self.assertIn(f"in use by pid", refused.err)
        running.send_signal(signal.SIGTERM)
        running.wait_exit()
        self.assertEqual(cli.run("restore", copy, "--state", self.state).code, 0)
        self.start()
        self.assertEqual(self.ok("get", "cm", "one", "-o", "jsonpath={.data.a}"), "1")

    def test_what_is_no_backup_changes_nothing(self):
        wrong = self.scratch.path / "wrong"
        wrong.write_text("hello")
        done = cli.run("restore", wrong, "--state", self.state)
        self.assertEqual(done.code, 1, done)
        self.assertIn(str(wrong), done.err)
        self.start()


if __name__ == "__main__":
    unittest.main()
