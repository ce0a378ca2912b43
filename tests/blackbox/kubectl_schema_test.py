#!/usr/bin/env python3
"""What kubectl does with the API's own description of its kinds: it explains fields, checks manifests before it sends them, tries changes
out; and newer ones send protobuf.

Environment: as kubectl_test.py; KUBECTL_NEW = a kubectl of 1.32 or later (default: KUBECTL; its tests are
skipped when it is older).
"""
import base64
import json
import os
import pathlib
import shutil
import subprocess
import unittest
import urllib.error
import urllib.request

import kubectl_test
from kubectl_test import MAP, WEB, setUpModule  # noqa: F401

ROOT = pathlib.Path(__file__).resolve().parents[2]
KUBECTL_NEW = shutil.which(os.environ.get("KUBECTL_NEW") or os.environ.get("KUBECTL", "kubectl"))
BODIES = json.loads((ROOT / "tests/conformance/kube_api/protobuf-bodies.json").read_text())["cases"]
PROTOBUF = "application/vnd.kubernetes.protobuf"


def minor_version(kubectl):
    """27 of v1.27; 0 without a kubectl."""
    if not kubectl:
        return 0
    told = subprocess.run([kubectl, "version", "--client", "-o", "json"], capture_output=True, text=True, check=True,
                          timeout=kubectl_test.PATIENCE_S)
    return int(json.loads(told.stdout)["clientVersion"]["minor"].rstrip("+"))


class SchemaCase(kubectl_test.KubectlCase):
    def changed(self):
        return WEB.replace("nginx:1", "nginx:2")

    def check_explain(self):
        self.assertIn("strategy", self.ok("explain", "deploy.spec"))
        strategy = self.ok("explain", "deploy.spec.strategy")
        self.assertIn("rollingUpdate", strategy)
        self.assertIn("maxSurge", self.ok("explain", "deploy.spec.strategy.rollingUpdate"))
        self.assertIn("httpGet", self.ok("explain", "pod.spec.containers.readinessProbe"))
        self.assertIn("pathType", self.ok("explain", "ingress.spec.rules.http.paths"))
        self.assertIn("does not exist", self.refused("explain", "deploy.spec.nonsense"))

    def check_unknown_field(self):
        for how in (["create"], ["apply"]):
            self.assertIn('unknown field "', self.refused(*how, "-f", "-", stdin=WEB.replace("replicas: 2", "replicsa: 2")))
        self.assertIn("not found", self.refused("get", "deploy", "web"))

    def check_diff_and_dry_run(self):
        self.ok("apply", "-f", "-", stdin=WEB)
        self.assertEqual(self.ok("diff", "-f", "-", stdin=WEB), "")
        different = self.run_it("diff", "-f", "-", stdin=self.changed())
        self.assertEqual(different.returncode, 1, different.stderr)
        self.assertIn("+      - image: nginx:2", different.stdout)
        self.assertIn("server dry run", self.ok("apply", "--dry-run=server", "-f", "-", stdin=self.changed()))
        self.assertIn("server dry run", self.ok("create", "--dry-run=server", "-f", "-", stdin=MAP))
        web = json.loads(self.ok("get", "deploy", "web", "-o", "json"))
        self.assertEqual(web["spec"]["template"]["spec"]["containers"][0]["image"], "nginx:1")
        self.assertIn("not found", self.refused("get", "cm", "c1"))


class OldKubectlTest(SchemaCase):
    """Up to 1.24 it reads version 2, in protobuf."""

    def test_explains_fields(self):
        self.check_explain()

    def test_unknown_fields_are_refused(self):
        self.check_unknown_field()

    def test_checks_manifests_before_it_sends_them(self):
        if minor_version(self.kubectl) >= 25:
            self.skipTest("this kubectl leaves the checks to the server")
        wrong = self.refused("create", "-f", "-", stdin=WEB.replace("replicas: 2", "replicsa: 2"))
        self.assertIn('error validating "STDIN": error validating data: ValidationError(Deployment.spec): unknown field "replicsa" in '
                      "io.k8s.api.apps.v1.DeploymentSpec", wrong)

    def test_takes_what_is_right(self):
        right = WEB.replace("image: nginx:1", "image: nginx:1\n        resources: {limits: {cpu: 1, memory: 1Gi}}\n"
                            "        readinessProbe: {httpGet: {port: 80}}")
        self.ok("create", "-f", "-", stdin=right)

    def test_tries_changes_out(self):
        self.check_diff_and_dry_run()


@unittest.skipUnless(minor_version(KUBECTL_NEW) >= 32, "KUBECTL_NEW names no kubectl of 1.32 or later")
class NewKubectlTest(SchemaCase):
    """Reads version 3, and sends protobuf."""

    kubectl = KUBECTL_NEW

    def test_explains_fields(self):
        self.check_explain()

    def test_unknown_fields_are_refused(self):
        self.check_unknown_field()

    def test_tries_changes_out(self):
        self.check_diff_and_dry_run()

    def test_creates_by_protobuf(self):
        self.ok("create", "ns", "shop")
        self.ok("create", "cm", "c1", "--from-literal=a=b")
        self.ok("create", "secret", "generic", "s1", "--from-literal=p=x")
        self.ok("create", "deploy", "web", "--image=nginx:1", "--replicas=2", "--port=80")
        self.ok("create", "svc", "clusterip", "web", "--tcp=80:8080")
        self.ok("create", "ingress", "web", "--rule=a.test/*=web:80")
        self.ok("create", "sa", "robot")
        self.assertEqual(json.loads(self.ok("get", "cm", "c1", "-o", "json"))["data"], {"a": "b"})
        self.assertEqual(json.loads(self.ok("get", "secret", "s1", "-o", "json"))["data"], {"p": "eA=="})
        web = json.loads(self.ok("get", "deploy", "web", "-o", "json"))["spec"]
        self.assertEqual((web["replicas"], web["template"]["spec"]["containers"][0]["ports"]),
                         (2, [{"containerPort": 80, "protocol": "TCP"}]))
        service = json.loads(self.ok("get", "svc", "web", "-o", "json"))["spec"]
        self.assertEqual((service["ports"][0]["port"], service["ports"][0]["targetPort"]), (80, 8080))
        path = json.loads(self.ok("get", "ingresses.v1.networking.k8s.io", "web", "-o", "json"))["spec"]["rules"][0]["http"]["paths"][0]
        self.assertEqual((path["pathType"], path["backend"]["service"]["port"]["number"]), ("Prefix", 80))
        self.assertEqual(self.ok("auth", "can-i", "create", "deployments.apps").strip(), "yes")
        self.assertIn("created (server dry run)", self.ok("create", "cm", "c2", "--dry-run=server"))


