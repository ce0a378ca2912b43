#!/usr/bin/env python3
"""The command line: help pages, exit codes, spelling of flags, errors as people see them, pipes and terminals.

Environment: GRAYLANE = the program (default build/release/graylane).
"""
import fcntl
import json
import os
import pathlib
import pty
import re
import shlex
import struct
import subprocess
import tempfile
import termios
import time
import unittest

import cli
from cli import EXAMPLE, run

COMMANDS = ["up", "demo", "split", "explain", "lint", "get", "describe", "logs", "kubeconfig", "token", "backup", "restore", "doctor", "version", "completion", "help"]
LIVE = ["up", "demo", "split", "logs", "kubeconfig", "token", "backup", "restore", "doctor"]  # they serve, or look at what is served: live_commands_test.py runs them
URL = "http://www.example.com/"


def setUpModule():
    cli.path()


class CliTest(unittest.TestCase):
    maxDiff = None

    def ok(self, *arguments, **how):
        done = run(*arguments, **how)
        self.assertEqual(done.code, 0, done)
        return done.out

    def refused(self, *arguments, code=2, **how):
        """stderr of a command that fails without data on stdout."""
        done = run(*arguments, **how)
        self.assertEqual(done.code, code, done)
        self.assertEqual(done.out, "", done)
        return done.err


class Help(CliTest):
    def test_every_command_has_a_page_in_the_same_order(self):
        # Who knows one page finds the way in all of them.
        for command in COMMANDS:
            page = self.ok("help", command)
            with self.subTest(command):
                headings = [page.index("\n" + h) for h in ("Usage\n", "Output\n", "Examples\n", "Exit codes\n", "Next: ")]
                self.assertEqual(headings, sorted(headings))
                self.assertEqual(page, self.ok(command, "--help"))
                self.assertEqual(page, self.ok(command, "-h"))
                self.assertLess(len(page.splitlines()[0]), 100)

    def test_every_flag_of_a_usage_is_explained(self):
        # A flag that only the source knows does not exist.
        for command in COMMANDS:
            page = self.ok("help", command)
            for flag in re.findall(r"--[a-z-]+", page):
                self.assertRegex(page + self.ok("help", "lint"), rf"(?m)^ +(-\w, )?(    )?{flag}\b", f"{command}: {flag}")

    def test_examples_run_as_they_are(self):
        # Examples are what people paste first.
        for command in COMMANDS:
            if command in LIVE:
                continue
            page = self.ok("help", command)
            examples = page.split("\nExamples\n")[1].split("\n\n")[0].splitlines()
            self.assertTrue(1 < len(examples) <= 4, examples)
            for example in examples:
                if ">" in example or "source" in example:
                    continue  # writes into the user's own files
                with self.subTest(example):
                    done = subprocess.run(["bash", "-c", "set -o pipefail; graylane() { " + shlex.quote(cli.path()) + ' "$@"; }; ' + example], cwd=cli.ROOT,
                                          capture_output=True, timeout=30, check=False)
                    self.assertEqual(done.returncode, 0, done)
                    self.assertNotEqual(done.stdout + done.stderr, b"")

    def test_topics_are_listed_and_shown(self):
        # The overview is where people look for them.
        overview = self.ok("help")
        for topic in ("exit-codes", "requests", "compat", "splits", "classes"):
            self.assertRegex(overview, rf"(?m)^  {topic} ")
            self.assertTrue(self.ok("help", topic).startswith(topic + ": "))
        self.assertEqual(overview, self.ok())
        self.assertEqual(overview, self.ok("--help"))
        self.assertIn("did you mean graylane help compat?", self.refused("help", "compatt"))


