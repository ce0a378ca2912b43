#!/usr/bin/env python3
"""Running it: ending under load, one port for one process, what the admin port says, logs, bad manifests at the start and later.

Environment: GRAYLANE = the program (default build/release/graylane).
"""
import asyncio
import json
import os
import pathlib
import pty
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

    def test_closing_the_terminal_ends_it(self):
        # A gateway without a window goes on for weeks and holds the port.
        self.serve()
        terminal, inside = pty.openpty()
        self.addCleanup(os.close, terminal)
        running = self.start(stdin=inside)
        os.close(inside)
        running.send_signal(signal.SIGHUP)
        self.assertEqual(running.wait_exit(), 0)
        without = self.start()
        mark = without.mark()
        without.send_signal(signal.SIGHUP)
        without.wait_effective(mark)
        self.assertEqual(without.ask("GET", "/", HOST).status, 200)

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
        running.wait_line("fix: no interface of this machine has it")

    def test_one_address_for_both_is_said_to_be(self):
        # "In use by pid N" with its own pid sends people to kill what they have just started.
        port = up.free_port()
        running = self.start(f"--listen=127.0.0.1:{port}", f"--admin=127.0.0.1:{port}", ready=False)
        self.assertEqual(running.wait_exit(), 2)
        running.wait_line(f"--listen and --admin both name port {port}")

    def test_who_listens_for_all_is_told(self):
        # An address of this machine alone, printed for one that others reach, is a trap.
        for listen, said in (("0.0.0.0", "all other IPv4 addresses"), ("[::]", r"all other IPv6 addresses .*not on IPv4")):
            running = self.start(f"--listen={listen}:{up.free_port()}")
            running.wait_line(f"^serving http://.*{said}")
            running.close()

    @unittest.skipIf(os.geteuid() == 0, "root may listen on every port")
    def test_a_low_port_says_what_to_do(self):
        # The first thing that people from nginx type.
        running = self.start("--listen=127.0.0.1:80", ready=False)
        self.assertEqual(running.wait_exit(), 1)
        running.wait_line("fix: ports below 1024 are root's: choose another, such as 8080")

    def test_the_limit_on_open_files_is_raised_or_told(self):
        # Many shells give 1,024 and allow more; where they do not, connections are refused later for no visible reason.
        raised = self.start(wrapper=("prlimit", "--nofile=256:20000"))
        self.assertRegex(pathlib.Path(f"/proc/{raised.pid}/limits").read_text(), r"Max open files +20000 +20000")
        self.assertNotIn("open files", raised.said())
        raised.close()
        low = self.start(wrapper=("prlimit", "--nofile=64:512"))
        low.wait_line("warning: only 512 open files are allowed")
        low.wait_line("fix: ulimit -n")


