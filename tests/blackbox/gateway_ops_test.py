#!/usr/bin/env python3
"""Running it: ending under load, one port for one process, what the admin port says, logs, bad manifests at the start and later.

Environment: GRAYLANE = the program (default build/release/graylane).
"""
import asyncio
import json
import os
import re
import signal
import socket
import threading
import time
import unittest

import cli
import http1
import load
import up
import upstream

HOST = "app.test"
REQUEST = http1.request("GET", "/", HOST)
LOG_LINE = re.compile(r'^127\.0\.0\.1 - \S+ \[[^\]]+\] "GET /logged\?a=b HTTP/1\.1" 200 \d+ "[^"]*" "test agent" \d+ \d+\.\d+ \[default-web-80\] \[\] \S+:\d+ \d+ \d+\.\d+ 200 '
                      r'[0-9a-f]{32}$')


class OpsTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.scratch = up.Scratch("graylane-ops-")
        self.addCleanup(self.scratch.close)
        self.folder = self.scratch.path / "manifests"
        self.folder.mkdir()
        self.servers = upstream.Servers()
        self.addCleanup(self.servers.close)

    def serve(self, respond=None, annotations=None, host=HOST, name="web"):
        """An Ingress, and an endpoint for it."""
        endpoint = self.servers.endpoint(respond or upstream.answer_as_told_plainly, name)
        up.write(self.folder / f"{name}.yaml", [*up.backend(name, [endpoint.address]), up.ingress(name, host, name, annotations)])
        return endpoint

    def start(self, *flags, ready=True, **how):
        running = up.Up(self.folder, *flags, **how)
        self.addCleanup(running.close)
        return running.ready() if ready else running


