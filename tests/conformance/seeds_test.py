#!/usr/bin/env python3
"""What the guides behind examples/ promise, asked of `explain`; where a guide is wrong, what really happens.

Environment: GRAYLANE = the program (default build/release/graylane).
"""
import pathlib
import re
import shutil
import tempfile
import unittest

import program

EXAMPLES = program.ROOT / "examples"
CLEAN = ["nginx-canary", "nginx-canary-v1beta1", "gateway-service-weight", "gateway-service-header"]
USERS_URL = {"host": "astraios.g-oss.top", "path": "/api/v1/users/register"}
V1, V2 = "astraios/gateway-service", "astraios/gateway-service-canary"
OLD, NEW = "default/old-nginx", "default/new-nginx"


def setUpModule():
    program.path()


def nginx(*headers):
    return {"host": "www.example.com", "path": "/", "headers": [list(h) for h in headers]}


def users(*headers):
    return {**USERS_URL, "headers": [list(h) for h in headers]}


class ExampleTest(unittest.TestCase):
    """Answers over an example, or over a copy of it that a test changes first."""

    def copy(self, example):
        scratch = tempfile.TemporaryDirectory(prefix="graylane-seed-")
        self.addCleanup(scratch.cleanup)
        folder = pathlib.Path(scratch.name) / "manifests"
        shutil.copytree(EXAMPLES / example, folder)
        return folder

    def edit(self, folder, file, pattern, text):
        path = folder / file
        new, count = re.subn(pattern, text, path.read_text(encoding="utf-8"), flags=re.M)
        self.assertGreater(count, 0, f"{file} has no {pattern!r}")
        path.write_text(new, encoding="utf-8")

    def shares(self, folder, request):
        """{"ns/name": share}, or the status when the gateway itself answers."""
        answer = program.ask(folder, [request])[0]
        return {d["service"]: d["share"] for d in answer["to"]} or answer["status"]

    def assert_shares(self, folder, request, expected):
        got = self.shares(folder, request)
        if isinstance(expected, int) or isinstance(got, int):
            self.assertEqual(got, expected, request)
            return
        self.assertEqual(got.keys(), expected.keys(), request)
        for service, share in expected.items():
            self.assertAlmostEqual(got[service], share, delta=1e-8, msg=request)


class Examples(ExampleTest):
    def test_clean_examples_have_no_errors(self):
        # An example is copied before it is read: it must not teach a mistake.
        for example in CLEAN:
            with self.subTest(example):
                code, out, err = program.run([program.path(), "lint", "-f", str(EXAMPLES / example)])
                self.assertEqual(code, 0, out + err)


class NginxCanary(ExampleTest):
    folders = [EXAMPLES / "nginx-canary", EXAMPLES / "nginx-canary-v1beta1"]

    def test_header_goes_to_the_new_version_whole(self):
        # The guide says half of these requests; the header decides alone.
        for folder in self.folders:
            self.assert_shares(folder, nginx(["foo", "bar"]), {NEW: 1.0})

    def test_other_requests_split_in_halves(self):
        # The weight applies to what the header rule left over, also when the header has another value.
        for folder in self.folders:
            for headers in ([], [["foo", "baz"]], [["foo", "Bar"]], [["foo", "always"]], [["Cookie", "foo=bar"]]):
                self.assert_shares(folder, nginx(*headers), {OLD: 0.5, NEW: 0.5})

    def test_header_step_alone_leaves_the_rest_on_the_old_version(self):
        # The guide's first step has no weight.
        folder = self.copy("nginx-canary")
        self.edit(folder, "4-canary.yaml", r"^.*canary-weight.*\n", "")
        self.assert_shares(folder, nginx(["foo", "bar"]), {NEW: 1.0})
        self.assert_shares(folder, nginx(), {OLD: 1.0})

    def test_weight_step_alone_does_not_look_at_the_header(self):
        # The guide's third step has no header rule.
        folder = self.copy("nginx-canary")
        self.edit(folder, "4-canary.yaml", r"^.*canary-by-header.*\n", "")
        self.assert_shares(folder, nginx(["foo", "bar"]), {OLD: 0.5, NEW: 0.5})

    def test_before_the_canary_everything_is_old(self):
        # The guide's starting point: two files, no new version yet.
        folder = self.copy("nginx-canary")
        (folder / "3-new.yaml").unlink()
        (folder / "4-canary.yaml").unlink()
        self.assert_shares(folder, nginx(["foo", "bar"]), {OLD: 1.0})

    def test_last_step_never_loses_a_request(self):
        # Repoint the old Service, then remove the canary Ingress, then the old Deployment: served all the way.
        folder = self.copy("nginx-canary")
        self.edit(folder, "1-old.yaml", r"(selector:\n    run:) old-nginx", r"\1 new-nginx")
        self.assert_shares(folder, nginx(["foo", "bar"]), {NEW: 1.0})
        (folder / "4-canary.yaml").unlink()
        self.assert_shares(folder, nginx(["foo", "bar"]), {OLD: 1.0})
        self.edit(folder, "1-old.yaml", r"\A[\s\S]*^---\n", "")
        self.assert_shares(folder, nginx(), {OLD: 1.0})

    def test_removing_the_old_deployment_first_breaks_everything(self):
        # An empty main Service answers 503 for all, the canary's own requests included.
        folder = self.copy("nginx-canary")
        self.edit(folder, "1-old.yaml", r"\A[\s\S]*^---\n", "")
        self.assert_shares(folder, nginx(["foo", "bar"]), 503)
        self.assert_shares(folder, nginx(), 503)