class Admin(OpsTest):
    def test_healthz_readyz_and_unknown_pages(self):
        # What an orchestrator asks.
        running = self.start()
        self.assertEqual([running.admin_status(p) for p in ("/healthz", "/readyz", "/metrics", "/nothing")], [200, 200, 200, 404])
        # On the public port only /healthz, for unknown hosts, as ingress-nginx has it.
        self.assertEqual([running.ask("GET", p, "127.0.0.1").status for p in ("/healthz", "/readyz", "/metrics")], [200, 404, 404])

    def test_workers_are_as_many_as_asked(self):
        # Each has a listener of its own; the kernel lists them all.
        for asked in (1, 3):
            running = self.start(workers=asked)
            rows = [line.split() for line in pathlib.Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
            self.assertEqual(sum(row[1].endswith(f":{running.address[1]:04X}") and row[3] == "0A" for row in rows), asked)
            running.close()

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
        self.assertEqual(mine(canary="default-next-80", service="web", ingress="web"), 10)
        self.assertEqual(mine(canary=""), 25)
        latency = {k: v for k, v in running.metrics().items() if k.startswith("nginx_ingress_controller_request_duration_seconds_count{")}
        self.assertEqual(sum(v for k, v in latency.items() if 'canary="default-next-80"' in k), 10, latency)
        self.assertEqual(sum(latency.values()), 35, latency)

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

    def broken(self):
        """What ingress-nginx says in its log at most: how it is made, and what must be said of it."""
        def ingress(annotations):
            return lambda: up.write(self.folder / "bad.yaml", [up.ingress("bad", "bad.test", "web", annotations)])
        yield "an Ingress that is dropped", ingress({"load-balance": "a b"}), "ingress-dropped"
        yield "a value that is ignored", ingress({"canary": "true", "canary-weight": "5o"}), "annotation-ignored"
        yield "images.yaml", lambda: (self.folder / "images.yaml").write_text("a: ["), "images.yaml"

    def test_with_errors_in_it_the_rest_is_served_and_not_ready(self):
        # A rollout waits for /readyz; a gateway that has lost a route must not look well.
        self.serve()
        for what, breaks, said in self.broken():
            with self.subTest(what):
                breaks()
                running = self.start(ready=False).serving()
                self.assertEqual(running.ask("GET", "/", HOST).status, 200)
                answer = running.admin_get("/readyz")
                self.assertEqual(answer.status, 503)
                self.assertIn(said, answer.text)
                running.wait_line("/readyz is 503 until the errors are mended")
                self.assertLess(next(i for i, line in enumerate(running.lines) if line.startswith("serving ")), next(i for i, line in enumerate(running.lines) if said in line))
                for name in ("bad.yaml", "images.yaml"):
                    (self.folder / name).unlink(missing_ok=True)
                running.ready()
                running.close()

    def test_strict_ends_with_1_for_every_error(self):
        # Also for those that leave the rest in force.
        self.serve()
        for what, breaks, said in self.broken():
            with self.subTest(what):
                breaks()
                strict = self.start("--strict", ready=False)
                self.assertEqual(strict.wait_exit(), 1)
                strict.wait_line(said)
                for name in ("bad.yaml", "images.yaml"):
                    (self.folder / name).unlink(missing_ok=True)
        self.start("--strict")

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
                running.wait_line(r"the last good state stays: mend the \d errors? told before", mark)
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

    def edited(self, running, **how):
        """Saves the canary `next` of the main Ingress `web`; where to look for what is said."""
        mark = running.mark()
        how = {"to": "next", "name": "next", "ns": "default", "weight": "canary-weight", "value": 20, **how}
        up.write(self.folder / "canary.yaml", [up.ingress(how["name"], HOST, how["to"], {"canary": "true", how["weight"]: how["value"]}, ns=how["ns"])])
        return mark

    def canary(self):
        self.serve()
        endpoint = self.servers.endpoint(upstream.answer_as_told_plainly, "next")
        up.write(self.folder / "next.yaml", up.backend("next", [endpoint.address]))
        up.write(self.folder / "canary.yaml", [up.ingress("next", HOST, "next", {"canary": "true", "canary-weight": 20})])
        return self.start()

    def wait_below(self, running, mark, effective, warning):
        """The warning stands below the line of its edit, not above and not seconds later."""
        running.wait_line(warning, mark)
        lines = running.lines[mark:]
        at = next(i for i, line in enumerate(lines) if re.search(warning, line))
        above = [line for line in lines[:at] if up.EFFECTIVE.search(line)]
        self.assertRegex(above[-1] if above else "", effective, running.said())

    def test_what_an_edit_brings_is_said_below_its_line(self):
        # A typing error takes the canary away: who saved it looks now, not in five seconds.
        running = self.canary()
        for how, effective, warning in (({"weight": "canary-wieght"}, "20 -> 0 %", r"canary-wieght .*annotation-unknown"), ({}, "0 -> 20 %", None),
                                        ({"weight": "canary-wieght"}, "20 -> 0 %", r"canary-wieght .*annotation-unknown"),
                                        ({"value": "101"}, "0 -> 100 %", "canary-weight-over-total"), ({"value": "-5"}, "100 -> 0 %", "canary-weight-negative"),
                                        ({"to": "nexd"}, "canary default/nexd added", r"Service default/nexd does not exist.*service-missing")):
            with self.subTest(how):
                mark = self.edited(running, **how)
                running.wait_effective(mark)
                if warning:
                    self.wait_below(running, mark, effective, warning)
        running.wait_line("fix: did you mean next[?]", mark)

    def test_a_canary_that_is_moved_into_an_error_stays(self):
        # Another namespace or name makes it a new object; the old one was in force, and its users are.
        running = self.canary()
        for how, error in (({"ns": "other"}, "canary-cross-namespace"), ({"name": "renamed", "value": "5o"}, "annotation-ignored")):
            with self.subTest(how):
                mark = self.edited(running, **how)
                running.wait_line("the edit is not in force", mark)
                self.assertEqual(len([line for line in running.lines[mark:] if error in line]), 1, running.said())
                self.assertEqual(self.weights(running), [20])
        mark = self.edited(running, name="renamed", value=30)
        running.wait_effective(mark)
        self.assertEqual(self.weights(running), [30])

    def weights(self, running):
        out = cli.run("split", "-o", "json", "--state", str(running.state)).out
        return [json.loads(line)["asked"] for line in out.splitlines()]

    def test_images_yaml_is_a_part_of_the_edit(self):
        # Half of an edit is a state that nobody wanted, whatever the file is called.
        running = self.canary()
        (self.folder / "images.yaml").write_text("web: {command: 5}\n")
        mark = self.edited(running, value=90)
        running.wait_line("the edit is not in force", mark)
        running.wait_line(r"images\.yaml:1:\d+: error", mark)
        self.assertEqual(self.weights(running), [20])
        lint = cli.run("lint", "-f", str(self.folder))
        self.assertEqual(lint.code, 1)
        self.assertRegex(lint.out, r"images\.yaml:1:\d+: error")
        (self.folder / "images.yaml").unlink()
        running.wait_effective(mark)
        self.assertEqual(self.weights(running), [90])

    def test_a_file_that_was_emptied_is_said_to_be(self):
        # `> file` and a full disk leave it so; what it defined is gone, and the reason is not the edit of a person.
        running = self.canary()
        mark = running.mark()
        (self.folder / "canary.yaml").write_text("")
        self.wait_below(running, mark, "canary default/next removed", r"canary\.yaml: warning: the file is empty")

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