class Spelling(CliTest):
    def test_every_flag_takes_both_spellings(self):
        # kubectl users write --x=v, curl users --x v.
        reference = self.ok("explain", "-f", EXAMPLE, "-o", "json", "-H", "foo: bar", URL)
        for arguments in (["--filename", EXAMPLE, "--output", "json", "--header", "foo: bar", URL],
                          [f"--filename={EXAMPLE}", "--output=json", "--header=foo: bar", URL],
                          [URL, f"-f={EXAMPLE}", "-ojson", "-Hfoo: bar"],
                          [f"-f{EXAMPLE}", "-o=json", "-H", "foo: bar", "--", URL],
                          ["-f", EXAMPLE, "-o", "text", "-o", "json", "-H", "foo: bar", "--split=exact", "--compat", "safe", URL]):
            self.assertEqual(self.ok("explain", *arguments), reference, arguments)

    def test_booleans_are_gos(self):
        # People paste the arguments of their controller.
        for word in ("", "=true", "=1", "=T", "=false", "=0", "=F"):
            self.ok("explain", "-f", EXAMPLE, f"--disable-catch-all{word}", URL)
        self.ok("explain", "-f", EXAMPLE, "--disable-catch-all", "false", URL)
        self.ok("explain", "-f", EXAMPLE, "--disable-catch-all", URL)
        self.assertEqual(self.refused("explain", "-f", EXAMPLE, "--disable-catch-all=yes", URL),
                         'error: --disable-catch-all cannot be "yes"\n    fix: write true or false\n')

    def test_class_flags_mean_what_they_mean_there(self):
        # Naming classes leaves Ingresses without one alone, unless told otherwise.
        def status(*flags):
            return json.loads(self.ok("explain", "-f", EXAMPLE, "-o", "json", *flags, URL))["status"]
        self.assertEqual(status("--ingress-class", "nginx"), 404)
        self.assertIsNone(status("--ingress-class=nginx", "--watch-ingress-without-class=true"))
        self.assertEqual(status("--watch-ingress-without-class=false"), 404)

    def test_unknown_words_get_a_suggestion(self):
        # The next try should be the right one.
        self.assertEqual(self.refused("explian"), 'error: unknown command "explian"\n    fix: did you mean explain?\n')
        self.assertEqual(self.refused("explain", "--reqests", "x"), 'error: unknown flag "--reqests"\n    fix: did you mean --requests?\n')
        self.assertEqual(self.refused("lint", "--zzz"), 'error: unknown flag "--zzz"\n    fix: see: graylane help lint\n')
        self.assertEqual(self.refused("frobnicate"), 'error: unknown command "frobnicate"\n    fix: see: graylane help\n')
        self.assertEqual(self.refused("explain", "-f", EXAMPLE, "-o", "jsn", URL), 'error: --output cannot be "jsn"\n    fix: did you mean json?\n')
        self.assertEqual(self.refused("explain", "-f"), "error: --filename needs a value\n    fix: see: graylane help explain\n")
        self.assertEqual(self.refused("explain", "-f", EXAMPLE, URL, "more"),
                         'error: graylane explain takes no further argument: "more"\n    fix: see: graylane help explain\n')
        self.assertEqual(self.refused("-f", EXAMPLE, "explain", URL), 'error: unknown flag "-f"\n    fix: write flags after the command; see: graylane help\n')
        self.assertIn("nameless-cookie", self.refused("explain", "-f", EXAMPLE, "--compat=saef", URL))

    def test_without_manifests_it_says_what_to_type(self):
        self.assertRegex(self.refused("lint"), "^error: lint needs manifests\n    fix: graylane lint -f DIRECTORY")
        self.assertRegex(self.refused("up", "--api=off"), "^error: up needs manifests, or an API .*\n    fix: graylane up -f DIRECTORY, or")

    def test_without_manifests_and_instance_it_says_how_to_get_one(self):
        # Commands that can ask a running instance do so when no manifests are named.
        for words in (["explain", "http://a.test/"], ["get"], ["describe", "svc/a"]):
            self.assertEqual(self.refused(*words, "--state=/nowhere"),
                             "error: no instance is running with the state folder /nowhere\n"
                             "    fix: start one with graylane up -f DIR, name its folder with --state, or name manifests with -f\n")
        self.assertIn("    fix: start one with graylane up -f DIR, or name its folder with --state\n", self.refused("split", "--state=/nowhere"))

    def test_an_instance_is_not_told_how_to_read(self):
        # It was told when it was started; another answer than the one in force would mislead.
        self.assertIn("was told how to read Ingresses when it was started", self.refused("get", "--compat=exact"))


