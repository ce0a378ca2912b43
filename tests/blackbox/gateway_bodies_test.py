#!/usr/bin/env python3
"""Large bodies in constant memory, back-pressure in both directions, many connections, slow clients.

256 MiB in each direction and framing; 1 GiB with GRAYLANE_LONG=1. Environment: GRAYLANE = the program (default build/release/graylane).
"""
import asyncio
import hashlib
import resource
import socket
import threading
import time
import unittest

import gateway_case
import http1
import up
import upstream
from gateway_case import BIG, HOST, GatewayTest, request

SIZE = (1 << 30) if up.LONG else (256 << 20)
PIECE = bytes(range(256)) * 1024  # 256 KiB
GROWTH_KIB = 24 * 1024            # what a transfer may add to the program, whatever its size
IN_KERNEL = 64 << 20              # more than all socket buffers between two ends that do not read


def setUpModule():
    GatewayTest.world = gateway_case.World()


def tearDownModule():
    GatewayTest.world.close()


def pattern(size):
    """That many bytes, in pieces; the same every time."""
    while size > 0:
        yield PIECE[:size] if size < len(PIECE) else PIECE
        size -= len(PIECE)


def digest(pieces):
    sha = hashlib.blake2b()
    for piece in pieces:
        sha.update(piece)
    return sha.hexdigest()


