#!/usr/bin/env python3
"""The canary guide's own path from beginning to end, by files, on a running program and under load: examples/nginx-canary.

Environment: GRAYLANE = the program (default build/release/graylane).
"""
import json
import re
import shutil
import unittest

import cli
import http1
import load
import up

HOST = "www.example.com"
EXAMPLES = cli.ROOT / "examples"
OLD, NEW = "old", "new"
HEADER = [("foo", "bar")]
COUNT = 400
WORKERS = 2
ERROR = 3 * WORKERS  # an exact split is within 3 requests in each worker; of all requests to the route, not of some of them
SOME = 5 * (COUNT / 4) ** 0.5  # what chance leaves of that for those which we look at while others go on


class GuideTest(unittest.TestCase):
    def setUp(self):
        self.scratch = up.Scratch("graylane-guide-")
        self.addCleanup(self.scratch.close)
        self.folder = self.scratch.path / "manifests"
        self.folder.mkdir()
        self.error = ERROR

    def take(self, *names, example="nginx-canary", edit=None):
        """Copies files of the example as an editor would save them; edit: (pattern, text) pairs."""
        for name in names:
            text = (EXAMPLES / example / name).read_text(encoding="utf-8")
            for pattern, replacement in edit or []:
                text, count = re.subn(pattern, replacement, text, flags=re.M)
                self.assertGreater(count, 0, f"{name} has no {pattern!r}")
            up.write(self.folder / name, text)

    def start(self):
        self.up = up.Up(self.folder, "--access-log=off", workers=WORKERS)
        self.addCleanup(self.up.close)
        return self.up.ready()

    def versions(self, headers=(), count=COUNT):
        """How often each version answers; any other status fails."""
        got = {OLD: 0, NEW: 0}
        with self.up.connect() as connection:
            for _ in range(count):
                response = connection.ask("GET", "/", HOST, headers)
                self.assertEqual(response.status, 200, response)
                got[version_of(response.text)] += 1
        return got

    def wait(self, share, headers=()):
        """Until that share of requests goes to the new version; then the exact count."""
        def reached():
            got = self.versions(headers, 20)
            return abs(got[NEW] - 20 * share) <= 8 and (share not in (0, 1) or got[NEW] == 20 * share)
        up.wait_for(reached, lambda: f"{share} to the new version\n{self.up.said()}")
        got = self.versions(headers)
        self.assertLessEqual(abs(got[NEW] - COUNT * share), 0 if share in (0, 1) else self.error, got)

    def assert_exact(self, client):
        """Of all requests since the last edit, half."""
        client.wait_more(400)
        shown = json.loads(cli.run("split", "--state", str(self.up.state), "-o", "json").out)
        on_their_way = client.connections
        self.assertLessEqual(abs(shown["canaryRequests"] - shown["requests"] / 2), ERROR + on_their_way, shown)
        self.assertGreater(shown["requests"], 400)


def version_of(text):
    found = [v for v in (OLD, NEW) if re.search(rf"\b{v}", text)]
    if len(found) != 1:
        raise AssertionError(f"neither old nor new: {text!r}")
    return found[0]


