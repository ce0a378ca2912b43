#!/usr/bin/env python3
"""Connections to the API: very many, silent ones, and the memory that they took.

Environment: GRAYLANE = the program (default build/release/graylane).
"""
import os
import pathlib
import re
import resource
import socket
import ssl
import time
import unittest
import urllib.parse

import api_crash_test as crash
import api_faults_test as faults
import cli
import up

CONNECTIONS_MAX = 8192  # docs/en/up.md
CONNECT_S = 20
READERS = 500
CUT_S = 120  # half a minute until who does not read is cut, and some time until memory is looked at
HANDSHAKE_S = 9  # who has not shaken hands after ten is closed
PROBE = 2  # of the kernel's timers of a connection
PROBE_S = 60  # of silence, before the kernel asks whether the other machine is there
HOST = "shop.test"


def setUpModule():
    cli.path()


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def tcp_timer(local_port, remote_port):
    """What the kernel waits for on that end of a connection: (kind, seconds)."""
    for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, remote, _, _, timer, *_ = line.split()
        if (int(local[-4:], 16), int(remote[-4:], 16)) == (local_port, remote_port):
            kind, when = timer.split(":")
            return int(kind, 16), int(when, 16) / 100
    raise AssertionError(f"no connection {local_port} - {remote_port}")


class Connections(faults.Readers):
    """With what api_faults_test has for readers."""

    test_lists_that_nobody_reads_cost_little = test_many_objects_are_listed_in_pages_and_at_once = None

    def address(self):
        server = urllib.parse.urlsplit(re.search(r"server: (\S+)", (self.state / "kubeconfig").read_text())[1])
        return server.hostname, server.port

    def many(self, count):
        """So many that say nothing."""
        opened = []
        def close():
            while opened:
                opened.pop().close()
        self.addCleanup(close)
        for _ in range(count):
            opened.append(socket.create_connection(self.address(), CONNECT_S))
        return close

    def test_at_the_limit_who_comes_waits_and_all_else_goes_on(self):
        # A client that leaks connections must take neither the gateway nor those who are connected with it.
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard < CONNECTIONS_MAX + 200:
            self.skipTest(f"only {hard} descriptors may be open here")
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        (self.folder / "a.yaml").write_text(up.text_of([*up.backend("a", [("10.1.2.3", 8080)]),
                                                        up.ingress("a", HOST, "a", {"temporal-redirect": "https://one.example/"})]))
        running = self.start()
        token = self.token()
        client = self.client(token)
        self.assertEqual(client.ask("GET", MAPS)[0], 200)
        late, close = self.fill_up(running)
        self.assertEqual(client.ask("GET", MAPS)[0], 200)
        self.assertEqual(running.ask("GET", "/", HOST).status, 302)
        close()
        late.settimeout(CONNECT_S)
        late.do_handshake()
        late.sendall(f"GET {MAPS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        self.assertTrue(late.recv(100).startswith(b"HTTP/1.1 200"))
        self.assertEqual(self.client(token).ask("GET", MAPS)[0], 200)

    def fill_up(self, running):
        """One who came too late and waits; and what closes the others. Silent ones are closed after some time: where the machine is too
        busy for that, it is done again."""
        others = descriptors(running.pid) - 1
        trust = ssl.create_default_context(cafile=str(self.state / "pki/ca.crt"))
        while True:
            begin = time.monotonic()
            close = self.many(CONNECTIONS_MAX - 1)
            late = trust.wrap_socket(socket.create_connection(self.address(), CONNECT_S), server_hostname="127.0.0.1", do_handshake_on_connect=False)
            self.addCleanup(late.close)
            late.settimeout(0.3)
            try:
                late.do_handshake()
            except TimeoutError:
                self.assertLessEqual(descriptors(running.pid) - others, CONNECTIONS_MAX)
                return late, close
            self.assertGreater(time.monotonic() - begin, HANDSHAKE_S, "over the limit somebody is served")
            close()
            up.wait_for(lambda: descriptors(running.pid) - others < 10, "an end of them")

    def test_the_kernel_asks_after_silent_clients(self):
        # A laptop that was closed sends no end; its watch would stay for ever.
        self.start()
        client = self.client(self.token())
        self.assertEqual(client.ask("GET", MAPS)[0], 200)
        connection = client.connection.sock
        timer = lambda: tcp_timer(self.address()[1], connection.getsockname()[1])
        up.wait_for(lambda: timer()[0] == PROBE, lambda: f"a probe to come: {timer()}")  # behind what waits for our acknowledgement
        self.assertLessEqual(timer()[1], PROBE_S + 1)

    def test_the_memory_of_unread_lists_comes_back(self):
        # What readers took that do not read once stayed for good, though they had gone.
        running = self.start()
        token = self.token()
        self.fill(token, 200, 10_000)
        client = self.client(token)
        self.assertEqual(len(self.names(client)), 200)
        before = running.memory_kib()
        readers = [self.connect(token, 4096) for _ in range(READERS)]
        for reader in readers:
            self.assertTrue(reader.recv(1))
        grown = running.memory_kib() - before
        self.assertGreater(grown, 4 * 1024, "too little to be worth a test")
        # Nobody closes: they are cut because they do not read.
        up.wait_for(lambda: running.memory_kib() - before < grown / 3, lambda: f"of {grown} KiB {running.memory_kib() - before} are left", CUT_S)
        self.assertEqual(len(self.names(self.client(token))), 200)


MAPS = faults.MAPS

if __name__ == "__main__":
    unittest.main()
