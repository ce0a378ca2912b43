#!/usr/bin/env python3
"""A real kubectl drives the Kubernetes-compatible API over plain HTTP: what people type, and what it prints.

Environment: APISERVER = the test program of shell/apiserver (default build/asan/shell/apiserver/apiserver_test_program),
KUBECTL = the client (default kubectl; Debian's package is kubernetes-client).
"""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("APISERVER", str(ROOT / "build/asan/shell/apiserver/apiserver_test_program"))
KUBECTL = shutil.which(os.environ.get("KUBECTL", "kubectl"))
PATIENCE_S = 60  # for one command; none should ever need it

WEB = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 2
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: c
        image: nginx:1
"""
FOOS = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: foos.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: foos, singular: foo, kind: Foo}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec: {type: object, properties: {colour: {type: string}}}
"""
MAP = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c1"},"data":{"a":"b"}}'


def setUpModule():
    if not KUBECTL:
        raise unittest.SkipTest("there is no kubectl here: install kubernetes-client")
    if not os.access(PROGRAM, os.X_OK):
        raise RuntimeError(f"{PROGRAM} is not built")


class KubectlCase(unittest.TestCase):
    """A server of its own for every test, and a kubectl that knows nothing else."""

    maxDiff = None
    kubectl = KUBECTL

    def setUp(self):
        self.home = tempfile.TemporaryDirectory()
        self.addCleanup(self.home.cleanup)
        self.server = subprocess.Popen([PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.stop)
        self.address = self.server.stdout.readline().strip()
        self.assertTrue(self.address.startswith("http://127."), self.address)

    def stop(self):
        self.server.stdin.close()
        self.server.stdout.close()
        self.server.wait(PATIENCE_S)

    def command(self, *arguments):
        return [self.kubectl, "--server", self.address, *arguments]

    def environment(self):
        return {"PATH": os.environ["PATH"], "HOME": self.home.name, "KUBECONFIG": self.home.name + "/none"}

    def run_it(self, *arguments, stdin=""):
        return subprocess.run(self.command(*arguments), input=stdin, capture_output=True, text=True, timeout=PATIENCE_S,
                              env=self.environment(), check=False)

    def ok(self, *arguments, stdin=""):
        done = self.run_it(*arguments, stdin=stdin)
        self.assertEqual(done.returncode, 0, f"{arguments}: {done.stdout}{done.stderr}")
        return done.stdout

    def refused(self, *arguments, stdin=""):
        done = self.run_it(*arguments, stdin=stdin)
        self.assertNotEqual(done.returncode, 0, f"{arguments}: {done.stdout}")
        return done.stderr


class KubectlTest(KubectlCase):
    def test_finds_what_is_served(self):
        names = self.ok("api-resources", "-o", "name").split()
        self.assertIn("deployments.apps", names)
        self.assertIn("configmaps", names)
        self.assertIn("Active", self.ok("get", "ns", "default"))
        self.assertIn("v1.", self.ok("version"))

    def test_prints_the_columns_of_a_cluster(self):
        self.ok("apply", "-f", "-", stdin=WEB)
        head, row = self.ok("get", "deploy", "-o", "wide").splitlines()
        self.assertEqual(head.split(), "NAME READY UP-TO-DATE AVAILABLE AGE CONTAINERS IMAGES SELECTOR".split())
        self.assertEqual([row.split()[i] for i in (0, 1, 5, 6, 7)], ["web", "0/2", "c", "nginx:1", "app=web"])
        self.assertIn("deployment.apps/web", self.ok("get", "all"))

    def test_applies_changes_and_deletes(self):
        self.assertEqual(self.ok("apply", "-f", "-", stdin=WEB).strip(), "deployment.apps/web created")
        self.assertEqual(self.ok("apply", "-f", "-", stdin=WEB).strip(), "deployment.apps/web unchanged")
        self.assertEqual(self.ok("apply", "-f", "-", stdin=WEB.replace("nginx:1", "nginx:2")).strip(), "deployment.apps/web configured")
        self.ok("scale", "deploy/web", "--replicas=5")
        self.ok("set", "image", "deploy/web", "c=nginx:3")
        self.ok("label", "deploy", "web", "tier=front")
        self.ok("annotate", "deploy", "web", "note=x")
        web = json.loads(self.ok("get", "deploy", "web", "-o", "json"))
        self.assertEqual(web["spec"]["replicas"], 5)
        self.assertEqual(web["spec"]["template"]["spec"]["containers"][0]["image"], "nginx:3")
        self.assertEqual(web["metadata"]["labels"], {"tier": "front"})
        self.assertIn("deleted", self.ok("delete", "deploy", "web"))
        self.assertIn("No resources found", self.run_it("get", "deploy").stderr)

    def test_applies_on_the_server_side(self):
        self.ok("apply", "-f", "-", stdin=WEB)
        self.ok("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=WEB.replace("nginx:1", "nginx:2"))
        self.assertIn("conflict", self.refused("apply", "--server-side", "--field-manager=other", "-f", "-", stdin=WEB))

    def test_applies_custom_resources_again(self):
        # kubectl chooses the type of a patch by what OpenAPI says of the kind.
        self.ok("apply", "-f", "-", stdin=FOOS)
        foo = "apiVersion: example.com/v1\nkind: Foo\nmetadata: {name: a}\nspec: {colour: %s}\n"
        self.assertEqual(self.ok("apply", "-f", "-", stdin=foo % "red").strip(), "foo.example.com/a created")
        self.assertEqual(self.ok("apply", "-f", "-", stdin=foo % "blue").strip(), "foo.example.com/a configured")
        self.assertEqual(self.ok("get", "foo", "a", "-o", "jsonpath={.spec.colour}"), "blue")

    def test_patches_in_three_ways(self):
        self.ok("create", "-f", "-", stdin=MAP)
        self.ok("patch", "cm", "c1", "-p", '{"data":{"b":"1"}}')
        self.ok("patch", "cm", "c1", "--type=merge", "-p", '{"data":{"a":null}}')
        self.ok("patch", "cm", "c1", "--type=json", "-p", '[{"op":"add","path":"/data/c","value":"2"}]')
        self.assertEqual(json.loads(self.ok("get", "cm", "c1", "-o", "json"))["data"], {"b": "1", "c": "2"})

    def test_says_what_is_wrong(self):
        self.assertIn('deployments.apps "no" not found', self.refused("get", "deploy", "no"))
        self.ok("create", "-f", "-", stdin=MAP)
        self.assertIn('configmaps "c1" already exists', self.refused("create", "-f", "-", stdin=MAP))
        self.assertIn("metadata.name: Invalid value", self.refused("create", "-f", "-", stdin=MAP.replace("c1", "A_b")))
        self.assertIn("may not be deleted", self.refused("delete", "ns", "default"))

    def test_watches(self):
        self.ok("create", "-f", "-", stdin=MAP)
        watch = subprocess.Popen(self.command("get", "cm", "-w", "-o", "name"), stdout=subprocess.PIPE, text=True, env=self.environment())
        try:
            self.assertEqual(watch.stdout.readline().strip(), "configmap/c1")
            self.ok("create", "-f", "-", stdin=MAP.replace("c1", "c2"))
            self.assertEqual(watch.stdout.readline().strip(), "configmap/c2")
        finally:
            watch.kill()
            watch.wait()
            watch.stdout.close()

    def test_deletes_by_label(self):
        for name in ("c1", "c2"):
            self.ok("create", "-f", "-", stdin=MAP.replace("c1", name))
        self.ok("label", "cm", "c1", "t=x")
        self.ok("delete", "cm", "-l", "t=x")
        self.assertEqual(self.ok("get", "cm", "-o", "name").split(), ["configmap/c2"])


if __name__ == "__main__":
    unittest.main()