class Explain(CliTest):
    def test_text_names_winner_rules_and_lines(self):
        # The page that people read: where it goes, then why.
        out = self.ok("explain", "-f", EXAMPLE, URL)
        self.assertEqual(out.splitlines()[0], "-> old-nginx:80 (stable) 50 %, new-nginx:80 (canary) 50 %")
        rows = [re.split(r"  +", line) for line in out.splitlines()[1:]]
        self.assertEqual([r[0] for r in rows], [str(i + 1) for i in range(len(rows))])
        self.assertEqual({r[2] for r in rows}, {"matched", "no"})
        self.assertRegex(out, r"examples/nginx-canary/4-canary\.yaml:\d+:\d+")
        self.assertEqual(self.ok("explain", "-f", EXAMPLE, "-H", "foo: bar", URL).splitlines()[0], "-> new-nginx:80 (canary)")
        self.assertEqual(self.ok("explain", "-f", EXAMPLE, "-H", "Host: www.example.com", "-H", "foo: bar", "http://192.0.2.1/").splitlines()[0],
                         "-> new-nginx:80 (canary)")

    def test_hints_tell_what_was_probably_meant(self):
        # The two questions behind most reports: letters' case, and the wrong host.
        self.assertIn('hint: values have a case: "Bar" is not "bar"', self.ok("explain", "-f", EXAMPLE, "-H", "foo: Bar", URL))
        self.assertIn("hint: did you mean the host www.example.com?", self.ok("explain", "-f", EXAMPLE, "http://www.exmaple.com/"))
        self.assertIn("hint: hosts with rules: www.example.com", self.ok("explain", "-f", EXAMPLE, "http://shop.test/"))

    def test_a_host_whose_ingress_is_left_out_is_told_so(self):
        # The host is written correctly, so a suggestion of another one would lead astray.
        for what, change, hint in (
                ("a snippet", ("metadata:", 'metadata:\n  annotations: {nginx.ingress.kubernetes.io/configuration-snippet: "return 403;"}'),
                 r"left out: configuration-snippet has the risk Critical, .* \(.*2-ingress\.yaml:\d+:\d+\)"),
                ("another class", ("spec:", "spec:\n  ingressClassName: other"), r"left to another controller: its class other .*\)"),
                ("a wrong type", ("number: 80", "number: eighty"), r"left out: number must be an integer, .* \(.*2-ingress\.yaml:\d+:\d+\)")):
            with self.subTest(what), tempfile.TemporaryDirectory() as folder:
                for file in (cli.ROOT / EXAMPLE).glob("*.yaml"):
                    text = file.read_text(encoding="utf-8")
                    pathlib.Path(folder, file.name).write_text(text.replace(*change, 1) if file.name == "2-ingress.yaml" else text, encoding="utf-8")
                out = self.ok("explain", "-f", folder, URL)
                self.assertRegex(out, rf"(?m)^hint: Ingress default/gray-release names this host and is {hint}$")
                self.assertNotIn("did you mean", out)
        out = self.ok("explain", "-f", "examples/nginx-canary-as-printed", URL)
        self.assertRegex(out, r"(?m)^hint: Ingress default/gray-release names this host and is left out: .*2-ingress\.yaml:19:1\)$")

    def test_many_errors_are_cut_short(self):
        # The answer must not scroll away behind a hundred messages.
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "many.yaml")
            file.write_text("".join(f"apiVersion: v1\nkind: Service\nmetadata: {{name: a{i}}}\nspec: {{ports: [{{port: x}}]}}\n---\n" for i in range(14)), encoding="utf-8")
            (pathlib.Path(folder) / "good.yaml").write_text("apiVersion: v1\nkind: Service\nmetadata: {name: b}\nspec: {ports: [{port: 80}]}\n", encoding="utf-8")
            done = run("explain", "-f", folder, URL)
            self.assertEqual(len(re.findall(r"(?m)^\S+: error: ", done.err)), 10)
            self.assertTrue(done.err.endswith(f"\n... and 4 more: graylane lint -f {folder}\n"), done)

    def test_cookies_of_several_flags_are_joined(self):
        # As curl does; a flag that is dropped in silence costs an hour.
        request = json.loads(self.ok("explain", "-f", EXAMPLE, "-b", "a=1", "-b", "b=2", "-o", "json", URL))["request"]
        self.assertEqual(request["headers"], [["Cookie", "a=1; b=2"]])

    def test_request_lines_are_answered_in_order(self):
        # One bad line must not shift the answers to the others.
        lines = ['{"host":"www.example.com","path":"/","headers":[["foo","bar"]],"case":"é"}', "", "{broken", '{"host":"nobody.test","path":"/"}']
        done = run("explain", "-f", EXAMPLE, "--requests", "-", "-o", "json", stdin="\n".join(lines))
        self.assertEqual(done.code, 1, done)
        answers = [json.loads(line) for line in done.out.splitlines()]
        self.assertEqual(answers[0]["request"], json.loads(lines[0]))
        self.assertEqual(answers[0]["decision"], "canary")
        self.assertEqual([d["service"] for d in answers[0]["to"]], ["default/new-nginx"])
        self.assertRegex(answers[1]["at"], r"^<stdin>:3:\d+$")
        self.assertIn("error", answers[1])
        self.assertEqual(answers[2]["status"], 404)
        self.assertRegex(done.err, r"(?m)^error: <stdin>:3:\d+: ")

    def test_text_for_many_requests_names_each(self):
        # Without the heading nobody knows which answer is whose.
        out = self.ok("explain", "-f", EXAMPLE, "--requests", "-", stdin='{"host":"a.test","path":"/x","proto":"h2"}\n{"host":"b.test","path":"/"}\n')
        self.assertEqual([line for line in out.splitlines() if line.startswith("# ")], ["# GET https://a.test/x", "# GET http://b.test/"])

    def test_many_requests_stream(self):
        # The output begins before the input ends, and memory does not grow with it.
        with subprocess.Popen([cli.path(), "explain", "-f", EXAMPLE, "--requests", "-", "-o", "json"], cwd=cli.ROOT, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as process:
            line = b'{"host":"www.example.com","path":"/"}\n'
            process.stdin.write(line * 1000)
            process.stdin.flush()
            self.assertTrue(process.stdout.readline().startswith(b'{"request":{"host":"www.example.com"'))
            process.stdin.close()
            self.assertEqual(len(process.stdout.readlines()), 999)
            self.assertEqual(process.wait(), 0)

    def test_misuse_is_told(self):
        # Flags that would be ignored are refused.
        for arguments in ([], [URL, "--requests", "-"], ["--requests", "-", "-X", "POST"], ["ftp://x/"], [URL, "--client-ip", "nobody"], [URL, "-H", "x"], [URL, "-H", "x: a\nb"], [URL, "-X", "P O"], ["::1"], ["http:/x/"]):
            self.assertRegex(self.refused("explain", "-f", EXAMPLE, *arguments), r"^error: .+\n    fix: .+\n$")

    def test_what_cannot_be_read_fails_and_what_can_still_answers(self):
        # One broken file among many must not keep people from asking about the others.
        self.assertRegex(self.refused("explain", "-f", "nowhere", URL, code=1), r"^error: .*nowhere")
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "broken.yaml").write_text("kind: [\n", encoding="utf-8")
            self.assertRegex(self.refused("explain", "-f", folder, URL, code=1), r"broken\.yaml:\d+:\d+: error: ")
            for file in (cli.ROOT / EXAMPLE).glob("*.yaml"):
                pathlib.Path(folder, file.name).write_bytes(file.read_bytes())
            done = run("explain", "-f", folder, URL)
            self.assertEqual(done.code, 0, done)
            self.assertTrue(done.out.startswith("-> old-nginx:80 (stable) 50 %"), done)
            self.assertRegex(done.err, r"broken\.yaml:\d+:\d+: error: ")
            os.remove(pathlib.Path(folder, "broken.yaml"))
            self.assertEqual(run("explain", "-f", pathlib.Path(folder), URL).err, "")

    def test_an_empty_directory_is_an_answer(self):
        # Before the first Ingress everything is 404, and that is no error.
        with tempfile.TemporaryDirectory() as folder:
            self.assertTrue(self.ok("explain", "-f", folder, URL).startswith("-> 404 "))


