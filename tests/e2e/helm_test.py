#!/usr/bin/env python3
"""The guide to gray releases with Helm, scenario by scenario: its commands as it prints them, by a real Helm, on the chart of
examples/gateway-service, under load; and what it tells people to watch meanwhile.

Environment: GRAYLANE = the program (default build/release/graylane), HELM = Helm 4 or 3 (default helm), KUBECTL (default kubectl).
"""
import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "blackbox"))
import cli
import figures
import http1
import load
import up

HELM = shutil.which(os.environ.get("HELM", "helm"))
KUBECTL = shutil.which(os.environ.get("KUBECTL", "kubectl"))
PATIENCE_S = 120  # for one command; none should ever need it
HOST, PATH = "astraios.g-oss.top", "/api/v1/users/register"
RATE = 300  # requests a second
COUNT = 400
IMAGES = {"v1-commit-sha": {"VERSION": "v1"}, "v2-commit-sha": {"VERSION": "v2"},
          "v2-broken": {"VERSION": "v2", "ERROR_EVERY": "5"}, "v2-slow": {"VERSION": "v2", "DELAY_S": "0.25"}}

INSTALL = "helm upgrade --install gateway-service ./deploy/charts/gateway-service --namespace astraios"
DEPLOY_V2 = """
helm upgrade --install gateway-service-canary ./deploy/charts/gateway-service \\
  --namespace astraios \\
  --set image.tag=v2-commit-sha \\
  --set fullnameOverride=gateway-service-canary \\
  --set ingress.enabled=false  # Canary 服务不需要主 Ingress
"""
BEGIN = """
helm upgrade --install gateway-service ./deploy/charts/gateway-service \\
  --namespace astraios \\
  --set ingress.canary.enabled=true \\
  --set ingress.canary.weight=10
"""
WIDEN = """
helm upgrade gateway-service ./deploy/charts/gateway-service \\
  --namespace astraios \\
  --set ingress.canary.weight=30
"""
SWITCH = """
helm upgrade gateway-service ./deploy/charts/gateway-service \\
  --namespace astraios \\
  --set image.tag=v2-commit-sha \\
  --set ingress.canary.enabled=false
"""
CLEAN_UP = "helm uninstall gateway-service-canary --namespace astraios"
DISABLE = """
helm upgrade gateway-service ./deploy/charts/gateway-service \\
  --namespace astraios \\
  --set ingress.canary.enabled=false
"""
TO_ZERO = """
helm upgrade gateway-service ./deploy/charts/gateway-service \\
  --namespace astraios \\
  --set ingress.canary.weight=0
"""
HEADER = """
ingress:
  canary:
    enabled: true
    type: header
    header:
      name: X-Canary
      value: "true"
    serviceName: gateway-service-canary
    servicePort: 8888
"""
PATHS = """
ingress:
  hosts:
    - host: astraios.g-oss.top
      paths:
        - path: /api/v1
          pathType: Prefix
        - path: /api/v2
          pathType: Prefix
          # 可以指向不同的后端服务
          serviceName: gateway-service-canary
"""


def setUpModule():
    cli.path()
    if not HELM:
        raise unittest.SkipTest("there is no helm here: set HELM to its path, or let ./dev e2e build it")
    if not KUBECTL:
        raise unittest.SkipTest("there is no kubectl here: install kubernetes-client")


