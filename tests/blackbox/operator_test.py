#!/usr/bin/env python3
"""What an operator is told of an instance that does not do all that it should: a disk that is full, a file of tokens that is broken.

The full disk is a tmpfs in a namespace of the test; where neither root nor an ordinary user may have one, its test is skipped and says
why. Environment: GRAYLANE = the program (default build/release/graylane).
"""
import signal
import unittest

import api_crash_test as crash
import cli
import small_disk
import up

MAPS = "/api/v1/namespaces/default/configmaps"
DISK_BYTES = 24 << 20
GAUGE = "graylane_objects_writable"
REFUSED = "writes of objects are refused: there is no more room for"
AGAIN = "objects can be written again"


def setUpModule():
    cli.path()
    small_disk.prepare()


def config_map(name):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"d": "x" * 20_000}}


class OperatorTest(unittest.TestCase):
    def setUp(self):
        self.scratch = up.Scratch("graylane-operator-")
        self.addCleanup(self.scratch.close)
        self.folder = self.scratch.path / "manifests"
        self.folder.mkdir()
        self.state = self.scratch.path / "state"

    def start(self):
        running = up.Up(self.folder, f"--api=127.0.0.1:{up.free_port()}", "--access-log=off", state=self.state)
        self.addCleanup(running.close)
        return running.ready()

    def client(self):
        done = cli.run("token", "--role", "admin", "--state", self.state)
        self.assertEqual(done.code, 0, done)
        return self.client_of(done.out.strip())

    def client_of(self, token):
        client = crash.Client(self.state, token)
        self.addCleanup(client.connection.close)
        return client

    def doctor(self):
        return cli.run("doctor", "--state", self.state)

    @staticmethod
    def health(client):
        """(status, text) of the API's verbose readiness."""
        client.connection.request("GET", "/readyz?verbose")
        response = client.connection.getresponse()
        return response.status, response.read().decode()


class FullDisk(OperatorTest):
    def setUp(self):
        small_disk.skip_without(self)
        super().setUp()
        self.disk = small_disk.disk_of(self, self.scratch.path / "disk", DISK_BYTES)
        self.state = self.disk.path / "state"

    def test_a_full_disk_is_a_state_until_there_is_room(self):
        # One refused write is a line that scrolls away; alerts and probes ask how things are now.
        running = self.start()
        client = self.client()
        self.assertEqual(running.metrics()[GAUGE], 1)
        self.assertNotIn(REFUSED, self.doctor().out)
        self.assertIn("[+]store ok\n", self.health(client)[1])

        self.disk.fill()
        number = 0
        while client.ask("POST", MAPS, config_map(f"m{number}"))[0] == 201:
            number += 1
        running.wait_line(REFUSED)
        self.assertEqual(running.metrics()[GAUGE], 0)
        looked = self.doctor()
        self.assertEqual(looked.code, 1)
        self.assertRegex(looked.out, rf"!! +objects +{REFUSED} \S+/objects\.db; fix: free space")
        self.assertRegex(looked.out, r"!! +disk +0 MiB are free")
        ready = running.admin_get("/readyz?verbose")
        self.assertEqual((ready.status, REFUSED in ready.text), (200, True), "traffic goes on")
        status, text = self.health(client)
        self.assertEqual(status, 200)
        self.assertIn("[+]store ok: the disk is full: reads go on, writes are refused\n", text)
        self.assertNotIn(str(self.state), text, "anybody may ask")

        # Nobody writes, and it is noticed all the same.
        self.disk.empty()
        running.wait_line(AGAIN)
        self.assertEqual(running.metrics()[GAUGE], 1)
        self.assertNotIn(REFUSED, self.doctor().out)
        self.assertEqual(self.health(client)[1].count("[+]store ok\n"), 1)
        said = running.said()
        self.assertEqual((said.count(REFUSED), said.count(AGAIN)), (1, 1))
        self.assertEqual(len(client.ask("GET", MAPS)[1]["items"]), number, "and left nothing behind")


class BrokenTokens(OperatorTest):
    def test_a_broken_file_of_tokens_is_told_at_the_start_and_by_doctor(self):
        # Else it is told when the first colleague is refused, at night.
        running = self.start()
        token = cli.run("token", "--role", "admin", "--state", self.state).out.strip()
        running.send_signal(signal.SIGTERM)
        self.assertEqual(running.wait_exit(), 0)
        tokens = self.state / "tokens.json"
        good = tokens.read_text()
        broken = good.replace('"role": "admin"', '"role": "boss"')
        self.assertNotEqual(broken, good)
        tokens.write_text(broken)
        line = next(i for i, text in enumerate(broken.splitlines(), 1) if "boss" in text)

        told = rf"tokens\.json:{line}:\d+: is no file of tokens: tokens\[0\]\.role is not as it was written; no token is valid until it can be read"
        looked = self.doctor()
        self.assertEqual(looked.code, 1)
        self.assertRegex(looked.out, rf"!! +tokens +\S+/{told}; fix: mend it")
        running = self.start()
        running.wait_line(told)
        self.assertRegex(self.doctor().out, told)
        refused = cli.run("token", "--role", "viewer", "--state", self.state)
        self.assertEqual(refused.code, 1)
        self.assertRegex(refused.err, told)
        self.assertEqual(tokens.read_text(), broken, "nothing is lost")

        tokens.write_text(good)
        self.assertEqual(self.client_of(token).ask("GET", MAPS)[0], 200)
        self.assertRegex(self.doctor().out, r"ok +tokens +1 valid")


if __name__ == "__main__":
    unittest.main()