class Get(CliTest):
    def test_routes_show_versions_rules_and_lines(self):
        # The compiled table at a glance.
        rows = [re.split(r"   +", line) for line in self.ok("get", "-f", EXAMPLE, "routes").splitlines()]
        self.assertEqual(rows[0], ["HOST", "PATH", "TYPE", "STABLE", "CANARY", "RULE", "FROM"])
        self.assertEqual(len(rows), 2)
        self.assertEqual(rows[1][:2], ["www.example.com", "/"])
        self.assertEqual(rows[1][3:6], ["default/old-nginx:80", "default/new-nginx:80", "header foo=bar, 50 %"])
        self.assertRegex(rows[1][6], r"^examples/nginx-canary/2-ingress\.yaml:\d+:\d+$")

    def test_wide_routes_show_what_else_happens(self):
        # Whether a version can answer at all, and what stands before it, without asking for each.
        rows = [re.split(r"   +", line) for line in self.ok("get", "-f", EXAMPLE, "routes", "-o", "wide").splitlines()]
        self.assertEqual(rows[0][6:], ["POLICY", "ENDPOINTS", "STICKY", "INGRESS", "FROM"])
        self.assertEqual(rows[1][6:10], ["-", "1/1", "-", "default/gray-release"])

    def test_routes_of_one_namespace(self):
        # Routes are of all namespaces unless one is asked for.
        path = "examples/gateway-service-weight"
        self.assertEqual(self.ok("get", "-f", path, "routes", "-n", "astraios"), self.ok("get", "-f", path, "routes", "-A"))
        done = run("get", "-f", path, "routes", "-n", "default")
        self.assertEqual((done.code, done.out, done.err), (0, "", "No routes in namespace default; leave -n away to see all\n"))

    def test_objects_as_kubectl_prints_them(self):
        # Muscle memory: names of kinds, columns, -o name.
        out = self.ok("get", "-f", EXAMPLE, "ing")
        self.assertEqual(re.split(r"  +", out.splitlines()[0]), ["NAME", "CLASS", "HOSTS", "PORTS", "AGE"])
        self.assertEqual(self.ok("get", "-f", EXAMPLE, "ingresses", "-o", "name"),
                         "ingress.networking.k8s.io/gray-release\ningress.networking.k8s.io/gray-release-canary\n")
        self.assertEqual(self.ok("get", "-f", EXAMPLE, "svc/old-nginx", "-o=name"), "service/old-nginx\n")
        self.assertEqual(json.loads(self.ok("get", "-f", EXAMPLE, "svc", "old-nginx", "-o", "json"))["spec"]["selector"], {"run": "old-nginx"})
        self.assertEqual(len(json.loads(self.ok("get", "-f", EXAMPLE, "-o", "json"))["items"]), 6)
        self.assertIn("FROM", self.ok("get", "-f", EXAMPLE, "deploy", "-A", "-o", "wide").splitlines()[0])

    def test_what_is_not_there_is_exit_code_three(self):
        # Scripts tell "not there" from "failed".
        self.assertEqual(self.refused("get", "-f", EXAMPLE, "ing", "gray-relaese", code=3),
                         'error: Ingress "gray-relaese" does not exist in namespace default\n    fix: did you mean gray-release?\n')
        self.assertIn("did you mean ingress", self.refused("get", "-f", EXAMPLE, "ingrss", code=3))
        done = run("get", "-f", "examples/gateway-service-weight", "ingress")
        self.assertEqual((done.code, done.out), (0, ""))
        self.assertIn("add -A or -n", done.err)

    def test_describe_shows_the_place_in_the_routing(self):
        # A canary by itself says little: what matters is what it attaches to.
        out = self.ok("describe", "-f", EXAMPLE, "ingress", "gray-release-canary")
        self.assertIn("default/old-nginx:80", out)
        self.assertRegex(out, r"(?m)^  www\.example\.com .* canary$")
        self.assertIn("Diagnostics: none\n", out)
        self.assertIn("did you mean gray-release?", self.refused("describe", "-f", EXAMPLE, "ingress", "gray-releas", code=3))
        self.refused("describe", "-f", EXAMPLE, "ingress")


