#!/usr/bin/env python3
"""A program on client-go against ours: what controllers do with typed and dynamic clients, informers, work queues and leader election,
and how their watches go on when the server is killed and started again.

Environment: GRAYLANE = the program (default build/release/graylane), CLIENTGO = the program made of clientgo/; ./dev e2e builds it.
"""
import json
import os
import pathlib
import queue
import signal
import subprocess
import sys
import threading
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "blackbox"))
import up  # noqa: E402

PROGRAM = os.environ.get("CLIENTGO", "")
PATIENCE_S = 300  # for one part of it


class ClientGo(unittest.TestCase):
    """It runs once; each test is about one of its parts."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        if not os.access(PROGRAM, os.X_OK):
            raise unittest.SkipTest("no program on client-go: see ./dev e2e")
        cls.scratch = up.Scratch("graylane-clientgo-")
        cls.addClassCleanup(cls.scratch.close)
        (cls.scratch.path / "manifests").mkdir()
        cls.api = up.free_port()
        cls.server = cls.start()
        cls.program = subprocess.Popen([*up.ENDS_WITH_US, PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                       env={**os.environ, "KUBECONFIG": str(cls.scratch.path / "state/kubeconfig"), "HOME": str(cls.scratch.path)})
        cls.addClassCleanup(cls.end)
        cls.lines, cls.errors = queue.Queue(), []
        for read in (cls.read_lines, cls.read_errors):
            threading.Thread(target=read, daemon=True).start()
        cls.found = {}
        cls.read_until("restart")
        cls.server.send_signal(signal.SIGKILL)
        cls.server.wait_exit()
        cls.server = cls.start()
        cls.program.stdin.write("\n")
        cls.program.stdin.flush()
        cls.read_until("watching")

    @classmethod
    def start(cls):
        running = up.Up(cls.scratch.path / "manifests", f"--api=127.0.0.1:{cls.api}", "--access-log=off", state=cls.scratch.path / "state")
        cls.addClassCleanup(running.close)
        return running.ready()

    @classmethod
    def end(cls):
        cls.program.kill()
        cls.program.wait()
        for pipe in (cls.program.stdin, cls.program.stdout, cls.program.stderr):
            pipe.close()

    @classmethod
    def read_lines(cls):
        for line in cls.program.stdout:
            cls.lines.put(json.loads(line))
        cls.lines.put(None)

    @classmethod
    def read_errors(cls):
        cls.errors.extend(cls.program.stderr)

    @classmethod
    def read_until(cls, part):
        while part not in cls.found:
            line = cls.lines.get(timeout=PATIENCE_S)
            if line is None:
                cls.program.wait(PATIENCE_S)
                raise AssertionError(f"it ended before {part}, after {cls.found}\n{''.join(cls.errors)[-5000:]}\n{cls.server.said()}")
            cls.found.update(line)

    def test_writes_and_tells_errors_apart(self):
        self.assertEqual(self.found["writes"], {
            "again": True, "invalid": True, "dry": True, "grew": True, "stale": True, "tries": 2, "made": len("made-") + 5, "wrongUID": True,
            "gone": True, "value": "c", "scaled": 3, "status": ["80", "192.0.2.1"]})

    def test_patches_and_applies(self):
        self.assertEqual(self.found["patches"], {
            "data": {"value": "a", "json": "1", "merge": "2", "strategic": "3"}, "conflict": True, "left": {"both": "y"}, "extracted": {"both": "y"},
            "images": ["example.com/app:1", "example.com/sidecar:1"]})

    def test_reads_pages(self):
        self.assertEqual(self.found["paging"], {"pages": 7, "seen": 25, "sorted": True, "left": 0})

    def test_knows_a_kind_of_its_own(self):
        self.assertEqual(self.found["custom"], {"defaulted": 5, "invalid": True, "seen": 7, "applied": 9})

    def test_a_controller_with_informers_and_a_queue_keeps_its_objects(self):
        self.assertEqual(self.found["controller"], {"copies": 20, "retried": 20})

    def test_elects_one_leader_at_a_time(self):
        self.assertEqual(self.found["election"], {"order": ["first", "second", "third"], "most": 1, "transitions": 2})

    def test_watches_go_on_over_a_kill(self):
        # Nothing is missed, nothing comes twice or backwards, and the cache ends as the server.
        self.assertEqual(self.found["watching"], {"listed": 59, "equal": 59, "twice": 0, "backward": 0, "gone": True,
                                                  "events": {"ADDED": 60, "MODIFIED": 1, "DELETED": 1}})


if __name__ == "__main__":
    unittest.main()
