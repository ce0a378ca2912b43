#!/usr/bin/env python3
"""Clients that people have: Python's http.client, and curl and wrk where they are installed.

Environment: GRAYLANE = the program (default build/release/graylane).
"""
import concurrent.futures
import http.client
import re
import shutil
import subprocess
import unittest

import gateway_case
from gateway_case import BIG, HOST, GatewayTest


def setUpModule():
    GatewayTest.world = gateway_case.World()


def tearDownModule():
    GatewayTest.world.close()


async def echo(exchange):
    await exchange.answer(body=exchange.request.body)


class HttpClient(GatewayTest):
    def test_a_session(self):
        # One connection, several kinds of requests.
        client = http.client.HTTPConnection(*self.world.up.address, timeout=30)
        self.addCleanup(client.close)
        path = self.path(echo)
        pieces = [b"one", b"two", b"three" * 10_000]
        for body, wanted in ((b"hello", b"hello"), (iter(pieces), b"".join(pieces)), (None, b"")):
            client.request("POST", path, body, {"Host": HOST})
            self.assertEqual(client.getresponse().read(), wanted)
        client.request("HEAD", path, headers={"Host": HOST})
        response = client.getresponse()
        self.assertEqual((response.status, response.read()), (200, b""))

    def test_many_at_once(self):
        # More clients than workers, each with a connection of its own for each request.
        path = self.path(echo)
        def one(number):
            client = http.client.HTTPConnection(*self.world.up.address, timeout=30)
            try:
                client.request("PUT", path, f"body {number}" * 500, {"Host": HOST})
                return client.getresponse().read() == f"body {number}".encode() * 500
            finally:
                client.close()
        with concurrent.futures.ThreadPoolExecutor(32) as pool:
            self.assertEqual(set(pool.map(one, range(500))), {True})


@unittest.skipUnless(shutil.which("curl"), "curl is not installed")
class Curl(GatewayTest):
    def curl(self, *arguments, data=None):
        done = subprocess.run(["curl", "-sS", "--max-time", "30", "-w", "\n%{http_code} %{http_version} %{num_connects}", *arguments], input=data,
                              capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done)
        body, _, facts = done.stdout.rpartition(b"\n")
        return body, facts.decode().split()

    def url(self, path="/"):
        return "http://%s:%d%s" % (*self.world.up.address, path)

    def test_as_the_guides_have_it(self):
        # The first thing that a newcomer types.
        body, facts = self.curl("-H", f"Host: {HOST}", self.url())
        self.assertEqual((body, facts), (b"back\n", ["200", "1.1", "1"]))
        self.assertEqual(self.curl("--http1.0", "-H", f"Host: {HOST}", self.url())[1][:2], ["200", "1.1"])

    def test_uploads(self):
        # With Expect (large bodies), in chunks (a pipe), as a form.
        data, path = b"x" * 3_000_000, self.path(echo)
        for how in (["--data-binary", "@-", "-H", "Expect: 100-continue"], ["-T", "-"], ["-T", "-", "-H", "Transfer-Encoding: chunked"]):
            body, facts = self.curl("-H", f"Host: {BIG}", *how, self.url(path), data=data)
            self.assertEqual((facts[0], body), ("200", data), how)
        body, _ = self.curl("-H", f"Host: {HOST}", "-F", "a=b", "-F", "file=@-", self.url(path), data=b"content")
        self.assertIn(b"content", body)

    def test_one_connection_for_several_requests(self):
        # Keep-alive as another program understands it.
        done = subprocess.run(["curl", "-sS", "-o", "/dev/null", "-o", "/dev/null", "-o", "/dev/null", "-w", "%{num_connects} ", "-H", f"Host: {HOST}",
                               self.url(), self.url("/a"), self.url("/b")], capture_output=True, check=False, timeout=30)
        self.assertEqual(done.stdout.split(), [b"1", b"0", b"0"])


@unittest.skipUnless(shutil.which("wrk"), "wrk is not installed")
class Wrk(GatewayTest):
    def test_full_speed_without_an_error(self):
        # Faster than anything that these tests can send.
        url = "http://%s:%d/" % self.world.up.address
        done = subprocess.run(["wrk", "-t2", "-c64", "-d2s", "-H", "Host: nowhere.test", url], capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(int(re.search(r"(\d+) requests in", done.stdout)[1]), int(re.search(r"Non-2xx or 3xx responses: (\d+)", done.stdout)[1]))
        self.assertNotIn("Socket errors", done.stdout)
        done = subprocess.run(["wrk", "-t1", "-c16", "-d2s", "-H", f"Host: {HOST}", url], capture_output=True, text=True, check=False, timeout=60)
        self.assertGreater(int(re.search(r"(\d+) requests in", done.stdout)[1]), 100)
        self.assertNotIn("Non-2xx", done.stdout)
        self.assertNotIn("Socket errors", done.stdout)


if __name__ == "__main__":
    unittest.main()