class Terminal(CliTest):
    def on_a_terminal(self, *arguments, env=None, columns=0):
        main, other = pty.openpty()
        fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        with subprocess.Popen([cli.path(), *arguments], cwd=cli.ROOT, stdout=other, stderr=other,
                              env={**{k: v for k, v in os.environ.items() if k != "NO_COLOR"}, "TERM": "xterm", **(env or {})}) as process:
            os.close(other)
            out = b""
            try:
                while chunk := os.read(main, 65536):
                    out += chunk
            except OSError:
                pass  # how Linux says that the other end is closed
            process.wait()
        os.close(main)
        return out

    def test_colour_only_on_a_terminal_and_only_if_wanted(self):
        # Escape codes in a log or a file are noise.
        arguments = ["explain", "-f", EXAMPLE, URL]
        self.assertIn(b"\x1b[", self.on_a_terminal(*arguments))
        self.assertNotIn(b"\x1b[", self.on_a_terminal(*arguments, "--no-color"))
        self.assertNotIn(b"\x1b[", self.on_a_terminal("--no-color", *arguments))
        self.assertNotIn(b"\x1b[", self.on_a_terminal(*arguments, env={"NO_COLOR": "1"}))
        self.assertNotIn(b"\x1b[", self.on_a_terminal(*arguments, env={"TERM": "dumb"}))
        self.assertNotIn("\x1b[", self.ok(*arguments))

    def test_a_terminal_gets_lines_of_its_width_and_a_pipe_whole_ones(self):
        # Broken anywhere, a message cannot be read; broken at all, it cannot be searched for.
        as_printed = "examples/nginx-canary-as-printed"
        for arguments in (["lint", "-f", as_printed], ["explain", "-f", EXAMPLE, URL], ["explain", "--help"], ["help", "requests"], ["get", "--help"], []):
            with self.subTest(arguments):
                out = self.on_a_terminal("--no-color", *arguments, columns=80).decode().replace("\r", "")
                examples = out.split("\nExamples\n")[-1].split("\n\n")[0] if "Examples" in out else ""  # to be pasted
                self.assertEqual([line for line in out.splitlines() if len(line) > 80 and line not in examples], [])
        self.assertGreater(max(map(len, run("lint", "-f", as_printed).out.splitlines())), 200)

    def test_it_starts_at_once(self):
        # It runs in completions and prompts.
        for arguments in (["version"], ["--help"]):
            times = []
            for _ in range(10):
                begin = time.monotonic()
                run(*arguments)
                times.append(time.monotonic() - begin)
            self.assertLess(min(times), 0.1, arguments)  # without load some 4 ms, most of which is the test's own

    def test_a_reader_that_goes_away_is_no_failure(self):
        # `| head` is how people look at long output.
        lines = b'{"host":"www.example.com","path":"/"}\n' * 20_000
        with tempfile.NamedTemporaryFile() as file:
            file.write(lines)
            file.flush()
            command = f"{shlex.quote(cli.path())} explain -f {EXAMPLE} --requests {file.name} -o json | head -n 1; echo ${{PIPESTATUS[0]}}"
            done = subprocess.run(["bash", "-c", command], cwd=cli.ROOT, capture_output=True, timeout=30, check=False)
        self.assertEqual(done.stderr, b"")
        self.assertEqual(done.stdout.splitlines()[-1], b"0")

    def test_a_full_disk_is_told(self):
        # Output that is cut short must not look complete.
        with open("/dev/full", "wb") as full:
            done = subprocess.run([cli.path(), "help"], stdout=full, stderr=subprocess.PIPE, timeout=30, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"error: stdout cannot be written", done.stderr)


