#!/usr/bin/env python3
"""Commands that ask a running instance, as a newcomer types them: in the repository's examples, against `graylane up`.

Environment: GRAYLANE = the program (default build/release/graylane).
"""
import contextlib
import json
import os
import pathlib
import pty
import re
import shutil
import signal
import socket
import subprocess
import threading
import unittest

import cli
import up

HOST = "www.example.com"


class LiveCommands(unittest.TestCase):
    """One instance on a copy of the example, for all tests; they only look."""

    @classmethod
    def setUpClass(cls):
        cls.scratch = up.Scratch()
        cls.addClassCleanup(cls.scratch.close)
        cls.folder = cls.scratch.path / "manifests"
        shutil.copytree(cli.ROOT / "examples/nginx-canary", cls.folder)
        cls.instance = up.Up(cls.folder)
        cls.addClassCleanup(cls.instance.close)
        cls.instance.ready()
        up.wait_for(lambda: len(re.findall(r" 1/1 +Running ", cls.run_there("get", "pods").stdout)) == 3, "three Pods")

    @classmethod
    def run_there(cls, *arguments):
        return subprocess.run([cli.path(), *arguments, "--state", str(cls.instance.state)], capture_output=True, text=True, timeout=30, check=False)

    def ok(self, *arguments):
        done = self.run_there(*arguments)
        self.assertEqual(done.returncode, 0, done)
        return done.stdout

    def test_explain_is_the_same_as_from_the_files(self):
        # An answer that differs from the files' would be worse than none.
        for arguments in (["http://www.example.com/"], ["-H", "foo: bar", "http://www.example.com/x?y=1"], ["-o", "json", "http://other.example/"]):
            there = self.ok("explain", *arguments)
            from_files = subprocess.run([cli.path(), "explain", "-f", str(self.folder), *arguments], capture_output=True, text=True, check=True)
            self.assertEqual(there, from_files.stdout)

    def test_explain_answers_a_file_of_requests(self):
        # The instance cannot read the caller's files: their content travels.
        requests = self.scratch.path / "requests"
        requests.write_text('{"host":"www.example.com","path":"/"}\n\n{"host":"www.example.com","path":"/","headers":[["foo","bar"]]}\n')
        answers = [json.loads(line) for line in self.ok("explain", "--requests", str(requests), "-o", "json").splitlines()]
        self.assertEqual([len(answer["to"]) for answer in answers], [2, 1])
        missing = self.run_there("explain", "--requests", "/nowhere", "-o", "json")
        self.assertEqual(missing.returncode, 1)
        self.assertIn("/nowhere: cannot be read", missing.stderr)

    def test_get_shows_what_controllers_made(self):
        # kubectl's columns, so that nobody has to learn new ones.
        pods = self.ok("get", "pods").splitlines()
        self.assertEqual(pods[0].split(), ["NAME", "READY", "STATUS", "RESTARTS", "IP", "AGE"])
        self.assertRegex(self.ok("get", "deploy"), r"old-nginx +2/2 +2 +2 ")
        self.assertRegex(self.ok("get", "endpointslices"), r"new-nginx-\S+ +new-nginx +\d+ ")
        self.assertRegex(self.ok("get", "routes", "-o", "wide"), r" 2/1 ")

    def test_describe_shows_status_and_routing(self):
        pod = self.ok("get", "pods", "-o", "name").splitlines()[0].split("/")[1]
        self.assertRegex(self.ok("describe", "pod", pod), r"podIP: 127\.")
        self.assertRegex(self.ok("describe", "ingress", "gray-release-canary"), r"(?s)Routing:.*50 %.*canary")

    def test_split_counts_what_went_where(self):
        # The asked share beside the measured one is what a release is steered by.
        before = json.loads(self.ok("split", "-o", "json"))
        for i in range(100):
            self.instance.ask("GET", "/", HOST)
        after = json.loads(self.ok("split", "-o", "json"))
        self.assertEqual((after["asked"], after["stable"], after["canary"]), (50, "default/old-nginx", "default/new-nginx"))
        self.assertEqual(after["requests"] - before["requests"], 100)
        self.assertAlmostEqual(after["canaryRequests"] - before["canaryRequests"], 50, delta=4)  # 2 for each of the two workers
        self.assertRegex(self.ok("split"), r"www\.example\.com +/ +default/old-nginx +default/new-nginx +header foo=bar +50 % +\d")

    def test_logs_finds_a_pod_by_the_beginning_of_its_name(self):
        self.instance.ask("GET", "/logged", HOST, [("foo", "bar")])
        up.wait_for(lambda: re.search(r"^GET /logged 200 X-Request-ID=\w+$", self.ok("logs", "new-nginx"), re.MULTILINE), lambda: self.ok("logs", "new-nginx"))
        none = self.run_there("logs", "mew-nginx")
        self.assertEqual(none.returncode, 3)
        self.assertIn("name one of new-nginx-", none.stderr)

    def test_logs_of_a_deployment_are_those_of_all_its_pods(self):
        # Who asks for a Deployment does not know which Pod got the request.
        pods = {p.split("/")[1] for p in self.ok("get", "pods", "-o", "name").split() if "old-nginx" in p}
        self.assertEqual(len(pods), 2)
        for name in ("old-nginx", "deployment/old-nginx"):
            lines = self.ok("logs", name).splitlines()
            self.assertEqual({line.partition(": ")[0] for line in lines}, pods)
            self.assertTrue(all(": listening on " in line or ": GET " in line for line in lines), lines)

    def test_get_all_is_what_there_is(self):
        # kubectl's word for it.
        self.assertEqual(self.ok("get", "all", "-o", "name"), self.ok("get", "-o", "name"))

    def test_doctor_says_what_is_in_the_way(self):
        # A second instance on the same port is the usual first mistake.
        port = self.instance.address[1]
        done = self.run_there("doctor", "--listen", f"127.0.0.1:{port}", "--admin", f"127.0.0.1:{up.free_port()}")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, rf"!! +listen +.*address in use by pid \d+; fix: ")
        fine = self.run_there("doctor", "-f", str(self.folder), "--listen", f"127.0.0.1:{up.free_port()}", "--admin", f"127.0.0.1:{up.free_port()}")
        self.assertEqual(fine.returncode, 0, fine)

    def test_an_instance_carries_out_nothing_but_questions(self):
        # What can be asked must not be able to start or change anything.
        for command in ("up", "demo", "lint", "logs"):
            self.assertNotEqual(self.run_there(command).returncode, 0)


