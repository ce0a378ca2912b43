#!/usr/bin/env python3
"""Pods as local processes behind the gateway: killed, restarted, updated and scaled under load; no orphan is ever left.

Environment: GRAYLANE = the program (default build/release/graylane).
"""
import collections
import json
import os
import pathlib
import signal
import subprocess
import sys
import unittest

import cli
import http1
import load
import up

HOST = "app.test"
POD = pathlib.Path(__file__).resolve().parent / "pod.py"
COMMAND = [sys.executable, str(POD)]
REQUEST = http1.request("GET", "/", HOST)
CONNECTIONS = 8


class PodsTest(unittest.TestCase):
    def setUp(self):
        self.scratch = up.Scratch("graylane-pods-")
        self.addCleanup(self.scratch.close)
        self.folder = self.scratch.path / "manifests"
        self.deploy()
        up.write(self.folder / "route.yaml", [up.service("web", selector={"app": "web"}), up.ingress("web", HOST, "web")])

    def deploy(self, replicas=3, version="1", **how):
        up.write(self.folder / "deployment.yaml", [self.deployment("web", replicas, version, **how)])

    def deployment(self, name, replicas=1, version="1", env=None, **how):
        return up.deployment(name, COMMAND, replicas, version=version, env={"TEST_SCRATCH": str(self.scratch.path), **(env or {})}, **how)

    def start(self, **how):
        running = up.Up(self.folder, "--access-log=off", state=self.scratch.path / "state", **how)
        self.addCleanup(self.assert_no_orphan, running)
        self.addCleanup(running.close)
        return running.ready()

    def assert_no_orphan(self, running):
        """After the program has gone, so have its Pods."""
        up.wait_for(lambda: not pods_of(self.scratch.path), lambda: f"Pods left: {pods_of(self.scratch.path)}\n{running.said()}", 10)

    def pods(self, running):
        """{pid: version} of the Pods' processes."""
        out = {}
        for pid in running.children():
            if is_pod(pid):
                out[pid] = environment_of(pid).get("VERSION")
        return out

    def answering(self, running, count=40):
        """Which Pods answer: (version, name) -> how often."""
        with running.connect() as connection:
            answers = [connection.ask("GET", "/", HOST) for _ in range(count)]
        self.assertEqual({a.status for a in answers}, {200})
        return collections.Counter(tuple(a.text.split()) for a in answers)

    def wait_answering(self, running, replicas, version):
        """Until exactly that many Pods of that version answer, and no other."""
        def right():
            try:
                answering = self.answering(running)
            except AssertionError:
                return False
            return len(answering) == replicas and {v for v, _ in answering} == {version}
        up.wait_for(right, lambda: f"{replicas} Pods of version {version} answer\n{running.said()}", 30)

    def load(self, running, **how):
        client = load.Load(running.address, REQUEST, **{"connections": CONNECTIONS, "rate": 800, **how}).start()
        self.addCleanup(lambda: client.stop() if client._thread.is_alive() else None)
        client.wait_more(50)
        return client