class Habits(CliTest):
    def test_what_kubectl_users_type_is_there_or_said_not_to_be(self):
        # "Unknown flag" for what everybody's fingers know reads like a broken program.
        self.assertIn("fix: did you mean graylane up -f examples?", self.refused("up", "examples"))
        self.assertIn("fix: did you mean graylane lint -f examples?", self.refused("lint", "examples"))
        for flag in ("-w", "-l", "--show-labels"):
            self.assertRegex(self.refused("get", "pods", flag), rf"graylane get {flag} is not there yet\n +fix: KUBECONFIG=\S+ kubectl get ")
        self.assertRegex(self.refused("apply", "-f", EXAMPLE), r"apply is a command of kubectl\n +fix: KUBECONFIG=\S+ kubectl apply ")
        self.assertEqual(self.ok("get", "-f", EXAMPLE, "events"), "")
        self.assertEqual(self.ok("get", "-f", EXAMPLE, "all", "-A"), self.ok("get", "-f", EXAMPLE, "-A"))
        self.assertIn("no Pod of namespace default has a log in .graylane", self.refused("logs", "-f", "nobody", code=3))

    def test_several_kinds_and_names_are_listed_one_table_after_another(self):
        # kubectl's users type this before they read any help; the names can be copied into the next command.
        out = self.ok("get", "-f", EXAMPLE, "svc,ing")
        self.assertEqual([line.split()[0] for line in out.splitlines() if line],
                         ["NAME", "service/old-nginx", "service/new-nginx", "NAME", "ingress.networking.k8s.io/gray-release",
                          "ingress.networking.k8s.io/gray-release-canary"])
        self.assertEqual(self.ok("get", "-f", EXAMPLE, "svc,ing", "-o", "name"), "\n".join(re.findall(r"^\S+/\S+", out, re.MULTILINE)) + "\n")
        items = json.loads(self.ok("get", "-f", EXAMPLE, "svc/new-nginx", "ingress.networking.k8s.io/gray-release", "-o", "json"))["items"]
        self.assertEqual([item["metadata"]["name"] for item in items], ["new-nginx", "gray-release"])
        some = cli.run("get", "-f", EXAMPLE, "svc", "new-nginx", "nobody")
        self.assertEqual((some.code, "new-nginx" in some.out, 'Service "nobody" does not exist' in some.err), (3, True, True), some)

    def test_what_is_empty_is_refused_and_not_taken_for_all(self):
        # It is mostly a variable that is not set.
        for words in (["cm", ""], [""], ["svc,"], ["svc/"]):
            self.assertRegex(self.refused("get", "-f", EXAMPLE, *words), r"is empty|empty kind|not one kind and one name")
        self.assertIn("describe needs a kind and a name", self.refused("describe", "svc"))
        self.assertIn("the <pod> is empty", self.refused("logs", ""))

    def test_who_looks_into_a_folder_that_is_not_there_leaves_none_behind(self):
        # A name that was mistyped would else be a state folder from then on.
        with tempfile.TemporaryDirectory() as above:
            state = pathlib.Path(above) / "state"
            self.assertIn("there is no store", self.refused("backup", f"{above}/copy", "--state", state, code=1))
            for words in (["--role", "viewer"], ["--list"], ["--remove", "x"]):
                self.assertIn(f"there is no state folder {state}", self.refused("token", *words, "--state", state, code=3))
            self.assertIn(f"{state} is not there yet and can be made", cli.run("doctor", "--state", state).out)
            self.assertEqual(list(pathlib.Path(above).iterdir()), [])

    def test_no_instance_says_what_the_command_can_do_instead(self):
        # -f is a way out for those that read manifests, and an unknown flag for the others.
        with tempfile.TemporaryDirectory() as state:
            self.assertNotIn("-f", self.refused("split", "--state", state).replace("graylane up -f", ""))
            self.assertIn("or name manifests with -f", self.refused("get", "--state", state))

    def test_help_does_not_ask_for_what_may_be_left_away(self):
        # Without -f a running instance is asked.
        for command in ("get", "describe", "explain"):
            self.assertIn(f"graylane {command} [-f <dir-or-file>] ", self.ok("help", command))