class Large(GatewayTest):
    def setUp(self):
        self.expected = digest(pattern(SIZE))
        self.before = self.memory(fresh=True)

    def memory(self, fresh=False):
        """The most it ever used, in KiB, since the last fresh look."""
        pid = self.world.up.pid
        if fresh:
            with open(f"/proc/{pid}/clear_refs", "w", encoding="ascii") as file:
                file.write("5")
        return up.memory_kib(pid, "VmHWM")

    def assert_memory(self):
        self.assertLess(self.memory() - self.before, GROWTH_KIB, "KiB more than before")

    def upload(self, headers, frame, end):
        """Sends SIZE bytes; checks that the endpoint got them."""
        got = []
        @upstream.reads_body_itself
        async def sink(exchange):
            sha, left = hashlib.blake2b(), SIZE
            is_chunked = exchange.request.get("Transfer-Encoding")
            while left:
                size = int(await exchange.reader.readuntil(b"\r\n"), 16) if is_chunked else left
                while size:
                    piece = await exchange.reader.read(min(size, 1 << 20))
                    sha.update(piece)
                    size, left = size - len(piece), left - len(piece)
                if is_chunked:
                    await exchange.reader.readexactly(2)
            if is_chunked:
                assert await exchange.reader.readexactly(5) == b"0\r\n\r\n"
            got.append(sha.hexdigest())
            await exchange.answer()
        connection = self.connect(timeout=120)
        connection.send(request(self.path(sink), BIG, "POST", headers=headers))
        for piece in pattern(SIZE):
            connection.send(frame(piece))
        connection.send(end)
        self.assertEqual(connection.answer().status, 200)
        self.assertEqual(got, [self.expected])
        self.assert_memory()

    def test_upload_with_a_length(self):
        # An image, a backup.
        self.upload([("Content-Length", str(SIZE))], lambda piece: piece, b"")

    def test_upload_in_chunks(self):
        # A client that does not know the size.
        self.upload([("Transfer-Encoding", "chunked")], lambda piece: b"%x\r\n%s\r\n" % (len(piece), piece), b"0\r\n\r\n")

    def download(self, head, frame, end, close):
        async def source(exchange):
            await exchange.send(head)
            for piece in pattern(SIZE):
                await exchange.send(frame(piece))
            await exchange.send(end)
            if close:
                exchange.close()
        connection = self.connect(timeout=120)
        connection.send(request(self.path(source), BIG))
        response = connection.head()
        sha = hashlib.blake2b()
        for piece in body_pieces(connection, response):
            sha.update(piece)
        self.assertEqual(sha.hexdigest(), self.expected)
        self.assert_memory()

    def test_download_with_a_length(self):
        # A file.
        self.download(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % SIZE, lambda piece: piece, b"", False)

    def test_download_in_chunks(self):
        # An export that is made while it is sent.
        self.download(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", lambda piece: b"%x\r\n%s\r\n" % (len(piece), piece), b"0\r\n\r\n", False)

    def test_download_until_the_end(self):
        # An HTTP/1.0 endpoint.
        self.download(b"HTTP/1.0 200 OK\r\n\r\n", lambda piece: piece, b"", True)


def body_pieces(connection, response):
    """The data of an answer whose head was read, without keeping it."""
    if response.get("Transfer-Encoding") == "chunked":
        while size := int(line(connection), 16):
            yield from counted(connection, size)
            connection.exactly(2)
        connection.exactly(2)
        return
    length = response.get("Content-Length")
    yield from counted(connection, int(length) if length else None)


def line(connection):
    out = b""
    while not out.endswith(b"\r\n"):
        out += connection.exactly(1)
    return out[:-2]


def counted(connection, size):
    """size bytes, or all until the end when it is None."""
    while size is None or size > 0:
        piece = connection.pending[:size] if connection.pending else connection.socket.recv(min(size or 1 << 20, 1 << 20))
        connection.pending = connection.pending[len(piece):]
        if not piece:
            if size is None:
                return
            raise http1.Closed(f"{size} bytes are missing")
        if size is not None:
            size -= len(piece)
        yield piece


class BackPressure(GatewayTest):
    def stalled_at(self, progress):
        """Where a counter stops that would go on if nobody held it back."""
        value, since, end = progress(), time.monotonic(), time.monotonic() + 30
        while time.monotonic() - since < 0.7:
            self.assertLess(time.monotonic(), end, f"it never stopped: {progress()}")
            time.sleep(0.02)
            if progress() != value:
                value, since = progress(), time.monotonic()
        return value

    def test_a_client_that_does_not_read_stops_the_endpoint(self):
        # What it does not take must not pile up here.
        sent = [0]
        async def source(exchange):
            await exchange.send(upstream.http_head(200, [("Content-Length", str(SIZE))]))
            for piece in pattern(SIZE):
                await exchange.send(piece)
                sent[0] += len(piece)
        before = self.world.up.memory_kib()
        connection = self.connect()
        connection.send(request(self.path(source), BIG))
        self.assertLess(self.stalled_at(lambda: sent[0]), IN_KERNEL)
        self.assertLess(self.world.up.memory_kib() - before, GROWTH_KIB)
        for _ in range(20):
            self.assert_serves()  # the others do not wait for it
        response = connection.head()
        self.assertEqual(digest(body_pieces(connection, response)), digest(pattern(SIZE)))

    def test_an_endpoint_that_does_not_read_stops_the_client(self):
        # The same for uploads.
        go, got = threading.Event(), []
        @upstream.reads_body_itself
        async def sink(exchange):
            exchange.writer.transport.pause_reading()
            await exchange.send(b"")
            while not go.is_set():
                await asyncio.sleep(0.02)
            exchange.writer.transport.resume_reading()
            await upstream.read_body(exchange, keep=0)
            got.append(exchange.request.size)
            await exchange.answer()
        before = self.world.up.memory_kib()
        connection = self.connect(timeout=60)
        connection.send(request(self.path(sink), BIG, "POST", headers=[("Content-Length", str(SIZE))]))
        sent = [0]
        def send():
            for piece in pattern(SIZE):
                connection.send(piece)
                sent[0] += len(piece)
        sender = threading.Thread(target=send, daemon=True)
        sender.start()
        self.assertLess(self.stalled_at(lambda: sent[0]), IN_KERNEL)
        self.assertLess(self.world.up.memory_kib() - before, GROWTH_KIB)
        self.assert_serves()
        go.set()
        self.assertEqual(connection.answer().status, 200)
        sender.join()
        self.assertEqual(got, [SIZE])

    def test_a_client_that_asks_and_never_reads_is_not_served_for_ever(self):
        # Pipelined requests whose answers pile up.
        before = self.world.up.memory_kib()
        path = self.path(gateway_case.answering(body=b"x" * 100_000))
        connection = self.connect()
        connection.socket.settimeout(1)
        with self.assertRaises((TimeoutError, BlockingIOError, ConnectionError)):
            for _ in range(200_000):
                connection.send(request(path) * 10)
        self.assertLess(len(self.seen(path)) * 100_000, IN_KERNEL)
        self.assertLess(self.world.up.memory_kib() - before, GROWTH_KIB)
        self.assert_serves()


class Many(GatewayTest):
    def test_idle_connections_cost_little_and_all_work(self):
        # Browsers keep connections open; each costs some 200 bytes here and more in the kernel.
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        count = min(5000 if up.LONG else 2000, (hard if hard > 0 else 1 << 20) - 200)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, count + 200), hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        for _ in range(200):
            self.assert_serves()
        before = self.world.up.memory_kib()
        connections = [self.connect() for _ in range(count)]
        for connection in connections:
            connection.send(request("/"))
            self.assertEqual(connection.answer().status, 200)
        used = (self.world.up.memory_kib() - before) * 1024 / count
        self.assertLess(used, 600, "bytes for each idle connection")  # pages are coarse; the exact figure is the benchmark's
        for connection in connections[::7]:
            connection.send(request("/"))
            self.assertEqual(connection.answer().status, 200)

    def test_connections_over_the_limit_of_descriptors(self):
        # Out of descriptors is no reason to stop, to spin, or to forget those who are being served.
        folder = self.world.scratch.path / "few"
        up.write(folder / "all.yaml", [*up.backend("back", [self.world.back.address]), up.ingress("plain", HOST, "back")])
        few = up.Up(folder, workers=1, wrapper=["prlimit", "--nofile=128:128"])
        self.addCleanup(few.close)
        few.ready()
        first = few.connect()
        self.addCleanup(first.close)
        self.assertEqual(first.ask("GET", "/", HOST).status, 200)
        crowd = []
        for _ in range(300):
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(few.address)
            crowd.append(one)
        self.assertEqual(first.ask("GET", "/", HOST).status, 200, "a connection that was there before")
        ticks = cpu_ticks(few.pid)
        time.sleep(1)
        self.assertLess(cpu_ticks(few.pid) - ticks, 50, "ticks of 10 ms in a second: it spins")
        for one in crowd:
            one.close()
        few.wait_status(200, "GET", "/", HOST)