class HelmTest(unittest.TestCase):
    """One instance with the namespace, and v1 installed; commands run in a copy of the example."""

    maxDiff = None

    def setUp(self):
        self.scratch = up.Scratch("graylane-helm-")
        self.addCleanup(self.scratch.close)
        self.folder = self.scratch.path / "example"
        shutil.copytree(cli.ROOT / "examples/gateway-service", self.folder)
        manifests = self.scratch.path / "manifests"
        command = [sys.executable, str(HERE / "service.py")]
        up.write(manifests / "images.yaml", json.dumps({f"astraios/gateway-service:{tag}": {"command": command, "env": env}
                                                         for tag, env in IMAGES.items()}))
        state = self.scratch.path / "state"
        self.up = up.Up(manifests, f"--api=127.0.0.1:{up.free_port()}", "--access-log=off", state=state)
        self.addCleanup(self.up.close)
        self.up.ready()
        programs = self.scratch.path / "bin"
        programs.mkdir()
        (programs / "helm").symlink_to(HELM)
        (programs / "kubectl").symlink_to(KUBECTL)
        home = {f"HELM_{name}_HOME": str(self.scratch.path / name.lower()) for name in ("CACHE", "CONFIG", "DATA")}
        self.env = {"PATH": f"{programs}:{os.environ['PATH']}", "HOME": str(self.scratch.path), "KUBECONFIG": str(state / "kubeconfig"), **home}
        self.ok("kubectl create namespace astraios")
        self.ok(INSTALL)
        self.up.wait_status(200, "GET", PATH, HOST)

    def shell(self, text):
        return subprocess.run(["bash", "-c", text], cwd=self.folder, env=self.env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=PATIENCE_S, check=False)

    def ok(self, text):
        done = self.shell(text)
        self.assertEqual(done.returncode, 0, f"{text}\n{done.stdout}{done.stderr}\n{self.up.said()}")
        return done.stdout

    def deploy_v2(self, tag="v2-commit-sha"):
        self.ok(DEPLOY_V2.replace("v2-commit-sha", tag))
        self.ok("kubectl -n astraios rollout status deploy/gateway-service-canary")

    def values(self, text):
        (self.folder / "my-values.yaml").write_text(text, encoding="utf-8")
        self.ok(f"{INSTALL} -f my-values.yaml")

    def ask(self, path=PATH, headers=(), status=200):
        answer = self.up.ask("GET", path, HOST, list(headers))
        self.assertEqual(answer.status, status, answer)
        return answer.text.strip()

    def versions(self, headers=(), count=COUNT, path=PATH):
        with self.up.connect() as connection:
            answers = [connection.ask("GET", path, HOST, list(headers)) for _ in range(count)]
        return [answer.text.strip() for answer in answers]

    def wait_share(self, share, headers=(), path=PATH):
        """Until that share goes to v2, and then exactly so, as the gateway counts."""
        def reached():
            v2 = self.versions(headers, 40, path).count("v2")
            return v2 == 40 * share if share in (0, 1) else 0 < v2 < 40 and abs(v2 - 40 * share) < 20
        up.wait_for(reached, lambda: f"{share} to v2\n{self.up.said()}")
        before = self.up.metrics()
        v2 = self.versions(headers, path=path).count("v2")
        if share in (0, 1):
            self.assertEqual(v2, COUNT * share)
            return
        came = figures.between(before, self.up.metrics())
        canary, total = (figures.requests(came, host=HOST, **role) for role in ({"role": "canary"}, {}))
        on_their_way = 2 * 8  # connections of the load, at the two looks
        self.assertLessEqual(abs(canary - share * total), 3 * 2 + on_their_way, (canary, total))

    @contextlib.contextmanager
    def loaded(self, *good):
        with load.Load(self.up.address, http1.request("GET", PATH, HOST), rate=RATE) as client:
            client.wait_more(20)
            yield client
            client.wait_more(50)
            outcome = client.stop()
            self.assertEqual(outcome.bad(*good), [], outcome)


