#!/usr/bin/env python3
"""The API when the world is not as it should be: a full disk, a state folder that is damaged, newer or not to be written to, a backup in
the middle of writes, many objects, readers that do not read.

The full disk is a tmpfs in a namespace of the test; where neither root nor an ordinary user may have one, its test is skipped and says
why. Environment: GRAYLANE = the program (default build/release/graylane).
"""
import re
import signal
import socket
import sqlite3
import ssl
import subprocess
import threading
import unittest
import urllib.parse

import api_crash_test as crash
import cli
import small_disk
import up

MAPS = "/api/v1/namespaces/default/configmaps"
DISK_BYTES = 24 << 20
OBJECTS = 20_000


def setUpModule():
    cli.path()
    small_disk.prepare()


def config_map(name, data):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"d": data}}


class FaultTest(unittest.TestCase):
    def setUp(self):
        self.scratch = up.Scratch("graylane-api-faults-")
        self.addCleanup(self.scratch.close)
        self.folder = self.scratch.path / "manifests"
        self.folder.mkdir()
        self.state = self.scratch.path / "state"

    def start(self, state=None, ready=True):
        running = up.Up(self.folder, f"--api=127.0.0.1:{up.free_port()}", "--access-log=off", state=state or self.state)
        self.addCleanup(running.close)
        return running.ready() if ready else running

    def stop(self, running):
        running.send_signal(signal.SIGTERM)
        self.assertEqual(running.wait_exit(), 0, running.said())

    def token(self, state=None):
        done = cli.run("token", "--role", "admin", "--state", state or self.state)
        self.assertEqual(done.code, 0, done)
        return done.out.strip()

    def client(self, token, state=None):
        client = crash.Client(state or self.state, token)
        self.addCleanup(client.connection.close)
        return client

    def names(self, client):
        status, listed = client.ask("GET", MAPS)
        self.assertEqual(status, 200, listed)
        return {item["metadata"]["name"] for item in listed["items"]}

    def refused(self, state):
        """What it says instead of serving from a folder."""
        running = self.start(state, ready=False)
        running.wait_line("fix: ")
        self.assertNotEqual(running.wait_exit(), 0)
        return running.said()


class FullDisk(FaultTest):
    def setUp(self):
        small_disk.skip_without(self)
        super().setUp()
        self.disk = small_disk.disk_of(self, self.scratch.path / "disk", DISK_BYTES)
        self.state = self.disk.path / "state"

    def create_until_refused(self, client, names):
        while True:
            name = f"m{len(names)}"
            status, answer = client.ask("POST", MAPS, config_map(name, "x" * 20_000))
            if status != 201:
                return status, answer
            names.add(name)

    def test_writes_are_refused_reads_go_on_and_nothing_is_lost(self):
        # Whoever makes room in the morning must not have to restart anything, nor wonder what is there.
        running = self.start()
        token = self.token()
        client, watching = self.client(token), self.client(token)
        seen = []
        def watch():
            for event in watching.events(MAPS + "?watch=true&resourceVersion=0"):
                seen.append(event)
        threading.Thread(target=watch, daemon=True).start()

        names = set()
        self.assertEqual(client.ask("POST", MAPS, config_map("first", "x"))[0], 201)
        names.add("first")
        self.disk.fill()
        status, answer = self.create_until_refused(client, names)
        self.assertEqual((status, answer["kind"], answer["reason"]), (507, "Status", "ServiceUnavailable"), answer)
        self.assertRegex(answer["message"], "no more room|full")
        self.assertEqual(self.names(client), names, "what was refused is not there, all else is")
        self.assertEqual(client.ask("GET", MAPS + "/first")[0], 200)
        up.wait_for(lambda: len(seen) == len(names), lambda: f"{len(seen)} of {len(names)} events")
        for _ in range(50):
            self.assertEqual(client.ask("POST", MAPS, config_map("refused", "x" * 20_000))[0], 507)
        self.assertLessEqual(running.said().count("audit.log"), 1, "once, not for each request")
        self.assertNotIn("Success", running.said())

        self.disk.empty()
        self.assertEqual(client.ask("POST", MAPS, config_map("after", "x" * 20_000))[0], 201)
        names.add("after")
        up.wait_for(lambda: len(seen) == len(names), "the watch goes on")
        running.process.kill()
        running.wait_exit()
        self.start()
        self.assertEqual(self.names(self.client(token)), names)


    def test_a_backup_that_has_no_room_names_its_own_disk(self):
        # Who looks at the disk of the instance finds it half empty, and nothing to mend.
        self.state = self.scratch.path / "state"
        self.start()
        self.assertEqual(self.client(self.token()).ask("POST", MAPS, config_map("big", "x" * 100_000))[0], 201)
        self.disk.fill()
        copy = self.disk.path / "copy.db"
        done = cli.run("backup", copy, "--state", self.state)
        self.assertEqual(done.code, 1, done)
        self.assertIn(f"the backup was not made: there is no more room for {copy}", done.err)
        self.assertFalse(copy.exists())