class Ending(OpsTest):
    def slow(self, seconds):
        self.entered = threading.Semaphore(0)
        async def script(exchange):
            self.entered.release()
            await asyncio.sleep(seconds)
            await exchange.answer(body=b"slow")
        return script

    def test_sigterm_lets_active_requests_finish(self):
        # A restart must not cost anybody an answer.
        self.serve(self.slow(1))
        running = self.start()
        connections = [running.connect() for _ in range(10)]
        for connection in connections:
            self.addCleanup(connection.close)
            connection.send(REQUEST)
        for _ in connections:
            self.assertTrue(self.entered.acquire(timeout=10))
        running.send_signal(signal.SIGTERM)
        for connection in connections:
            response = connection.answer()
            self.assertEqual((response.status, response.body), (200, b"slow"))
            self.assertTrue(connection.closes())
        self.assertEqual(running.wait_exit(), 0)

    def test_sigterm_closes_idle_connections_at_once(self):
        # Nobody waits for browsers to go.
        self.serve(self.slow(3))
        running = self.start("--drain-timeout=20s")
        idle = [running.connect() for _ in range(5)]
        for connection in idle[1:]:
            connection.send(http1.request("GET", "/", "nowhere.test"))
            self.assertEqual(connection.answer().status, 404)
        active = running.connect()
        active.send(REQUEST)
        self.assertTrue(self.entered.acquire(timeout=10))
        running.send_signal(signal.SIGTERM)
        for connection in idle:
            self.assertTrue(connection.closes())
            connection.close()
        self.assertIsNone(running.process.poll(), "it did not wait for the active request")
        with self.assertRaises(OSError):
            running.connect(timeout=5)
        self.assertEqual(active.answer().body, b"slow")
        active.close()
        self.assertEqual(running.wait_exit(), 0)

    def test_the_drain_has_an_end(self):
        # --drain-timeout is when patience ends.
        self.serve(self.slow(60))
        running = self.start("--drain-timeout=1s")
        connection = running.connect()
        self.addCleanup(connection.close)
        connection.send(REQUEST)
        self.assertTrue(self.entered.acquire(timeout=10))
        begin = time.monotonic()
        running.send_signal(signal.SIGTERM)
        self.assertEqual(running.wait_exit(), 0)
        self.assertGreater(time.monotonic() - begin, 0.9)
        self.assertLess(time.monotonic() - begin, 10)

    def test_a_second_signal_ends_it_at_once(self):
        # Ctrl-C twice is what people do.
        for first, second in ((signal.SIGTERM, signal.SIGTERM), (signal.SIGINT, signal.SIGINT), (signal.SIGTERM, signal.SIGINT)):
            self.serve(self.slow(60))
            running = self.start("--drain-timeout=50s")
            connection = running.connect()
            connection.send(REQUEST)
            self.assertTrue(self.entered.acquire(timeout=10))
            running.send_signal(first)
            self.assertTrue(up.wait_for(lambda r=running: refuses(r.address), "it drains"))
            self.assertIsNone(running.process.poll())
            running.send_signal(second)
            running.wait_exit(5)
            connection.close()

    def test_draining_under_load_fails_nobody_who_was_accepted(self):
        # Every request that was read is answered; who comes later is refused.
        self.serve()
        running = self.start()
        client = load.Load(running.address, REQUEST, connections=16).start()
        self.addCleanup(client.stop)
        client.wait_more(500)
        running.send_signal(signal.SIGTERM)
        self.assertEqual(running.wait_exit(), 0)
        client.stopping = True
        outcome = client.stop()
        self.assertEqual([status for status, _ in outcome.answers], [200])
        # A request may meet the closing of an idle connection: it was never read. No answer is cut, and no other error is made.
        closed = [f for f in outcome.failures if f.startswith("closed without an answer")]
        others = [f for f in outcome.failures if not f.startswith(("closed without an answer", "connecting: "))]
        self.assertEqual(others, [])
        self.assertLessEqual(len(closed), 16)

    def test_readyz_says_503_while_it_ends(self):
        # Balancers in front look there.
        self.serve(self.slow(2))
        running = self.start("--drain-timeout=20s")
        connection = running.connect()
        self.addCleanup(connection.close)
        connection.send(REQUEST)
        self.assertTrue(self.entered.acquire(timeout=10))
        running.send_signal(signal.SIGTERM)
        up.wait_for(lambda: running.admin_status("/readyz") in (503, None), "not ready any more", 1.5)
        self.assertEqual(running.wait_exit(), 0)


def refuses(address):
    try:
        socket.create_connection(address, 1).close()
    except OSError:
        return True
    return False


class Ports(OpsTest):
    def test_a_second_process_is_told_who_has_the_port(self):
        # SO_REUSEPORT would let both live and share the requests in silence.
        self.serve()
        first = self.start()
        for how in ({"port": first.address[1]}, {"admin": first.admin[1]}):
            second = self.start(ready=False, state=self.scratch.path / "other-state", **how)
            self.assertEqual(second.wait_exit(), 1)
            second.wait_line(rf"address in use by pid {first.pid}\b")
            self.assertIn(str(next(iter(how.values()))), second.said())
        self.assertEqual({first.ask("GET", "/", HOST).status for _ in range(20)}, {200})

    def test_a_state_folder_has_one_owner(self):
        # Two of them would stop each other's Pods.
        self.serve()
        first = self.start(state=self.scratch.path / "state")
        second = self.start(ready=False, state=self.scratch.path / "state")
        self.assertEqual(second.wait_exit(), 1)
        second.wait_line(rf"\b{first.pid}\b")
        self.assertEqual(first.ask("GET", "/", HOST).status, 200)

    def test_a_port_of_somebody_else_is_told_too(self):
        # Any program may have it.
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            running = self.start(ready=False, port=taken.getsockname()[1])
            self.assertEqual(running.wait_exit(), 1)
            running.wait_line(rf"in use(.*\b{os.getpid()}\b)?")

    def test_the_port_is_free_after_the_end(self):
        # A restart at once, with connections of the last run in TIME_WAIT.
        self.serve()
        port = up.free_port()
        for _ in range(3):
            running = self.start(port=port)
            self.assertEqual(running.ask("GET", "/", HOST).status, 200)
            running.close()

    def test_addresses_it_cannot_take_are_errors(self):
        # A typing error must not become another address.
        for flag in ("--listen=127.0.0.1", "--listen=127.0.0.1:99999", "--listen=nowhere:80", "--admin=1", "--workers=0", "--workers=x", "--drain-timeout=x", "--nonsense"):
            running = self.start(flag, ready=False)
            self.assertIn(running.wait_exit(), (1, 2), flag)
        running = self.start("--listen=203.0.113.1:80", ready=False)
        self.assertEqual(running.wait_exit(), 1)
        running.wait_line(r"203\.0\.113\.1")