class Scenarios(HelmTest):
    def test_one_by_weight_and_the_full_switch(self):
        # "10% → 30% → 50% → 100%", then v2 becomes the main release; every command is the guide's, and nobody may notice any.
        with self.loaded():
            self.ok(DEPLOY_V2)
            self.ok(BEGIN)
            self.wait_share(0.1)
            for weight in (30, 50, 100):
                self.ok(WIDEN.replace("30", str(weight)))
                self.wait_share(weight / 100)
            self.ok(SWITCH)
            self.wait_share(1)
            self.ok("kubectl -n astraios rollout status deploy/gateway-service")
            self.ok(CLEAN_UP)
            self.wait_share(1)
        up.wait_for(lambda: "canary" not in self.ok("kubectl -n astraios get all,ingress,secret -o name"), "nothing is left of the canary")

    def test_two_by_header(self):
        # Testers get v2; a value has a case, a header's name has none.
        self.deploy_v2()
        with self.loaded():
            self.values(HEADER)
            self.wait_share(1, [("X-Canary", "true")])
            self.wait_share(1, [("x-canary", "true")])
            self.wait_share(0, [("X-Canary", "True")])
            self.wait_share(0)

    def test_three_by_path_inside_the_service(self):
        # Way A: the service has both routes, the Ingress knows of neither.
        self.deploy_v2()
        with self.loaded():
            self.assertEqual(self.ask("/api/v2/users/register"), "v1")
            self.ok(BEGIN)
            self.wait_share(0.1, path="/api/v2/users/register")

    def test_three_by_path_of_the_ingress(self):
        # Way B: one path leads to the other Service. A canary that uses the same Service beside it never gets a request, as with
        # ingress-nginx; it is said aloud.
        self.deploy_v2()
        with self.loaded():
            self.values(PATHS)
            self.wait_share(1, path="/api/v2/users/register")
            self.wait_share(0)
            self.assertEqual(self.up.ask("GET", "/api/v20", HOST).status, 404)
            mark = self.up.mark()
            self.values(PATHS + HEADER.removeprefix("\ningress:\n"))
            self.up.wait_line("canary-service-is-stable-elsewhere", mark)
            self.wait_share(0, [("X-Canary", "true")])
            self.wait_share(1, path="/api/v2/users/register")

    def test_both_ways_back(self):
        # "方式 1" removes the canary Ingress, "方式 2" leaves it with weight 0.
        self.deploy_v2()
        with self.loaded():
            for way, left in ((DISABLE, False), (TO_ZERO, True)):
                self.ok(WIDEN.replace("30", "50"))
                self.wait_share(0.5)
                self.ok(way)
                self.wait_share(0)
                self.assertEqual("gateway-service-canary" in self.ok("kubectl -n astraios get ingress -o name"), left, way)

    def test_the_way_back_of_helm_itself(self):
        # `helm rollback` to a revision with its weight; and what Helm remembers.
        self.deploy_v2()
        with self.loaded():
            self.ok(WIDEN)
            self.ok(WIDEN.replace("30", "50"))
            self.wait_share(0.5)
            self.ok("helm rollback gateway-service 2 --namespace astraios --wait")
            self.wait_share(0.3)
        history = json.loads(self.ok("helm history gateway-service --namespace astraios -o json"))
        self.assertEqual([entry["status"] for entry in history], ["superseded"] * 3 + ["deployed"])
        self.assertEqual(json.loads(self.ok("helm get values gateway-service --namespace astraios -o json")), {"ingress": {"canary": {"weight": 30}}})

    def test_an_upgrade_that_fails_harms_nobody(self):
        # A tag that does not exist: Helm says so, the old Pods go on, and the next upgrade is right again.
        with self.loaded():
            done = self.shell(INSTALL + " --set image.tag=misspelt --wait --timeout 3s")
            self.assertNotEqual(done.returncode, 0, done)
            self.assertIn("failed", self.ok("helm status gateway-service --namespace astraios"))
            self.wait_share(0)
            self.ok(INSTALL + " --set image.tag=v2-commit-sha --wait")
            self.wait_share(1)

    def test_uninstalling_leaves_nothing(self):
        self.deploy_v2()
        self.ok(BEGIN)
        self.ok("helm uninstall gateway-service gateway-service-canary --namespace astraios --wait")
        self.assertEqual(self.ok("kubectl -n astraios get deploy,rs,svc,ingress,secret -o name"), "")
        self.assertEqual(self.up.ask("GET", PATH, HOST).status, 404)