class NginxCanaryAsPrinted(ExampleTest):
    def test_lint_names_both_files(self):
        # Read literally this is valid YAML with another meaning: nothing else would say a word.
        code, out, err = program.run([program.path(), "lint", "-f", str(EXAMPLES / "nginx-canary-as-printed")])
        self.assertEqual(code, 1, out + err)
        self.assertRegex(out + err, r"4-canary\.yaml:\d+:\d+")
        self.assertRegex(out + err, r"2-ingress\.yaml:\d+:\d+")

    def test_fix_makes_it_the_clean_example(self):
        # A fix is offered only where it is certain, so it must end in what the guide meant.
        folder = self.copy("nginx-canary-as-printed")
        program.run([program.path(), "lint", "--fix", "-f", str(folder)])
        self.assert_shares(folder, nginx(["foo", "bar"]), {NEW: 1.0})
        self.assert_shares(folder, nginx(), {OLD: 0.5, NEW: 0.5})


class GatewayService(ExampleTest):
    def test_weight_ten_is_a_tenth(self):
        # Scenario 1 of the guide; headers do not matter there.
        for headers in ([], [["X-Canary", "true"]]):
            self.assert_shares(EXAMPLES / "gateway-service-weight", users(*headers), {V1: 0.9, V2: 0.1})

    def test_weights_of_the_guide(self):
        # 10 -> 30 -> 50 -> 100, 0 as the way back; above 100 is everything, not "ignored".
        for weight, expected in (("30", {V1: 0.7, V2: 0.3}), ("50", {V1: 0.5, V2: 0.5}), ("100", {V2: 1.0}),
                                 ("0", {V1: 1.0}), ("130", {V2: 1.0}), ("-5", {V1: 1.0}), ("10%", {V1: 1.0})):
            folder = self.copy("gateway-service-weight")
            self.edit(folder, "4-canary-ingress.yaml", r'(canary-weight:) "10"', rf'\1 "{weight}"')
            with self.subTest(weight):
                self.assert_shares(folder, users(), expected)

    def test_header_true_goes_to_v2(self):
        # Scenario 2; the header's name is matched without case.
        for name in ("X-Canary", "x-canary", "X-CANARY"):
            self.assert_shares(EXAMPLES / "gateway-service-header", users([name, "true"]), {V2: 1.0})

    def test_header_value_has_a_case(self):
        # True is not true; with a value set, always is an ordinary text.
        for headers in ([], [["X-Canary", "True"]], [["X-Canary", "always"]], [["X-Canary", ""]]):
            self.assert_shares(EXAMPLES / "gateway-service-header", users(*headers), {V1: 1.0})

    def test_missing_canary_service_leaves_v1_serving(self):
        # The guide expects 502 here.
        for example, request in (("gateway-service-weight", users()), ("gateway-service-header", users(["X-Canary", "true"]))):
            folder = self.copy(example)
            (folder / "3-canary.yaml").unlink()
            self.assert_shares(folder, request, {V1: 1.0})

    def test_canary_false_is_a_younger_ordinary_ingress(self):
        # The rollback leaves an object behind in some charts: the older Ingress keeps host and path.
        folder = self.copy("gateway-service-weight")
        self.edit(folder, "4-canary-ingress.yaml", r'(/canary:) "true"', r'\1 "false"')
        self.assert_shares(folder, users(), {V1: 1.0})

    def test_host_and_path_type_must_be_equal(self):
        # The guide names host and path; pathType counts as well.
        for pattern, text in ((r"pathType: Prefix", "pathType: Exact"), (r"- host: .*", "- host: other.g-oss.top"),
                              (r"path: /$", "path: /api")):
            folder = self.copy("gateway-service-weight")
            self.edit(folder, "4-canary-ingress.yaml", pattern, text)
            with self.subTest(text):
                self.assert_shares(folder, users(), {V1: 1.0})

    def test_unknown_host_is_404(self):
        # Nothing catches other hosts.
        self.assert_shares(EXAMPLES / "gateway-service-weight", {"host": "g-oss.top", "path": "/"}, 404)


if __name__ == "__main__":
    unittest.main()
