#!/usr/bin/env python3
"""The CustomResourceDefinitions of Argo Rollouts, OpenKruise Rollouts, Istio and the Gateway API, as their projects publish them:
they load as their guides say, by kubectl, and serve the objects that their users write.

Environment: GRAYLANE = the program (default build/release/graylane), KUBECTL (default kubectl), GO (default go: without it, skipped).
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
for beside in ("blackbox", "conformance"):
    sys.path.insert(0, str(HERE.parent / beside))
import kube_api_test
import kube_replay
import up
import upstream_crds

KUBECTL = shutil.which(os.environ.get("KUBECTL", "kubectl"))
PATIENCE_S = 120  # for one command; none should ever need it
# A definition whose rules are not run says so in this condition.
RULES_NOT_RUN = '{range .items[*]}{.metadata.name}{"="}{.status.conditions[*].type}{"\\n"}{end}'


class UpstreamDefinitions(unittest.TestCase):
    """Loaded once, for all tests."""

    @classmethod
    def setUpClass(cls):
        if not KUBECTL:
            raise unittest.SkipTest("no kubectl")
        try:
            cls.files = upstream_crds.files()
        except upstream_crds.Unavailable as e:
            raise unittest.SkipTest(str(e)) from e
        scratch = up.Scratch("graylane-crds-")
        cls.addClassCleanup(scratch.close)
        (scratch.path / "manifests").mkdir()
        cls.state = scratch.path / "state"
        cls.running = up.Up(scratch.path / "manifests", f"--api=127.0.0.1:{up.free_port()}", "--access-log=off", state=cls.state)
        cls.addClassCleanup(cls.running.close)
        cls.running.ready()
        cls.apply()
        cls.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")

    @classmethod
    def kubectl(cls, *arguments):
        done = subprocess.run([KUBECTL, *arguments], capture_output=True, text=True, check=False, timeout=PATIENCE_S, cwd=cls.state,
                              env={**os.environ, "KUBECONFIG": str(cls.state / "kubeconfig"), "HOME": str(cls.state)})
        if done.returncode != 0:
            raise AssertionError(f"{' '.join(arguments)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    @classmethod
    def all_files(cls):
        return [path for paths in cls.files.values() for path in paths]

    @classmethod
    def apply(cls):
        return cls.kubectl("apply", "--server-side", *(f"--filename={path}" for path in cls.all_files()))

    def published(self):
        return sum(path.read_text(encoding="utf-8").count(upstream_crds.DEFINITION) for path in self.all_files())

    def test_all_are_loaded_and_again_without_a_change(self):
        # A guide's first command, and the same command a year later.
        definitions = json.loads(self.kubectl("get", "crd", "-o", "json"))["items"]
        self.assertEqual(len(definitions), self.published())
        before = {one["metadata"]["name"]: one["metadata"]["resourceVersion"] for one in definitions}
        self.assertGreaterEqual(self.apply().count("serverside-applied"), len(before))
        after = {one["metadata"]["name"]: one["metadata"]["resourceVersion"] for one in json.loads(self.kubectl("get", "crd", "-o", "json"))["items"]}
        self.assertEqual(after, before)

    def test_discovery_knows_their_kinds_and_short_names(self):
        # kubectl finds every one of them by this list only.
        for group, expected in {"argoproj.io": "rollouts ro argoproj.io/v1alpha1 true Rollout", "rollouts.kruise.io": "rollouts rollouts.kruise.io/v1beta1 true Rollout",
                                "networking.istio.io": "virtualservices vs networking.istio.io/v1 true VirtualService",
                                "gateway.networking.k8s.io": "httproutes gateway.networking.k8s.io/v1 true HTTPRoute"}.items():
            lines = [" ".join(line.split()) for line in self.kubectl("api-resources", f"--api-group={group}", "--no-headers").splitlines()]
            self.assertIn(expected, lines)

    def test_rules_that_are_not_run_are_told(self):
        # Somebody who relies on a rule must be able to see that nothing checks it.
        told = dict(line.split("=", 1) for line in self.kubectl("get", "crd", "-o", f"jsonpath={RULES_NOT_RUN}").splitlines())
        gateway_api = next(paths for module, paths in self.files.items() if "gateway-api" in module)
        with_rules = [path for path in gateway_api if "x-kubernetes-validations:" in path.read_text(encoding="utf-8")]
        self.assertGreater(len(with_rules), 0)
        for path in with_rules:
            name = path.stem.split("_", 1)
            conditions = told[f"{name[1]}.{name[0]}"].split()
            self.assertGreater(len(set(conditions) - {"NamesAccepted", "Established", "KubernetesAPIApprovalPolicyConformant", "NonStructuralSchema"}), 0, conditions)

    def test_explain_reads_their_schemas(self):
        # The schemas come to kubectl through OpenAPI.
        self.assertIn("workloadRef", self.kubectl("explain", "rollout.spec", "--api-version=argoproj.io/v1alpha1"))
        self.assertIn("backendRefs", self.kubectl("explain", "httproute.spec.rules"))


def add_case(case):
    def test(self):
        token = kube_api_test.token(self.state, "--role=admin")
        url = self.kubectl("config", "view", "-o", "jsonpath={.clusters[0].cluster.server}")
        kube_replay.Replay(kube_replay.Server(url, {"admin": token}, str(self.state / "pki/ca.crt")), case).run()
    setattr(UpstreamDefinitions, "test_case_" + case["id"].replace("-", "_"), test)


for one in kube_api_test.load():
    if "seedcrds" in one.get("needs", []):
        add_case(one)

if __name__ == "__main__":
    unittest.main()