def command_of(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def is_pod(pid):
    """The program of a container itself, not who started it."""
    words = command_of(pid).split(b"\0")
    return b"python" in words[0] and words[1:2] == [bytes(POD)] and "POD_NAME" in environment_of(pid)


def environment_of(pid):
    try:
        block = pathlib.Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return {}
    return dict(entry.decode("utf-8", "replace").split("=", 1) for entry in block.split(b"\0") if b"=" in entry)


def pods_of(scratch):
    """Processes that this test's manifests started, whoever their parent is now."""
    mine = []
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        pid = int(entry.name)
        if b"pod.py" in command_of(pid) and up.is_running(pid) and environment_of(pid).get("TEST_SCRATCH") == str(scratch):
            mine.append(pid)
    return mine


class Serving(PodsTest):
    def test_each_replica_is_a_process_with_an_address_of_its_own(self):
        # That is what lets programs run unchanged side by side.
        running = self.start()
        self.wait_answering(running, 3, "1")
        pods = self.pods(running)
        self.assertEqual(len(pods), 3)
        environments = [environment_of(pid) for pid in pods]
        addresses = {e["POD_IP"] for e in environments}
        self.assertEqual(len(addresses), 3)
        self.assertTrue(all(a.startswith("127.") for a in addresses), addresses)
        for e in environments:
            self.assertEqual(e["PORT"], "8080")
        self.assertEqual({n for _, n in self.answering(running)}, {e["POD_NAME"] for e in environments})

    def test_a_pod_knows_the_services(self):
        # Programs from the time before DNS, and the ones that have no other way here. Not by an address that we made up: nobody listens there.
        service = up.service("web", selector={"app": "web"})
        service["spec"]["clusterIP"] = "10.96.0.7"
        up.write(self.folder / "route.yaml", [service, up.service("nowhere", selector={"app": "web"}), up.ingress("web", HOST, "web")])
        running = self.start()
        self.wait_answering(running, 3, "1")
        for pid in self.pods(running):
            environment = environment_of(pid)
            self.assertEqual((environment.get("WEB_SERVICE_HOST"), environment.get("WEB_SERVICE_PORT")), ("10.96.0.7", "80"))
            self.assertNotIn("NOWHERE_SERVICE_HOST", environment)

    def test_nothing_is_sent_before_a_pod_is_ready(self):
        # The readiness probe decides, not the start of the process.
        self.deploy(replicas=1, env={"START_DELAY": "2"})
        running = self.start()
        with running.connect() as connection:
            statuses = []
            def ready():
                statuses.append(connection.ask("GET", "/", HOST).status)
                return statuses[-1] == 200
            up.wait_for(ready, running.said)
        self.assertEqual(set(statuses), {503, 200})
        self.assertEqual(statuses, sorted(statuses, reverse=True))

    def test_all_end_with_the_program(self):
        # SIGTERM first, so that they can finish.
        running = self.start()
        self.wait_answering(running, 3, "1")
        pods = list(self.pods(running))
        running.send_signal(signal.SIGTERM)
        self.assertEqual(running.wait_exit(), 0)
        self.assertEqual([pid for pid in pods if up.is_running(pid)], [])

    def test_one_that_does_not_want_to_end_is_killed(self):
        # After its grace period.
        self.deploy(replicas=1, env={"IGNORE_TERM": "1"}, grace=1)
        running = self.start()
        self.wait_answering(running, 1, "1")
        pods = list(self.pods(running))
        running.send_signal(signal.SIGTERM)
        self.assertEqual(running.wait_exit(), 0)
        self.assertEqual([pid for pid in pods if up.is_running(pid)], [])


class Commands(PodsTest):
    """What the other commands say of a running instance."""

    def ask(self, running, *arguments):
        done = cli.run(*arguments, "--state", str(running.state))
        self.assertEqual(done.code, 0, done)
        return done.out

    def pod_objects(self, running, app):
        listed = json.loads(self.ask(running, "get", "pods", "-o", "json"))
        return [p for p in listed["items"] if p["metadata"]["labels"]["app"] == app]

    def test_pods_and_endpoints_are_objects(self):
        # They look as they do in Kubernetes, and are the processes that run.
        running = self.start()
        self.wait_answering(running, 3, "1")
        pods = self.pod_objects(running, "web")
        self.assertEqual({p["metadata"]["name"]: p["status"]["podIP"] for p in pods},
                         {e["POD_NAME"]: e["POD_IP"] for e in map(environment_of, self.pods(running))})
        self.assertEqual({p["status"]["phase"] for p in pods}, {"Running"})
        self.assertIn(pods[0]["metadata"]["name"], self.ask(running, "get", "pods"))
        slices = json.loads(self.ask(running, "get", "endpointslices", "-o", "json"))["items"]
        listed = [e["addresses"][0] for s in slices for e in s["endpoints"] if s["metadata"]["labels"]["kubernetes.io/service-name"] == "web"]
        self.assertEqual(sorted(listed), sorted(p["status"]["podIP"] for p in pods))

    def test_a_failing_pod_says_why(self):
        # Exit code, reason and the last words are what people look for.
        up.write(self.folder / "bad.yaml", [self.deployment("bad", env={"CRASH": "7"})])
        running = self.start()
        def state():
            pods = self.pod_objects(running, "bad")
            return pods and pods[0]["status"]["containerStatuses"][0]
        crashed = up.wait_for(lambda: (s := state()) and s["state"].get("waiting", {}).get("reason") == "CrashLoopBackOff" and s, state)
        self.assertEqual((crashed["lastState"]["terminated"]["exitCode"], crashed["lastState"]["terminated"]["reason"]), (7, "Error"))
        name = self.pod_objects(running, "bad")[0]["metadata"]["name"]
        self.assertIn("cannot start", self.ask(running, "describe", "pod", name))

    def test_an_image_that_nothing_stands_for_says_how_to_map_it(self):
        # There are no images here; a newcomer does not know that.
        one = self.deployment("strange")
        del one["spec"]["template"]["spec"]["containers"][0]["command"]
        up.write(self.folder / "strange.yaml", [one])
        running = self.start()
        def message():
            pods = self.pod_objects(running, "strange")
            return pods and pods[0]["status"].get("containerStatuses", [{}])[0].get("state", {}).get("waiting", {}).get("message")
        self.assertIn("images.yaml", up.wait_for(message, f"a reason\n{running.said()}"))
        up.write(self.folder / "images.yaml", json.dumps({"example.com/strange": COMMAND}))
        up.wait_for(lambda: "Running" in [p["status"]["phase"] for p in self.pod_objects(running, "strange")], lambda: f"it runs\n{running.said()}")

    def test_the_running_program_says_why_a_pod_does_not_start(self):
        # "The Service has no ready endpoints" is what follows; nobody should have to look for the cause.
        one = self.deployment("strange", replicas=3)
        container = one["spec"]["template"]["spec"]["containers"][0]
        command = container.pop("command")
        up.write(self.folder / "strange.yaml", [one])
        running = self.start()
        running.wait_line(r"strange\.yaml:1:\d+: warning: .*ErrImageNotMapped.*images\.yaml.*pod-err-image-not-mapped")
        container["command"], container["env"] = command, [{"name": "CRASH", "value": "7"}]
        for _ in range(2):  # mended, and broken again in the same way
            mark = running.mark()
            up.write(self.folder / "strange.yaml", [one])
            running.wait_line(r"strange\.yaml:1:\d+: warning: .*ended with exit code 7: cannot start.*pod-crash-loop-back-off", mark)
            up.write(self.folder / "strange.yaml", [])
            up.wait_for(lambda: not self.pod_objects(running, "strange"), running.said)
        self.assertEqual(len([line for line in running.lines if "pod-err-image-not-mapped" in line]), 1, running.said())
        self.assertEqual(len([line for line in running.lines if "pod-crash-loop-back-off" in line]), 2, running.said())

    def test_endpoints_and_ages_are_there_as_in_kubernetes(self):
        # What people type first when a Service does not answer.
        running = self.start()
        self.wait_answering(running, 3, "1")
        addresses = ",".join(sorted(e["POD_IP"] + ":8080" for e in map(environment_of, self.pods(running))))
        self.assertRegex(self.ask(running, "get", "endpoints", "web"), rf"web +{addresses} ")
        for kind in ("deploy", "svc", "ingress"):
            self.assertRegex(self.ask(running, "get", kind, "web"), r"\d+s\s*$")
        created = json.loads(self.ask(running, "get", "svc", "web", "-o", "json"))["metadata"]["creationTimestamp"]
        service = up.service("web", selector={"app": "web"})
        service["metadata"]["labels"] = {"edited": "yes"}
        mark = running.mark()
        up.write(self.folder / "route.yaml", [service, up.ingress("web", HOST, "web")])
        running.wait_effective(mark)
        edited = json.loads(self.ask(running, "get", "svc", "web", "-o", "json"))["metadata"]
        self.assertEqual((edited["labels"], edited["creationTimestamp"]), ({"edited": "yes"}, created))

    def test_logs(self):
        # By the Pod's name, by the beginning of it, and after the end.
        running = self.start()
        self.wait_answering(running, 3, "1")
        name = self.pod_objects(running, "web")[0]["metadata"]["name"]
        self.assertIn("listening on", self.ask(running, "logs", name))
        running.close()
        self.assertIn("listening on", self.ask(running, "logs", name))

    def test_split_shows_asked_and_measured(self):
        # The number that a release is watched by.
        up.write(self.folder / "next.yaml", [self.deployment("next"), up.service("next", selector={"app": "next"}),
                                             up.ingress("next", HOST, "next", {"canary": "true", "canary-weight": "25", "canary-by-header": "X-Canary"})])
        running = self.start()
        running.wait_line("default/next 0 -> 1 endpoint")
        running.wait_line(r"default/web 0 -> \d endpoint")
        self.wait_any(running)
        with running.connect() as connection:
            for _ in range(400):
                self.assertEqual(connection.ask("GET", "/", HOST).status, 200)
            for _ in range(100):  # who asks for the canary by name says nothing about the weight
                self.assertEqual(connection.ask("GET", "/", HOST, [("X-Canary", "always")]).status, 200)
        shown = json.loads(self.ask(running, "split", "-o", "json"))
        self.assertEqual((shown["asked"], shown["stable"], shown["canary"]), (25, "default/web", "default/next"))
        self.assertEqual(shown["requests"], shown["byWeight"] + 100)
        self.assertGreaterEqual(shown["byWeight"], 400)
        self.assertAlmostEqual(shown["measured"], 25, delta=2)
        self.assertAlmostEqual(shown["measured"], 100 * (shown["canaryRequests"] - 100) / shown["byWeight"])

    def wait_any(self, running):
        running.wait_status(200, "GET", "/", HOST)


class Killing(PodsTest):
    def test_kill_9_of_a_pod_fails_only_what_it_was_answering(self):
        # And it comes back.
        running = self.start()
        self.wait_answering(running, 3, "1")
        client = self.load(running)
        for _ in range(3):
            victim = next(iter(self.pods(running)))
            before = len(client.outcome.bad(200))
            failed = sum_bad(client.outcome)
            os.kill(victim, signal.SIGKILL)
            client.wait_more(400)
            self.assertLessEqual(sum_bad(client.outcome) - failed, CONNECTIONS, client.outcome.bad(200)[before:])
            up.wait_for(lambda: len(self.pods(running)) == 3, lambda: f"three Pods again\n{running.said()}", 30)
            self.wait_answering(running, 3, "1")
        client.stop()

    def test_kill_9_of_an_endpoint_fails_only_what_it_was_answering(self):
        # One that is no Pod: nobody takes it out of the list, so every connection to it is refused from now on.
        others = [self.process(f"127.45.0.{n}:{up.free_port()}") for n in (1, 2)]
        ports = {a.rpartition(":")[2] for _, a in others}
        objects = [up.service("out", ports=((80, 8080),)), up.ingress("out", "out.test", "out")]
        for n, (_, address) in enumerate(others):
            ip, _, port = address.rpartition(":")
            one = up.endpoint_slice("out", [(ip, int(port))])
            one["metadata"]["name"] += str(n)
            objects.append(one)
        self.assertEqual(len(ports), 2)
        up.write(self.folder / "out.yaml", objects)
        running = self.start()
        client = load.Load(running.address, http1.request("GET", "/", "out.test"), connections=CONNECTIONS, rate=800).start()
        self.addCleanup(client.stop)
        running.wait_status(200, "GET", "/", "out.test")
        client.wait_more(200)
        failed = sum_bad(client.outcome)
        others[0][0].kill()
        client.wait_more(1000)
        self.assertLessEqual(sum_bad(client.outcome) - failed, CONNECTIONS, client.outcome)

    def process(self, address):
        process = subprocess.Popen([*COMMAND, address], stdout=subprocess.PIPE)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.addCleanup(process.stdout.close)
        process.stdout.readline()
        return process, address

    def test_kill_9_of_the_program_leaves_no_orphan_and_it_starts_again(self):
        # In the same state folder, on the same port.
        running = self.start()
        self.wait_answering(running, 3, "1")
        pods = list(self.pods(running))
        running.process.kill()
        running.process.wait()
        up.wait_for(lambda: not [pid for pid in pods if up.is_running(pid)], "the Pods have ended too", 10)
        again = self.start(port=running.address[1], admin=running.admin[1])
        self.wait_answering(again, 3, "1")
        self.assertEqual(len(self.pods(again)), 3)

    def test_a_pod_that_cannot_start_is_tried_again_with_patience(self):
        # Its reason is told, and the others are served.
        up.write(self.folder / "bad.yaml", [self.deployment("bad", env={"CRASH": "7"}), up.service("bad", selector={"app": "bad"}),
                                            up.ingress("bad", "bad.test", "bad")])
        running = self.start()
        self.wait_answering(running, 3, "1")
        mark = running.mark()
        self.assertEqual(running.ask("GET", "/", "bad.test").status, 503)
        up.write(self.folder / "bad.yaml", [self.deployment("bad"), up.service("bad", selector={"app": "bad"}), up.ingress("bad", "bad.test", "bad")])
        running.wait_status(200, "GET", "/", "bad.test")
        self.assertLess(len(running.lines) - mark, 50, "it does not flood the terminal")


class Changing(PodsTest):
    def assert_no_failure(self, client):
        outcome = client.stop()
        self.assertEqual(outcome.bad(200), [], outcome)
        return outcome

    def test_a_rolling_update_fails_no_request(self):
        # The first thing that people try.
        running = self.start()
        self.wait_answering(running, 3, "1")
        client = self.load(running)
        for version in ("2", "3"):
            self.deploy(version=version)
            self.wait_answering(running, 3, version)
        outcome = self.assert_no_failure(client)
        self.assertEqual({label.split()[0] for _, label in outcome.answers}, {"1", "2", "3"})
        up.wait_for(lambda: list(self.pods(running).values()) == ["3"] * 3, lambda: f"only new Pods: {self.pods(running)}")

    def test_a_version_that_never_gets_ready_replaces_nothing(self):
        # With maxUnavailable 0 the old Pods stay, all of them.
        self.deploy(strategy={"maxSurge": 1, "maxUnavailable": 0})
        running = self.start()
        self.wait_answering(running, 3, "1")
        client = self.load(running)
        self.deploy(version="2", strategy={"maxSurge": 1, "maxUnavailable": 0}, env={"START_DELAY": "1000"})
        up.wait_for(lambda: "2" in self.pods(running).values(), lambda: f"one new Pod\n{running.said()}")
        client.wait_more(800)
        self.assertEqual(collections.Counter(self.pods(running).values()), {"1": 3, "2": 1})
        self.deploy(version="1", strategy={"maxSurge": 1, "maxUnavailable": 0})
        up.wait_for(lambda: list(self.pods(running).values()) == ["1"] * 3, lambda: f"the way back: {self.pods(running)}")
        outcome = self.assert_no_failure(client)
        self.assertEqual({label.split()[0] for _, label in outcome.answers}, {"1"})

    def test_scaling_fails_no_request(self):
        # Down means: first out of the list, then SIGTERM.
        self.deploy(replicas=4)
        running = self.start()
        self.wait_answering(running, 4, "1")
        client = self.load(running)
        for replicas in (1, 3, 1):
            self.deploy(replicas=replicas)
            self.wait_answering(running, replicas, "1")
            up.wait_for(lambda replicas=replicas: len(self.pods(running)) == replicas, lambda: f"{replicas} processes: {self.pods(running)}")
        self.assert_no_failure(client)

    def test_slow_requests_outlive_their_pod(self):
        # What a Pod was asked before it is ended, it answers.
        self.deploy(replicas=2)
        running = self.start()
        self.wait_answering(running, 2, "1")
        client = load.Load(running.address, http1.request("GET", "/slow", HOST), connections=CONNECTIONS).start()
        self.addCleanup(lambda: client.stop() if client._thread.is_alive() else None)
        client.wait_more(CONNECTIONS)
        self.deploy(replicas=2, version="2")
        self.wait_answering(running, 2, "2")
        client.wait_more(CONNECTIONS)
        self.assert_no_failure(client)

    def test_scaled_to_nothing_is_503_and_back(self):
        # Nobody to ask is our own answer.
        running = self.start()
        self.wait_answering(running, 3, "1")
        self.deploy(replicas=0)
        running.wait_status(503, "GET", "/", HOST)
        up.wait_for(lambda: not self.pods(running), "no Pod")
        self.deploy(replicas=1)
        self.wait_answering(running, 1, "1")

    def test_two_instances_do_not_meet(self):
        # Two checkouts on one machine.
        first = self.start()
        second = up.Up(self.folder, state=self.scratch.path / "second")
        self.addCleanup(second.close)
        second.ready()
        self.wait_answering(first, 3, "1")
        self.wait_answering(second, 3, "1")
        addresses = [{environment_of(pid)["POD_IP"] for pid in self.pods(r)} for r in (first, second)]
        self.assertEqual(addresses[0] & addresses[1], set())


def sum_bad(outcome):
    return len(outcome.failures) + sum(count for (status, _), count in list(outcome.answers.items()) if status != 200)


if __name__ == "__main__":
    unittest.main()
