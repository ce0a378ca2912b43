#!/usr/bin/env python3
"""A program on @kubernetes/client-node, the client of JavaScript, against ours: create, list, patch, watch, logs, delete.

Environment: GRAYLANE = the program (default build/release/graylane), CLIENT_NODE_MODULES = a node_modules folder with the client;
./dev e2e makes one.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "blackbox"))
import up  # noqa: E402

NODE = shutil.which("node")
MODULES = os.environ.get("CLIENT_NODE_MODULES", "")
PATIENCE_S = 120
TALKER = [sys.executable, "-uc", "import itertools, time\nfor n in itertools.count(): print('line', n); time.sleep(0.1)"]


class ClientNode(unittest.TestCase):
    """It runs once; each test is about something that it found."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        if not NODE or not os.path.isdir(MODULES):
            raise unittest.SkipTest("no node, or no @kubernetes/client-node: see ./dev e2e")
        scratch = up.Scratch("graylane-node-")
        cls.addClassCleanup(scratch.close)
        (scratch.path / "manifests").mkdir()
        running = up.Up(scratch.path / "manifests", f"--api=127.0.0.1:{up.free_port()}", "--access-log=off", state=scratch.path / "state")
        cls.addClassCleanup(running.close)
        running.ready()
        (scratch.path / "node_modules").symlink_to(MODULES)  # Node looks for them beside the program
        program = shutil.copy(HERE / "client_node/drive.mjs", scratch.path)
        done = subprocess.run([*up.ENDS_WITH_US, NODE, program, json.dumps(TALKER)], capture_output=True, text=True, check=False, timeout=PATIENCE_S,
                              env={**os.environ, "KUBECONFIG": str(scratch.path / "state/kubeconfig"), "HOME": str(scratch.path)})
        if done.returncode != 0:
            raise AssertionError(f"exit {done.returncode}\n{done.stdout}{done.stderr[-5000:]}\n{running.said()}")
        cls.found = json.loads(done.stdout)

    def expect(self, **wanted):
        self.assertEqual({name: self.found[name] for name in wanted}, wanted)

    def test_creates_lists_and_replaces(self):
        self.expect(labelled=["one"], replaced={"value": "replaced"}, pages=[["one"], ["two"]], created=True)

    def test_is_refused_with_the_reasons_that_programs_look_at(self):
        self.expect(again={"code": 409, "reason": "AlreadyExists"}, invalid={"code": 422, "reason": "Invalid"},
                    stale={"code": 409, "reason": "Conflict"}, absent={"code": 404, "reason": "NotFound"})

    def test_patches_in_four_ways(self):
        self.expect(patched={"json": "1", "merge": "2", "strategic": "3"}, applied={"json": "1", "merge": "2", "strategic": "3", "applied": "4"},
                    managers=["node Apply"])

    def test_its_informer_sees_all_there_is_and_every_change_in_order(self):
        self.expect(known=["add one", "add two"], informed=["add three", "update three", "delete three"], cached=["one", "two"])

    def test_reads_the_logs_of_a_pod_and_scales_it_away(self):
        self.assertTrue(self.found["log"].startswith("line 0\n"), self.found["log"])
        self.expect(followed=["line 0", "line 1"], gone=True)


if __name__ == "__main__":
    unittest.main()