class StateFolder(FaultTest):
    def test_a_file_of_tokens_that_cannot_be_read_is_told_the_operator_alone(self):
        # Its path, and that others may read it, is nothing for who sends guesses.
        running = self.start()
        token = self.token()
        tokens = self.state / "tokens.json"
        tokens.write_text("garbage")
        client = self.client(token)
        for _ in range(3):
            status, answer = client.ask("GET", MAPS)
            self.assertEqual((status, answer["message"]), (500, "Internal error occurred: credentials cannot be checked now; the output of graylane says why"))
        running.wait_line(re.escape(str(tokens)))
        self.assertEqual(running.said().count("is no file of tokens"), 1)

    def prepared(self):
        """A folder with an object, and a token."""
        running = self.start()
        token = self.token()
        self.assertEqual(self.client(token).ask("POST", MAPS, config_map("kept", "x" * 5000))[0], 201)
        self.stop(running)
        return token

    def test_a_damaged_file_is_refused_and_left_as_it_is(self):
        # To serve half of the objects would have the controllers delete the other half's Pods.
        self.prepared()
        path = self.state / "objects.db"
        data = bytearray(path.read_bytes())
        at = data.find(b"x" * 100)
        self.assertGreater(at, 0)
        data[at + 50] ^= 1
        path.write_bytes(data)
        said = self.refused(self.state)
        self.assertRegex(said, r"objects\.db is damaged: .*\n(.*\n)*?.*restore a backup")
        self.assertEqual(path.read_bytes(), bytes(data))

    def test_a_newer_format_is_refused_and_left_as_it_is(self):
        # Somebody goes back to an older program: it must not write what the newer one cannot read.
        self.prepared()
        with sqlite3.connect(self.state / "objects.db") as database:
            database.execute("PRAGMA user_version = 99")
        database.close()
        before = (self.state / "objects.db").read_bytes()
        self.assertRegex(self.refused(self.state), r"objects\.db has format version 99, and this program knows only \d")
        self.assertEqual((self.state / "objects.db").read_bytes(), before)

    def test_a_file_of_another_program_is_refused_and_left_as_it_is(self):
        # A folder that was named by mistake.
        self.state.mkdir()
        with sqlite3.connect(self.state / "objects.db") as database:
            database.execute("CREATE TABLE theirs (a)")
        database.close()
        before = (self.state / "objects.db").read_bytes()
        self.assertIn("is not a store of Graylane", self.refused(self.state))
        self.assertEqual((self.state / "objects.db").read_bytes(), before)

    def test_a_folder_that_cannot_be_written_to_is_named(self):
        # The text says what is wrong, not what the first library that met it says.
        small_disk.skip_without(self)
        self.prepared()
        disk = small_disk.disk_of(self, self.scratch.path / "read-only", DISK_BYTES)
        subprocess.run(["cp", "-a", f"{self.state}/.", disk.path], check=True)
        (disk.path / "command.sock").unlink(missing_ok=True)
        subprocess.run(["mount", "-o", "remount,ro", disk.path], check=True)
        said = self.refused(disk.path)
        self.assertRegex(said, rf"error: .*{re.escape(str(disk.path))}.*Read-only file system")


class Copies(FaultTest):
    def test_a_backup_in_the_middle_of_writes_is_one_state(self):
        # Backups are made by timers, not in maintenance windows.
        self.start()
        token = self.token()
        acknowledged, stop = [], threading.Event()
        def write():
            client = crash.Client(self.state, token)
            while not stop.is_set():
                status, answer = client.ask("POST", MAPS, config_map(f"m{len(acknowledged):06d}", "x" * 500))
                assert status == 201, answer
                acknowledged.append(int(answer["metadata"]["resourceVersion"]))
            client.connection.close()
        writer = threading.Thread(target=write, daemon=True)
        writer.start()
        up.wait_for(lambda: len(acknowledged) > 200, "writes")
        before = len(acknowledged)
        copy = self.scratch.path / "copy.db"
        done = cli.run("backup", str(copy), "--state", self.state)
        self.assertEqual(done.code, 0, done)
        after = len(acknowledged) + 1  # one may be there before its answer
        up.wait_for(lambda: len(acknowledged) > after + 50, "writes behind the backup")
        stop.set()
        writer.join()

        restored = self.scratch.path / "restored"
        done = cli.run("restore", str(copy), "--state", restored)
        self.assertEqual(done.code, 0, done)
        self.start(restored)
        names = sorted(self.names(self.client(self.token(restored), restored)))
        self.assertEqual(names, [f"m{number:06d}" for number in range(len(names))], "a state without holes")
        self.assertLessEqual(before, len(names))
        self.assertLessEqual(len(names), after)