class Demo(unittest.TestCase):
    def test_the_demo_shows_every_scene_without_a_failed_request(self):
        # The README's first command. Port 8080 is often in use: by this test, or by whoever had it before.
        with socket.socket() as holder:
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                holder.bind(("127.0.0.1", 8080))
                holder.listen()
            done = subprocess.run([cli.path(), "demo"], cwd=cli.ROOT, capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done)
        port = re.search(r"port 8080 is in use, taking (\d+)", done.stderr)[1]
        self.assertIn(f"http://127.0.0.1:{port}/ with Host: {HOST}", done.stdout)
        rows = [line.split() for line in done.stdout.splitlines() if line.endswith(" 0") and "%" in line]
        self.assertEqual(len(rows), 7, done.stdout)
        self.assertIn("every request was answered, every share was as asked", done.stdout)

    def demo(self, *flags):
        """A demo whose temporary folder is ours, on a terminal, as people start it."""
        scratch = up.Scratch()
        self.addCleanup(scratch.close)
        terminal, inside = pty.openpty()
        self.addCleanup(os.close, terminal)
        program = subprocess.Popen(["setsid", "--fork", "--ctty", "--wait", cli.path(), "demo", *flags], cwd=cli.ROOT, stdin=inside, stdout=inside, stderr=inside,
                                   env={**os.environ, "TMPDIR": str(scratch.path), "NO_COLOR": "1"})
        os.close(inside)
        self.addCleanup(program.kill)
        said = []
        def read():
            with contextlib.suppress(OSError):
                while data := os.read(terminal, 65536):
                    said.append(data.decode("utf-8", "replace").replace("\r\n", "\n"))
        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        return scratch.path, terminal, program, lambda: "".join(said)

    def test_ctrl_c_ends_what_was_kept_as_it_should(self):
        # Ctrl-C reaches every process of the terminal: what it started must not take it for a second one.
        folder, terminal, program, said = self.demo("--keep")
        up.wait_for(lambda: "What to try next" in said() and f"{cli.path()} logs old-nginx" in said(), said, 60)
        manifests = next(folder.glob("graylane-demo-*"))
        edit = re.search(r"^  (sed -i .*?/4-canary\.yaml)", said(), re.MULTILINE)[1]
        subprocess.run(edit, shell=True, check=True)
        up.wait_for(lambda: "canary 20 -> 50 %" in said(), said)
        state = str(manifests / ".graylane")
        self.assertRegex(subprocess.run([cli.path(), "logs", "old-nginx", "--state", state], capture_output=True, text=True, check=True).stdout, r"(?m)^old-nginx-\S+: GET / 200 X-Request-ID=\w+$")
        os.write(terminal, b"\x03")
        self.assertEqual(program.wait(30), 0, said())
        self.assertNotIn("error", said())
        self.assertEqual(list(folder.iterdir()), [])

    def test_an_interrupted_demo_leaves_nothing(self):
        # It was ended in the middle; the folder is of no use to anybody.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number):
                folder, _, program, said = self.demo()
                up.wait_for(lambda said=said: "only the old version" in said(), said, 60)
                inner = up.descendants(program.pid)[0]
                os.kill(inner, number)
                self.assertEqual(program.wait(30), 128 + number, said())
                self.assertEqual(list(folder.iterdir()), [])


if __name__ == "__main__":
    unittest.main()