class ProtobufTest(kubectl_test.KubectlCase):
    """Bodies as client-go sends them, without a kubectl between."""

    def send(self, method, path, body, content_type=PROTOBUF):
        request = urllib.request.Request(self.address + path, data=body, method=method, headers={"Content-Type": content_type})
        try:
            with urllib.request.urlopen(request, timeout=kubectl_test.PATIENCE_S) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def body(self, name):
        return base64.b64decode(next(case["body"] for case in BODIES if case["name"] == name))

    def test_creates_what_the_body_says(self):
        status, web = self.send("POST", "/apis/apps/v1/namespaces/default/deployments", self.body("pb-deployment"))
        self.assertEqual(status, 201, web)
        self.assertEqual(web["spec"]["replicas"], 2)
        self.assertEqual(web["spec"]["strategy"], {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "50%", "maxUnavailable": 1}})
        self.assertNotIn("paused", web["spec"])
        status, web = self.send("PUT", "/apis/apps/v1/namespaces/default/deployments/web", self.body("pb-deployment"))
        self.assertEqual(status, 200, web)

    def test_scales_and_deletes(self):
        self.send("POST", "/apis/apps/v1/namespaces/default/deployments", self.body("pb-deployment"))
        scale = b"k8s\0\n\x17\n\x0eautoscaling/v1\x12\x05Scale\x12\x11\n\x05\n\x03web\x12\x02\x08\x03\x1a\x04\x08\x00\x12\x00\x1a\x00\"\x00"
        status, answer = self.send("PUT", "/apis/apps/v1/namespaces/default/deployments/web/scale", scale)
        self.assertEqual((status, answer["spec"]), (200, {"replicas": 3}), answer)
        wrong_uid = b"k8s\0\n\x17\n\x07apps/v1\x12\x0cDeleteOption\x12\x05\x12\x03\n\x01x\x1a\x00\"\x00"
        status, answer = self.send("DELETE", "/apis/apps/v1/namespaces/default/deployments/web", wrong_uid)
        self.assertEqual(status, 409, answer)
        empty = b"k8s\0\n\x18\n\x07apps/v1\x12\rDeleteOptions\x12\x00\x1a\x00\"\x00"
        status, answer = self.send("DELETE", "/apis/apps/v1/namespaces/default/deployments/web", empty)
        self.assertEqual(status, 200, answer)

    def test_says_what_is_wrong(self):
        maps = "/api/v1/namespaces/default/configmaps"
        good = self.body("pb-configmap")
        for path, body, message in (
                (maps, good[:-9], "unexpected EOF"),
                (maps, b"{}", r"does not appear to be a protobuf message, expected prefix [107 56 115 0]"),
                (maps, b"", "empty data"),
                ("/api/v1/namespaces/default/secrets", good, 'ConfigMap in version "v1" cannot be handled as a Secret'),
        ):
            status, answer = self.send("POST", path, body)
            self.assertEqual((status, answer["reason"]), (400, "BadRequest"), answer)
            self.assertIn(message, answer["message"])
        status, answer = self.send("POST", maps, good, "application/cbor")
        self.assertEqual(status, 415, answer)


class DocumentsTest(kubectl_test.KubectlCase):
    """What clients of OpenAPI ask for, beside kubectl."""

    def get(self, path, **headers):
        request = urllib.request.Request(self.address + path, headers={k.replace("_", "-"): v for k, v in headers.items()})
        try:
            with urllib.request.urlopen(request, timeout=kubectl_test.PATIENCE_S) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()

    def test_hashed_documents_may_be_kept_for_ever(self):
        _, _, index = self.get("/openapi/v3")
        url = json.loads(index)["paths"]["apis/apps/v1"]["serverRelativeURL"]
        status, headers, body = self.get(url)
        self.assertEqual(status, 200)
        self.assertIn("immutable", headers["Cache-Control"])
        self.assertIn("io.k8s.api.apps.v1.Deployment", json.loads(body)["components"]["schemas"])
        self.assertEqual(self.get("/openapi/v3/apis/nonsense/v1")[0], 404)

    def test_version_2_in_both_forms_is_revalidated(self):
        kubectl_asks = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"
        status, headers, body = self.get("/openapi/v2", Accept=kubectl_asks)
        self.assertEqual((status, headers["Content-Type"]), (200, "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"))
        self.assertTrue(body.startswith(b"\x0a\x032.0"))
        self.assertEqual(self.get("/openapi/v2", Accept=kubectl_asks, If_None_Match=headers["ETag"])[0], 304)
        self.assertEqual(json.loads(self.get("/openapi/v2")[2])["swagger"], "2.0")


if __name__ == "__main__":
    unittest.main()
