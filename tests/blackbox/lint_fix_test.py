#!/usr/bin/env python3
"""lint and lint --fix: mistakes are found with their place and reason, and mended where the fix is certain.

Environment: GRAYLANE = the program (default build/release/graylane).
"""
import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import tempfile
import unittest

import cli
from cli import run

AS_PRINTED = cli.ROOT / "examples/nginx-canary-as-printed"
URL = "http://www.example.com/"


def setUpModule():
    cli.path()


class LintFix(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="graylane-lint-")
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name) / "manifests"

    def as_printed(self):
        shutil.copytree(AS_PRINTED, self.folder)
        return self.folder

    def shares(self, *headers):
        flags = [word for header in headers for word in ("-H", header)]
        done = run("explain", "-f", self.folder, "-o", "json", *flags, URL)
        self.assertEqual(done.code, 0, done)
        return {d["service"]: d["share"] for d in json.loads(done.out)["to"]}

    def findings(self):
        done = run("lint", "-f", self.folder, "-o", "json")
        return json.loads(done.out)

    def test_both_mistakes_of_the_guide_are_found_with_their_place(self):
        # Read literally the guide's files are valid YAML that means something else; nobody else says a word.
        found = {(f["id"], pathlib.Path(f["file"]).name, f["line"], f["column"]) for f in json.loads(run("lint", "-f", AS_PRINTED, "-o", "json").out)["diagnostics"]
                 if f["severity"] == "error"}
        ingress = (AS_PRINTED / "2-ingress.yaml").read_text(encoding="utf-8").splitlines()
        canary = (AS_PRINTED / "4-canary.yaml").read_text(encoding="utf-8").splitlines()
        second = [i for i, line in enumerate(ingress, 1) if line.startswith("apiVersion")][1]
        self.assertIn(("two-manifests-without-separator", "2-ingress.yaml", second, 1), found)
        beside = next(i for i, line in enumerate(canary, 1) if line.startswith("  nginx.ingress.kubernetes.io/canary:"))
        self.assertIn(("annotation-outside-annotations", "4-canary.yaml", beside, 3), found)

    def test_messages_are_golden(self):
        # What, where, why, and what to do; the wording is part of the product.
        done = run("lint", "-f", "examples/nginx-canary-as-printed/4-canary.yaml")
        self.assertEqual(done.code, 1, done)
        self.assertEqual(done.out.splitlines()[:3], [
            "examples/nginx-canary-as-printed/4-canary.yaml:8:3: error: nginx.ingress.kubernetes.io/canary stands beside annotations instead of under it: "
            "Kubernetes drops it or refuses the object, and without it this is an ordinary Ingress that competes with the stable one "
            "[annotation-outside-annotations]",
            "    in: Ingress default/gray-release-canary, metadata[nginx.ingress.kubernetes.io/canary]",
            "    fix: indent these lines by two under annotations:"])
        self.assertRegex(done.err, r"(?m)^\d+ errors, \d+ warnings?$")
        self.assertIn("can be fixed: graylane lint --fix -f examples/nginx-canary-as-printed/4-canary.yaml\n", done.err)

    def test_fixed_files_mean_what_the_guide_meant(self):
        # The proof of a fix is not that lint is silent but where requests go.
        self.as_printed()
        before = {f.name: f.read_text(encoding="utf-8") for f in self.folder.glob("*.yaml")}
        done = run("lint", "--fix", "-f", self.folder)
        self.assertRegex(done.err, r"(?m)^fixed .*4-canary\.yaml:8: annotation-outside-annotations$")
        self.assertRegex(done.err, r"(?m)^fixed .*2-ingress\.yaml:\d+: two-manifests-without-separator$")
        self.assertEqual(self.shares("foo: bar"), {"default/new-nginx": 1})
        self.assertEqual(self.shares(), {"default/old-nginx": 0.5, "default/new-nginx": 0.5})
        left = {f["id"] for f in self.findings()["diagnostics"] if f["severity"] == "error"}
        self.assertFalse(left & {"annotation-outside-annotations", "two-manifests-without-separator"}, left)
        for name, text in before.items():
            after = (self.folder / name).read_text(encoding="utf-8")
            kept = [line.strip() for line in after.splitlines() if line != "---"]
            self.assertEqual(kept, [line.strip() for line in text.splitlines() if line != "---"], f"{name}: only indents and separators change")

    def test_a_second_run_changes_nothing(self):
        # Whoever runs it in a hook must not get a diff each time.
        self.as_printed()
        run("lint", "--fix", "-f", self.folder)
        before = {f: (f.read_bytes(), f.stat().st_mtime_ns) for f in self.folder.iterdir()}
        done = run("lint", "--fix", "-f", self.folder)
        self.assertNotIn("fixed ", done.err)
        self.assertEqual({f: (f.read_bytes(), f.stat().st_mtime_ns) for f in self.folder.iterdir()}, before)

    def test_dry_run_prints_a_diff_that_patch_takes(self):
        # Look first, then change; the diff and the change must be the same.
        self.as_printed()
        before = {f.name: f.read_bytes() for f in self.folder.iterdir()}
        done = run("lint", "--fix", "--dry-run", "-f", ".", folder=self.folder)
        self.assertEqual({f.name: f.read_bytes() for f in self.folder.iterdir()}, before)
        self.assertRegex(done.err, r"\d+ problems would be fixed in 2 files; then \d+ errors?, \d+ warnings?")
        self.assertTrue(done.out.startswith("--- "), done)
        run("lint", "--fix", "-f", self.folder)
        fixed = {f.name: f.read_bytes() for f in self.folder.glob("*.yaml")}
        if shutil.which("patch"):
            for name, data in before.items():
                (self.folder / name).write_bytes(data)
            subprocess.run(["patch", "-s", "-p0"], input=done.out.encode(), cwd=self.folder, check=True)
            self.assertEqual({f.name: f.read_bytes() for f in self.folder.glob("*.yaml")}, fixed)

    def test_mode_and_links_stay_and_no_file_is_left_behind(self):
        # A fix must not open a private file, turn a link into a copy, or leave temporary files in a repository.
        self.as_printed()
        real = self.folder.parent / "real.yaml"
        os.rename(self.folder / "4-canary.yaml", real)
        os.symlink("../real.yaml", self.folder / "4-canary.yaml")
        os.chmod(real, 0o640)
        names = sorted(p.name for p in self.folder.parent.rglob("*"))
        run("lint", "--fix", "-f", self.folder)
        self.assertTrue((self.folder / "4-canary.yaml").is_symlink())
        self.assertEqual(stat.S_IMODE(real.stat().st_mode), 0o640)
        self.assertRegex(real.read_text(encoding="utf-8"), r"(?m)^    nginx\.ingress\.kubernetes\.io/canary:")
        self.assertEqual(sorted(p.name for p in self.folder.parent.rglob("*")), names)

    def test_one_file_can_be_fixed_alone(self):
        # -f takes a file as well as a directory.
        self.as_printed()
        before = (self.folder / "2-ingress.yaml").read_bytes()
        run("lint", "--fix", "-f", self.folder / "4-canary.yaml")
        self.assertEqual((self.folder / "2-ingress.yaml").read_bytes(), before)
        self.assertRegex((self.folder / "4-canary.yaml").read_text(encoding="utf-8"), r"(?m)^    nginx\.ingress\.kubernetes\.io/canary:")

    def test_clean_manifests_are_left_alone(self):
        # The usual case.
        done = run("lint", "-f", "examples/nginx-canary")
        self.assertEqual(done.code, 0, done)
        self.assertTrue(done.err.startswith("0 errors, "), done)
        done = run("lint", "--dry-run", "-f", "examples/nginx-canary")
        self.assertEqual(done.code, 2, done)

    def test_findings_come_in_the_order_of_the_files(self):
        # People work through them from top to bottom.
        self.as_printed()
        places = [(f["file"], f["line"]) for f in self.findings()["diagnostics"]]
        self.assertEqual(places, sorted(places))
        text = run("lint", "-f", self.folder).out
        self.assertEqual(len(re.findall(r"(?m)^\S+:\d+:\d+: (?:error|warning|info): ", text)), len(places))


if __name__ == "__main__":
    unittest.main()