class Strangers(FaultTest):
    def answer_to_head(self, *headers):
        """To a request whose body never comes."""
        server = urllib.parse.urlsplit(re.search(r"server: (\S+)", (self.state / "kubeconfig").read_text())[1])
        raw = socket.create_connection((server.hostname, server.port), timeout=20)
        with ssl.create_default_context(cafile=str(self.state / "pki/ca.crt")).wrap_socket(raw, server_hostname=server.hostname) as client:
            head = "\r\n".join([f"POST {MAPS} HTTP/1.1", "Host: x", "Content-Type: application/json", *headers])
            client.sendall(f"{head}\r\n\r\n".encode())
            answer = b""
            while piece := client.recv(4096):
                answer += piece
        return answer.decode()

    def test_nothing_is_read_of_who_may_not_write(self):
        # Else anybody who reaches the port could fill the memory that all requests share.
        self.start()
        token = self.token()
        viewer = cli.run("token", "--role", "viewer", "--state", self.state).out.strip()
        for framing in ("Content-Length: 3000000", "Transfer-Encoding: chunked"):
            for status, reason, credentials in (
                    (403, "Forbidden", []), (403, "Forbidden", [f"Authorization: Bearer {viewer}"]), (401, "Unauthorized", ["Authorization: Bearer nobody"]),
                    (401, "Unauthorized", [f"Authorization: Bearer {token}", f"Authorization: Bearer {token}"])):
                answer = self.answer_to_head(framing, *credentials)
                self.assertTrue(answer.startswith(f"HTTP/1.1 {status} "), (credentials, answer))
                self.assertIn(f'"reason":"{reason}"', answer)
        self.assertIn('"reason":"RequestEntityTooLarge"', self.answer_to_head("Content-Length: 20000000", f"Authorization: Bearer {token}"))


class Readers(FaultTest):
    def connect(self, token, receive_bytes=0):
        server = urllib.parse.urlsplit(re.search(r"server: (\S+)", (self.state / "kubeconfig").read_text())[1])
        raw = socket.socket()
        if receive_bytes:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        raw.settimeout(20)
        raw.connect((server.hostname, server.port))
        wrapped = ssl.create_default_context(cafile=str(self.state / "pki/ca.crt")).wrap_socket(raw, server_hostname=server.hostname)
        self.addCleanup(wrapped.close)
        wrapped.sendall(f"GET {MAPS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        return wrapped

    def fill(self, token, objects, size):
        threads = []
        def create(begin):
            client = crash.Client(self.state, token)
            for number in range(begin, objects, 8):
                status, answer = client.ask("POST", MAPS, config_map(f"m{number:06d}", "x" * size))
                assert status == 201, answer
            client.connection.close()
        for begin in range(8):
            threads.append(threading.Thread(target=create, args=(begin,), daemon=True))
            threads[-1].start()
        for thread in threads:
            thread.join()

    def test_lists_that_nobody_reads_cost_little(self):
        # Thirty of them once took 270 MB, which stayed.
        running = self.start()
        token = self.token()
        self.fill(token, 500, 10_000)
        before = running.memory_kib()
        readers = [self.connect(token, 4096) for _ in range(30)]
        for reader in readers:
            self.assertTrue(reader.recv(1))
        client = self.client(token)
        for _ in range(20):
            self.assertEqual(client.ask("GET", MAPS + "/m000000")[0], 200)
        self.assertLess(running.memory_kib() - before, 30 * 1024)
        for reader in readers:
            reader.close()
        self.assertEqual(len(self.names(client)), 500)

    def test_many_objects_are_listed_in_pages_and_at_once(self):
        # Clients page, watch caches do not: both see each of them once.
        self.start()
        token = self.token()
        self.fill(token, OBJECTS, 10)
        client = self.client(token)
        names, more = [], ""
        while True:
            status, page = client.ask("GET", f"{MAPS}?limit=500{more}")
            self.assertEqual(status, 200, page)
            names += [item["metadata"]["name"] for item in page["items"]]
            if not page["metadata"].get("continue"):
                break
            more = "&continue=" + urllib.parse.quote(page["metadata"]["continue"])
        self.assertEqual(names, [f"m{number:06d}" for number in range(OBJECTS)])
        self.assertEqual(self.names(client), set(names))


if __name__ == "__main__":
    unittest.main()