class Guide(GuideTest):
    def test_the_whole_path_under_load(self):
        # What the guide's reader does, in the guide's order; nobody may notice.
        self.take("1-old.yaml", "2-ingress.yaml")
        running = self.start()
        running.wait_status(200, "GET", "/", HOST)
        self.assertEqual(self.versions()[NEW], 0)
        client = load.Load(running.address, http1.request("GET", "/", HOST), rate=800).start()
        self.error = SOME
        self.addCleanup(lambda: client.stop() if client._thread.is_alive() else None)

        self.take("3-new.yaml")
        self.take("4-canary.yaml", edit=[(r"^ +nginx.*canary-weight.*\n", "")])
        self.wait(1, HEADER)  # "only requests with foo=bar reach the new version"
        self.wait(0)
        self.wait(0, [("foo", "Bar")])

        self.take("4-canary.yaml")
        self.wait(0.5)
        self.wait(1, HEADER)  # the guide says half of these; the header decides alone

        self.take("4-canary.yaml", edit=[(r"^ +nginx.*canary-by-header.*\n", "")])
        self.wait(0.5, HEADER)
        self.wait(0.5)
        self.assert_exact(client)

        self.take("4-canary.yaml", edit=[(r'canary-weight: "50"', 'canary-weight: "100"')])
        self.wait(1)

        self.take("1-old.yaml", edit=[(r"(selector:\n    run:) old-nginx", r"\1 new-nginx")])
        self.wait(1)
        (self.folder / "4-canary.yaml").unlink()
        self.wait(1)

        self.take("1-old.yaml", edit=[(r"(selector:\n    run:) old-nginx", r"\1 new-nginx"), (r"\A[\s\S]*?^---\n", "")])
        self.take("3-new.yaml", edit=[(r"^---\n[\s\S]*\Z", "")])
        self.wait(1)
        outcome = client.stop()
        self.assertEqual(outcome.bad(200), [], outcome)

    def test_the_example_as_it_stands(self):
        # `graylane up -f examples/nginx-canary`, and nothing else.
        shutil.copytree(EXAMPLES / "nginx-canary", self.folder, dirs_exist_ok=True)
        running = self.start()
        running.wait_status(200, "GET", "/", HOST, HEADER)
        self.wait(0.5)
        self.wait(1, HEADER)
        self.assertEqual(running.ask("GET", "/", "other.example.com").status, 404)

    def test_the_old_api_version(self):
        # networking.k8s.io/v1beta1, as the guide prints it for older clusters.
        shutil.copytree(EXAMPLES / "nginx-canary-v1beta1", self.folder, dirs_exist_ok=True)
        self.start().wait_status(200, "GET", "/", HOST, HEADER)
        self.wait(0.5)
        self.wait(1, HEADER)

    def test_as_printed_it_is_refused_and_mended(self):
        # The program says where, lint --fix mends two mistakes, the third is a choice: the running program takes each step by itself.
        shutil.copytree(EXAMPLES / "nginx-canary-as-printed", self.folder, dirs_exist_ok=True)
        self.up = up.Up(self.folder, "--access-log=off", workers=WORKERS)
        self.addCleanup(self.up.close)
        self.up.wait_line(r"4-canary\.yaml:8:3: error: .*annotations")
        self.up.wait_line(r"2-ingress\.yaml:19:1: error: .*---")
        up.wait_for(lambda: self.up.admin_status("/healthz") == 200, "healthy")
        self.assertEqual(self.up.admin_status("/readyz"), 503)
        cli.run("lint", "--fix", "-f", str(self.folder))
        self.up.wait_line(r"2-ingress\.yaml:\d+:\d+: error: Ingress default/gray-release is defined twice")
        self.assertEqual(self.up.admin_status("/readyz"), 503)
        for name in ("2-ingress.yaml", "4-canary.yaml"):  # the guide prints both API versions: one has to go
            text = (self.folder / name).read_text(encoding="utf-8")
            up.write(self.folder / name, text[text.index("\n---\n") + 5:])
        self.up.ready()
        self.up.wait_status(200, "GET", "/", HOST, HEADER)
        self.wait(0.5)
        self.wait(1, HEADER)

    def test_the_trap_of_deleting_the_canary_first(self):
        # Everybody is back on the old version at once.
        self.take("1-old.yaml", "2-ingress.yaml", "3-new.yaml")
        self.take("4-canary.yaml", edit=[(r'canary-weight: "50"', 'canary-weight: "100"')])
        self.start().wait_status(200, "GET", "/", HOST)
        self.wait(1)
        (self.folder / "4-canary.yaml").unlink()
        self.wait(0)

    def test_the_trap_of_deleting_the_old_deployment_first(self):
        # An empty main Service is 503 for all, also for the canary's own requests, as in ingress-nginx.
        self.take("1-old.yaml", "2-ingress.yaml", "3-new.yaml", "4-canary.yaml")
        running = self.start()
        running.wait_status(200, "GET", "/", HOST, HEADER)
        self.take("1-old.yaml", edit=[(r"\A[\s\S]*?^---\n", "")])
        running.wait_status(503, "GET", "/", HOST, HEADER)
        self.assertEqual({running.ask("GET", "/", HOST).status for _ in range(20)}, {503})
        self.take("1-old.yaml", edit=[(r"(selector:\n    run:) old-nginx", r"\1 new-nginx"), (r"\A[\s\S]*?^---\n", "")])
        running.wait_status(200, "GET", "/", HOST)
        self.wait(1)

    def test_explain_says_what_traffic_does(self):
        # The same answer from the files and from the running program as on the wire.
        shutil.copytree(EXAMPLES / "nginx-canary", self.folder, dirs_exist_ok=True)
        self.start().wait_status(200, "GET", "/", HOST)
        self.wait(1, HEADER)  # the new version's Pod is ready too: until then `explain` rightly says otherwise
        from_files = cli.run("explain", "-f", str(self.folder), "-o", "json", f"http://{HOST}/")
        running = cli.run("explain", "--state", str(self.up.state), "-o", "json", f"http://{HOST}/")
        self.assertEqual((running.code, running.out), (0, from_files.out), running)


if __name__ == "__main__":
    unittest.main()
