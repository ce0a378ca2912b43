#!/usr/bin/env python3
"""A disk that becomes full under load, and log files that are moved away: requests go on, edits wait for room, and what is lost is counted.

The disk is a tmpfs in a namespace of the test; where neither root nor an ordinary user may have one, its tests are skipped and
say why. Environment: GRAYLANE = the program (default build/release/graylane).
"""
import json
import pathlib
import signal
import sys
import unittest

import cli
import gateway_edits_test as edits
import http1
import load
import small_disk
import up

DISK_BYTES = 32 << 20
POD = [sys.executable, str(pathlib.Path(__file__).with_name("pod.py"))]
POD_HOST = "pod.test"
NO_SPACE = "No space left on device"
LINES, LOST, DROPPED = (f"graylane_access_log_{name}_total" for name in ("lines", "lines_lost", "dropped"))


def setUpModule():
    cli.path()
    small_disk.prepare()


class LogTest(edits.EditTest):
    """edits.EditTest, with an access log in JSON."""

    def start(self, log, **how):
        running = up.Up(self.folder, f"--access-log={log}", "--access-log-format=json", **how)
        self.addCleanup(running.close)
        return running.ready()

    def load_of(self, running, host, rate=1000):
        client = load.Load(running.address, http1.request("GET", "/", host), rate=rate).start()
        self.addCleanup(lambda: client.stop() if client._thread.is_alive() else None)
        return client

    def count(self, running):
        """How many requests have gone which way: written, lost, or dropped before they came to the writer."""
        metrics = running.metrics()
        return {name: int(sum(v for k, v in metrics.items() if k.partition("{")[0] == name)) for name in (LINES, LOST, DROPPED, "graylane_requests_total")}

    def settled(self, running):
        """The same once no request is under way and no line either."""
        last = {}
        def all_there():
            last.update(self.count(running))
            return last["graylane_requests_total"] == last[LINES] + last[LOST] + last[DROPPED]
        up.wait_for(all_there, lambda: f"lines for all requests: {last}")
        return last

    def edit(self, running, number):
        edits.by_rename(self.file, self.release(number % 101, number))
        self.wait_version(running, number)

    def targets(self, *files):
        """Of all lines; each of them is whole."""
        return [json.loads(line)["target"] for file in files for line in file.read_text().splitlines()]


class FullDevice(LogTest):
    def test_a_log_that_takes_nothing_costs_nothing_else(self):
        # Every write to this device fails as on a full disk, for every user.
        running = self.start("/dev/full")
        client = self.load_of(running, edits.HOST)
        running.wait_line(rf"/dev/full: {NO_SPACE}")
        for number in range(1, 6):
            self.edit(running, number)
        client.wait_more(200)
        self.assert_no_failure(client)
        count = self.settled(running)
        self.assertEqual((count[LINES], count[DROPPED]), (0, 0))
        self.assertEqual(running.said().count(NO_SPACE), 1, "told once, not once a line")