class Admin(OpsTest):
    def test_healthz_readyz_and_unknown_pages(self):
        # What an orchestrator asks.
        running = self.start()
        self.assertEqual([running.admin_status(p) for p in ("/healthz", "/readyz", "/metrics", "/nothing")], [200, 200, 200, 404])
        # On the public port only /healthz, for unknown hosts, as ingress-nginx has it.
        self.assertEqual([running.ask("GET", p, "127.0.0.1").status for p in ("/healthz", "/readyz", "/metrics")], [200, 404, 404])

    def test_admin_off(self):
        # Somebody who wants no second port gets none.
        self.serve()
        port = up.free_port()
        running = self.start("--admin=off", ready=False, port=port)
        up.wait_for(lambda: not refuses(running.address), "it listens")
        running.wait_status(200, "GET", "/", HOST)
        self.assertTrue(refuses(running.admin))

    def test_ready_without_endpoints(self):
        # Whether anything is behind it is not its own health.
        up.write(self.folder / "a.yaml", [up.service("web"), up.ingress("web", HOST, "web")])
        running = self.start()
        self.assertEqual(running.ask("GET", "/", HOST).status, 503)

    def test_requests_are_counted_exactly(self):
        # Numbers that do not add up are worse than none.
        self.serve()
        canary = self.serve(host=HOST, name="next", annotations={"canary": "true", "canary-by-header": "X-Canary"})
        running = self.start()
        for n in range(30):
            self.assertEqual(running.ask("GET", "/", HOST, [("X-Canary", "always" if n % 3 == 0 else "never")]).status, 200)
        for _ in range(5):
            self.assertEqual(running.ask("POST", "/", HOST, body=b"x").status, 200)
        self.assertEqual(len(canary.received), 10)
        name = "nginx_ingress_controller_requests{"
        def counted():
            return {k: v for k, v in running.metrics().items() if k.startswith(name)}
        up.wait_for(lambda: sum(counted().values()) == 35, counted, 5)
        labels = [dict(re.findall(r'(\w+)="([^"]*)"', k)) | {"value": v} for k, v in counted().items()]
        self.assertEqual({"canary", "controller_class", "controller_namespace", "controller_pod", "host", "ingress", "method", "namespace", "path", "service", "status", "value"},
                         set(labels[0]))
        mine = lambda **want: sum(l["value"] for l in labels if all(l[k] == v for k, v in want.items()))
        self.assertEqual(mine(method="GET", status="200", host=HOST, path="/", namespace="default"), 30)
        self.assertEqual(mine(method="POST", service="web"), 5)
        self.assertEqual(sum(l["value"] for l in labels if l["canary"]), 10)

    def test_metrics_are_prometheus_text(self):
        # One bad line and a scraper drops them all.
        self.serve()
        running = self.start()
        running.ask("GET", "/", HOST)
        text = running.admin_get("/metrics").text
        self.assertTrue(text.endswith("\n"))
        sample = re.compile(r'^[a-zA-Z_:][a-zA-Z0-9_:]*(\{([a-zA-Z_]\w*="(\\.|[^"\\])*",?)*\})? (\+Inf|NaN|-?[0-9.e+-]+)$')
        for line in text.splitlines():
            self.assertTrue(line.startswith(("# HELP ", "# TYPE ")) or sample.match(line), line)
        types = dict(re.findall(r"# TYPE (\S+) (\S+)", text))
        self.assertEqual(types.get("nginx_ingress_controller_requests"), "counter")
        self.assertEqual(types.get("nginx_ingress_controller_request_duration_seconds"), "histogram")
        self.assertTrue([n for n in types if n.startswith("graylane_")], types)
        names = {re.split(r"[{ ]", line)[0] for line in text.splitlines() if not line.startswith("#")}
        bases = {re.sub("_(bucket|sum|count)$", "", n) if n not in types else n for n in names}
        self.assertEqual(bases - set(types), set(), "samples without a type")


    def test_build_info_names_the_version(self):
        # Which version runs where is asked in every incident.
        version = json.loads(cli.run("version", "-o", "json").out)["version"]
        self.assertIn(f'version="{version}"', self.start().admin_get("/metrics").text)