def cpu_ticks(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


@unittest.skipUnless(up.LONG, "takes more than a minute: GRAYLANE_LONG=1")
class Patience(GatewayTest):
    def test_who_is_too_slow_is_let_go(self):
        # Thousands of half requests are the cheapest attack there is. All of them wait at the same time here.
        path = self.path()
        kinds = {"nothing": b"", "half a line": b"GET / HT", "half a head": f"GET / HTTP/1.1\r\nHost: {HOST}\r\n".encode(),
                 "a drip": f"GET / HTTP/1.1\r\nHost: {HOST}\r\n".encode(), "half a body": request(path, BIG, "POST", headers=[("Content-Length", "10")]) + b"part",
                 "idle": request("/")}
        connections = {kind: self.connect(timeout=100) for kind in kinds}
        for kind, start in kinds.items():
            connections[kind].send(start)
        self.assertEqual(connections["idle"].answer().status, 200)
        begin, dripping = time.monotonic(), True
        while dripping and time.monotonic() - begin < 100:
            try:
                connections["a drip"].send(b"X: 1\r\n")
                time.sleep(0.5)
            except OSError:
                dripping = False  # the time is for the whole head, not for each byte
        self.assertFalse(dripping)
        for kind, connection in connections.items():
            connection.socket.settimeout(max(1, 100 - (time.monotonic() - begin)))
            self.assertIn(connection.rest()[:12], (b"", b"HTTP/1.1 408"), kind)
        self.assertLess(time.monotonic() - begin, 100)
        self.assertEqual([r for r in self.seen(path) if r.complete], [])

    def test_more_connections_than_one_worker_takes(self):
        # The ones that are there are served, the next are closed at once.
        limit, beyond = 16_384, 200
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if 0 < hard < limit + 1000:
            self.skipTest("this machine allows too few descriptors")
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit + 1000, hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        folder = self.world.scratch.path / "one"
        up.write(folder / "all.yaml", [*up.backend("back", [self.world.back.address]), up.ingress("plain", HOST, "back")])
        one = up.Up(folder, workers=1)
        self.addCleanup(one.close)
        one.ready()
        crowd = []
        for _ in range(limit + beyond):
            crowd.append(one.connect())
            self.addCleanup(crowd[-1].close)
        for connection in crowd[:limit:100]:
            self.assertEqual(connection.ask("GET", "/", HOST).status, 200)
        for connection in crowd[-beyond // 2:]:
            self.assertTrue(connection.closes())


if __name__ == "__main__":
    unittest.main()