class FullDisk(LogTest):
    def setUp(self):
        small_disk.skip_without(self)
        super().setUp()
        self.disk = small_disk.disk_of(self, self.scratch.path / "disk", DISK_BYTES)
        self.log, self.state = self.disk.path / "access.log", self.disk.path / "state"

    def deploy(self, name, host):
        return [up.deployment(name, POD, env={"LOG_BYTES": "200"}), up.service(name, selector={"app": name}), up.ingress(name, host, name)]

    def pod_log_bytes(self):
        return sum(file.stat().st_size for file in (self.state / "pods").glob("*/*") if file.is_file())

    def test_nothing_but_lines_is_lost_and_they_come_again(self):
        # Disks become full at night; whoever comes in the morning and makes room should not have to restart anything.
        up.write(self.folder / "pod.yaml", self.deploy("pod", POD_HOST))
        running = self.start(self.log, state=self.state)
        running.wait_status(200, "GET", "/", POD_HOST)
        pods = set(running.children())
        clients = [self.load_of(running, host, 400) for host in (edits.HOST, POD_HOST)]
        for client in clients:
            client.wait_more(100)

        self.disk.fill()
        told = running.wait_line(r"cannot write .*: " + NO_SPACE)
        self.assertIn(str(self.log), told[0])
        running.wait_line(r"fix: make room")
        up.wait_for(lambda: self.count(running)[LOST] > 0, lambda: self.count(running))
        edits.by_rename(self.file, self.release(5, 1))
        running.wait_line(r"the change was not stored: there is no more room")
        running.wait_line(r"the last good state stays")
        up.write(self.folder / "new.yaml", self.deploy("new", "new.test"))
        for client in clients:
            client.wait_more(100)
        self.assertEqual(self.version(running), 0, "what is not stored would be lost with the process")
        self.assertLessEqual(pods, set(running.children()), "a Pod ended")
        self.assertEqual(running.said().count(NO_SPACE), 1, "told once, not once a line")

        lines, pod_log = self.count(running)[LINES], self.pod_log_bytes()
        self.disk.empty()
        up.wait_for(lambda: self.count(running)[LINES] > lines + 100, lambda: f"lines again\n{running.said()}")
        up.wait_for(lambda: self.pod_log_bytes() > pod_log + 1000, "the Pod's output again")
        self.wait_version(running, 1)
        running.wait_status(200, "GET", "/", "new.test")
        for client in clients:
            self.assert_no_failure(client)
        count = self.settled(running)
        self.assertEqual(len(self.targets(self.log)), count[LINES])
        running.send_signal(signal.SIGTERM)
        self.assertEqual(running.wait_exit(), 0)

    def test_a_log_that_is_deleted_to_make_room_makes_room(self):
        # It does not for as long as somebody writes to it.
        running = self.start(self.log)
        client = self.load_of(running, edits.HOST)
        client.wait_more(100)
        self.disk.fill()
        running.wait_line(NO_SPACE)
        self.log.unlink()
        up.wait_for(lambda: self.log.exists() and self.targets(self.log), "lines in a new file")
        self.assert_no_failure(client)

    def test_a_start_without_room_says_what_to_do(self):
        # A process that starts and then cannot keep its state is worse.
        self.disk.fill()
        running = up.Up(self.folder, state=self.state)
        self.addCleanup(running.close)
        self.assertEqual(running.wait_exit(), 1)
        running.wait_line(rf"{self.state}.*{NO_SPACE}")
        running.wait_line("fix: .*--state")


class Rotation(LogTest):
    def setUp(self):
        super().setUp()
        self.log = self.scratch.path / "access.log"

    def aside(self, number):
        return self.log.with_name(f"access.log.{number}")

    def test_a_renamed_file_is_followed_without_a_signal(self):
        # Whatever rotates: no line is lost, and each is in one file.
        running = self.start(self.log)
        client = self.load_of(running, edits.HOST)
        for number in range(1, 4):
            client.wait_more(50)
            self.log.rename(self.aside(number))
            up.wait_for(self.log.exists, "a new file")
        self.assert_no_failure(client)
        count = self.settled(running)
        self.assertEqual((count[LOST], count[DROPPED]), (0, 0))
        self.assertEqual(len(self.targets(self.log, *map(self.aside, range(1, 4)))), count[LINES])

    def test_signals_open_the_file_anew_at_once(self):
        # logrotate's postrotate sends USR1 to nginx, and HUP to most others.
        running = self.start(self.log)
        for number, one in enumerate((signal.SIGUSR1, signal.SIGHUP), 1):
            self.log.rename(self.aside(number))
            running.send_signal(one)
            up.wait_for(self.log.exists, f"a new file after {one.name}")
            self.assertEqual(running.ask("GET", f"/{one.name}", edits.HOST).status, 200)
            up.wait_for(lambda: f"/{one.name}" in self.targets(self.log), "the line in the new file")

    def test_a_truncated_file_goes_on_at_its_beginning(self):
        # copytruncate.
        running = self.start(self.log)
        running.ask("GET", "/before", edits.HOST)
        up.wait_for(lambda: self.log.stat().st_size, "a line")
        with open(self.log, "w", encoding="utf-8"):
            pass
        running.ask("GET", "/after", edits.HOST)
        up.wait_for(lambda: self.log.stat().st_size, "a line")
        self.assertEqual(self.targets(self.log), ["/after"])


if __name__ == "__main__":
    unittest.main()