class AccessLog(OpsTest):
    def ask(self, running):
        headers = [("User-Agent", "test agent")]
        self.assertEqual(running.ask("GET", "/logged?a=b", HOST, headers).status, 200)

    def lines(self, file, count):
        return up.wait_for(lambda: file.exists() and len(found := file.read_text().splitlines()) >= count and found, f"{count} lines in {file}")

    def test_json(self):
        # For machines: one object a line.
        self.serve()
        file = self.scratch.path / "access.log"
        running = self.start(f"--access-log={file}", "--access-log-format=json")
        for _ in range(20):
            self.ask(running)
        records = [json.loads(line) for line in self.lines(file, 20)]
        self.assertEqual(len(records), 20)
        text = json.dumps(records[0])
        for part in ("/logged?a=b", "127.0.0.1", "200", "GET", HOST, "test agent"):
            self.assertIn(part, text)

    def test_the_format_of_ingress_nginx(self):
        # For the tools that people have.
        self.serve()
        file = self.scratch.path / "access.log"
        running = self.start(f"--access-log={file}", "--access-log-format=nginx")
        self.ask(running)
        self.assertRegex(self.lines(file, 1)[0], LOG_LINE)

    def test_a_log_cannot_be_forged(self):
        # A quote or a line end in a request must not begin a new record.
        self.serve()
        file = self.scratch.path / "access.log"
        running = self.start(f"--access-log={file}", "--access-log-format=json")
        running.ask("GET", "/%0a%22x\"y", HOST, [("User-Agent", 'a"b\\c\t灰'), ("Referer", "\xff")])
        self.ask(running)
        self.assertEqual([bool(json.loads(line)) for line in self.lines(file, 2)], [True, True])

    def test_off_is_off(self):
        # And nothing appears where it was started.
        self.serve()
        running = self.start("--access-log=off")
        self.ask(running)
        self.assertFalse([line for line in running.lines if "/logged" in line])