class Watching(HelmTest):
    """What the guide says to look at during a gray release."""

    def between(self, requests=600):
        before = self.up.metrics()
        with self.loaded(200, 500) as client:
            client.wait_more(requests)
        return figures.between(before, self.up.metrics())

    def test_the_error_rate_of_each_version(self):
        # The reason for a gray release at all: v2 fails every fifth request, and one look tells so; after the way back nobody sees it.
        self.deploy_v2("v2-broken")
        self.ok(WIDEN)
        self.wait_share_of_broken()
        came = self.between()
        self.assertEqual(figures.error_rate(came, host=HOST, role="stable"), 0)
        self.assertAlmostEqual(figures.error_rate(came, host=HOST, role="canary"), 0.2, delta=0.05)
        self.assertAlmostEqual(figures.share(came, host=HOST), 0.3, delta=0.05)
        self.ok(DISABLE)
        self.wait_share(0)
        self.assertEqual(figures.error_rate(self.between(200), host=HOST), 0)

    def wait_share_of_broken(self):
        up.wait_for(lambda: "v2" in self.versions(count=20), "some of v2")

    def test_the_response_times_of_each_version(self):
        # v2 sleeps a quarter of a second for each request: P50, P95 and P99 say so of v2, and not of v1.
        self.deploy_v2("v2-slow")
        self.ok(WIDEN)
        self.wait_share_of_broken()
        came = self.between(300)
        stable, canary = ([figures.quantile_seconds(came, q, host=HOST, role=role) for q in (0.5, 0.95, 0.99)] for role in ("stable", "canary"))
        self.assertGreaterEqual(canary[0], 0.25)
        self.assertEqual(canary, sorted(canary))
        self.assertEqual(stable, sorted(stable))
        self.assertLess(stable[0], canary[0])

    def test_pods_of_both_versions_by_one_label(self):
        self.deploy_v2()
        rows = [row.split() for row in self.ok("kubectl get pods -n astraios -l app=gateway-service").splitlines()[1:]]
        self.assertEqual(sum(row[0].startswith("gateway-service-canary-") for row in rows), 2, rows)
        self.assertEqual([row[1:3] for row in rows], [["1/1", "Running"]] * 4)

    def test_logs_by_request_id(self):
        # "查看请求分布": each line of the log names its request; one that a client names is found by that name.
        self.deploy_v2()
        self.ok(BEGIN)
        for _ in range(20):
            self.ask()
        found = self.ok('kubectl logs -n astraios -l app=gateway-service --tail=100 | grep "X-Request-ID"').splitlines()
        identifiers = [re.match(r"X-Request-ID=(\w+) GET ", line)[1] for line in found]
        self.assertGreaterEqual(len(identifiers), 20)
        self.assertEqual(len(set(identifiers)), len(identifiers), "no two requests have the same")
        self.ask(headers=[("X-Request-ID", "0123456789abcdef0123456789abcdef")])
        self.assertIn("X-Request-ID=0123456789abcdef0123456789abcdef GET", self.ok("kubectl logs -n astraios -l app=gateway-service --tail=100"))

    def test_top_of_both_versions(self):
        # The guide's "kubectl top pods".
        self.deploy_v2()
        def shown():
            done = self.shell("kubectl top pods -n astraios -l app=gateway-service")
            measured = done.returncode == 0 and len(done.stdout.splitlines()) == 5 and not re.search(r" 0Mi\b", done.stdout)
            return measured and done.stdout
        head, *rows = up.wait_for(shown, "figures of four Pods", 90).splitlines()
        self.assertEqual(head.split()[0], "NAME")
        for row in rows:
            self.assertRegex(row, r"\Agateway-service-\S+ +\d+m +[1-9]\d*Mi *\Z")


if __name__ == "__main__":
    unittest.main()