class Others(CliTest):
    def test_version_says_what_it_is_built_from(self):
        # The first question of every report.
        self.assertRegex(self.ok("version").splitlines()[0], r"^graylane +\d+\.\d+\.\d+$")
        self.assertEqual(self.ok("--version"), self.ok("version"))
        facts = json.loads(self.ok("version", "-o", "json"))
        self.assertEqual(set(facts), {"version", "build", "compiler", "pcre2", "libyaml"})

    def complete(self, *words):
        script = 'source <("$1" completion bash); shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _graylane; printf "%s\\n" "${COMPREPLY[@]}"'
        done = subprocess.run(["bash", "-c", script, "-", cli.path(), "graylane", *words], capture_output=True, cwd=cli.ROOT, timeout=30, check=False)
        return done.stdout.decode().split()

    def test_bash_completes_commands_flags_and_values(self):
        # What is completed is what the parser knows, since both come from one tree.
        script = self.ok("completion", "bash")
        self.assertEqual(subprocess.run(["bash", "-n"], input=script.encode(), check=False).returncode, 0)
        self.assertEqual(self.complete("exp"), ["explain"])
        self.assertEqual(set(self.complete("")) - {"--help", "--no-color"}, set(COMMANDS))
        self.assertEqual(self.complete("explain", "--req"), ["--request", "--requests"])
        self.assertEqual(self.complete("explain", "-o", "j"), ["json"])
        self.assertEqual(self.complete("explain", "--split", "=", "r"), ["random"])
        self.assertEqual(self.complete("get", "rou"), ["routes"])
        self.assertEqual(self.complete("completion", "fi"), ["fish"])
        self.assertIn("examples", "".join(self.complete("lint", "-f", "exam")))

    def test_zsh_and_fish_name_every_flag(self):
        # Both are made from the same tree; without the shells at hand this much can be held.
        for shell, flag in (("zsh", "--ingress-class="), ("fish", "-l ingress-class ")):
            self.assertIn(flag, self.ok("completion", shell))
        self.assertTrue(self.ok("completion", "zsh").startswith("#compdef graylane\n"))
        self.assertIn("bash, zsh or fish", self.refused("completion", "tcsh"))
        self.refused("completion")


if __name__ == "__main__":
    unittest.main()