class FirstLoad(OpsTest):
    BAD = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: web\nspec:\n  rules: 5\n"

    def test_bad_manifests_at_the_start_are_told_and_watched(self):
        # It stays up, says it is not ready, and becomes so when the file is mended.
        (self.folder / "bad.yaml").write_text(self.BAD)
        running = self.start(ready=False)
        running.wait_line(r"bad\.yaml:6:\d+")
        up.wait_for(lambda: running.admin_status("/healthz") == 200, lambda: f"healthy\n{running.said()}")
        self.assertEqual(running.admin_status("/readyz"), 503)
        self.serve()
        (self.folder / "bad.yaml").unlink()
        running.ready()
        self.assertEqual(running.ask("GET", "/", HOST).status, 200)

    def test_strict_ends_with_1(self):
        # For scripts that want to know now.
        (self.folder / "bad.yaml").write_text(self.BAD)
        running = self.start("--strict", ready=False)
        self.assertEqual(running.wait_exit(), 1)
        running.wait_line(r"bad\.yaml:6:\d+")

    def test_an_empty_directory_is_fine(self):
        # People start it first and add files then.
        running = self.start("--strict")
        self.assertEqual(running.ask("GET", "/", HOST).status, 404)
        self.serve()
        running.wait_status(200, "GET", "/", HOST)

    def test_a_directory_that_comes_later(self):
        # Told, waited for, and served when it is there.
        self.folder = self.scratch.path / "later"
        running = self.start(ready=False)
        running.wait_line("later")
        up.wait_for(lambda: running.admin_status("/readyz") == 503, lambda: f"not ready\n{running.said()}")
        self.serve()
        running.ready().wait_status(200, "GET", "/", HOST)
        self.folder = self.scratch.path / "never"
        strict = self.start("--strict", ready=False)
        self.assertEqual(strict.wait_exit(), 1)


class LastGood(OpsTest):
    def test_an_error_anywhere_keeps_the_last_good_state(self):
        # Half of an edit is a state that nobody wanted.
        self.serve()
        running = self.start()
        breakages = {
            "syntax": "a: [1,\nb: 2\n",
            "type": FirstLoad.BAD,
            "half an object": "apiVersion: networking.k8s.io/v1\nkind: Ingress\n",
        }
        for what, text in breakages.items():
            with self.subTest(what):
                mark = running.mark()
                other = self.servers.endpoint(upstream.answer_as_told_plainly, "other")
                # One edit of two files: a good one and a bad one. Neither may count.
                up.write(self.folder / "broken.yaml", text)
                running.wait_line(r"broken\.yaml:\d+:\d+", mark)
                mark = running.mark()
                up.write(self.folder / "good.yaml", [*up.backend("other", [other.address]), up.ingress("other", "other.test", "other")])
                running.wait_line(r"broken\.yaml:\d+:\d+", mark)
                self.assertEqual({running.ask("GET", "/", HOST).status for _ in range(20)}, {200})
                self.assertEqual(running.ask("GET", "/", "other.test").status, 404)
                self.assertEqual(running.admin_status("/readyz"), 200, "it serves the last good state")
                (self.folder / "broken.yaml").unlink()
                running.wait_status(200, "GET", "/", "other.test")
                (self.folder / "good.yaml").unlink()
                running.wait_status(404, "GET", "/", "other.test")

    def test_each_edit_is_reported_in_one_line(self):
        # What the author wants to read after saving.
        self.serve()
        self.serve(name="next", annotations={"canary": "true", "canary-weight": 20})
        running = self.start()
        for old, new in ((20, 50), (50, 100), (100, 0)):
            mark = running.mark()
            text = (self.folder / "next.yaml").read_text().replace(f'weight": "{old}"', f'weight": "{new}"')
            up.write(self.folder / "next.yaml", text)
            running.wait_line(rf"revision \d+ effective in all workers after \d+(\.\d+)? ms: .*{old} -> {new} %", mark)
            self.assertEqual(len([line for line in running.lines[mark:] if up.EFFECTIVE.search(line)]), 1)

    def test_an_edit_without_meaning_changes_nothing(self):
        # A comment, or the same text saved again.
        self.serve()
        running = self.start()
        mark = running.mark()
        text = (self.folder / "web.yaml").read_text()
        up.write(self.folder / "web.yaml", "# a comment\n" + text)
        up.write(self.folder / "README.md", "nothing to see")
        self.serve(name="marker", host="marker.test")
        running.wait_status(200, "GET", "/", "marker.test")
        self.assertLessEqual(len([line for line in running.lines[mark:] if up.EFFECTIVE.search(line)]), 2)
        self.assertEqual(running.ask("GET", "/", HOST).status, 200)


if __name__ == "__main__":
    unittest.main()
