"""Servers that stand behind the gateway in tests: each endpoint is a listener of its own on an address in 127.0.0.0/8,
records exactly what it receives, and answers as it is told. All of them run in one thread of the test.

How an endpoint answers is a dict (`status`, `headers`, `body`, `size`, `delay`, `chunks`, `chunkEvery`, `close`, `path`), a list
of them of which the first matching `path` counts, or a coroutine `async def script(exchange)` that does what it wants.
"""
import asyncio
import contextlib
import json
import random
import socket
import threading
import time

import http1

HEAD_BYTES_MAX = 1 << 20
PORTS = range(20_000, 32_000)  # below what the kernel gives to outgoing connections


class Received:
    """One request as an endpoint saw it. `complete` becomes true when its body is there as a whole."""

    def __init__(self, endpoint, connection, method, target, version, headers):
        self.endpoint, self.connection = endpoint, connection
        self.method, self.target, self.version, self.headers = method, target, version, headers
        self.body, self.size, self.trailers, self.framing, self.complete = b"", 0, [], "none", False
        self.at = time.monotonic()

    def all(self, name):
        return [v for n, v in self.headers if n.lower() == name.lower()]

    def get(self, name):
        values = self.all(name)
        return values[0] if values else None

    def __repr__(self):
        return f"{self.endpoint}: {self.method} {self.target} {self.version} {self.headers} {self.body[:200]!r}"


class Exchange:
    """What a script works with: the request, and both directions of the connection."""

    def __init__(self, request, reader, writer):
        self.request, self.reader, self.writer = request, reader, writer
        self.keep = True

    async def send(self, *pieces):
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()

    async def answer(self, status=200, headers=(), body=b"", reason="OK"):
        body = body.encode() if isinstance(body, str) else body
        lines = [f"HTTP/1.1 {status} {reason}", *(f"{n}: {v}" for n, v in headers)]
        bodiless = status in (204, 304) or status < 200
        if not bodiless and not any(n.lower() in ("content-length", "transfer-encoding") for n, _ in headers):
            lines.append(f"Content-Length: {len(body)}")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "surrogateescape")
        await self.send(head + (b"" if bodiless or self.request.method == "HEAD" else body))

    def close(self):
        self.keep = False


class Endpoint:
    """One listener. Stop it to refuse connections; start it again on the same address."""

    def __init__(self, servers, name, address, respond):
        self.servers, self.name, self.address, self.respond = servers, name, address, respond
        self.received = []
        self.connections = 0
        self.broken = []  # what came and was no HTTP/1.1
        self.open = set()
        self.closed = set()  # numbers of connections
        self._listener = None

    def start(self):
        self._listener = self.servers.run(asyncio.start_server(self._serve, *self.address, limit=HEAD_BYTES_MAX, backlog=1024))
        return self

    def stop(self):
        """No longer listens; open connections are reset, as when the process is killed."""
        async def close():
            self._listener.close()
            for writer in list(self.open):
                writer.transport.abort()
        if self._listener:
            self.servers.run(close())
            self._listener = None

    async def _serve(self, reader, writer):
        self.connections += 1
        number = self.connections
        self.open.add(writer)
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            while await self._one(reader, writer, number):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        except Exception as e:  # whatever it is, the gateway sent it
            self.broken.append(repr(e))
        finally:
            with contextlib.suppress(Exception):
                writer.close()
                await writer.wait_closed()
            self.open.discard(writer)
            self.closed.add(number)

    async def _one(self, reader, writer, number):
        head = await reader.readuntil(b"\r\n\r\n")
        line, _, block = head[:-4].partition(b"\r\n")
        method, target, version = line.decode("latin-1").split(" ")
        request = Received(self.name, number, method, target, version, http1.parse_fields(block))
        self.received.append(request)
        exchange = Exchange(request, reader, writer)
        script = self.respond
        if getattr(script, "reads_body_itself", False):
            await script(exchange)
            return exchange.keep
        await read_body(exchange)
        if callable(script):
            await script(exchange)
        elif request.get("Upgrade") == "websocket":
            await websocket_echo(exchange)
        else:
            await answer_as_told(exchange, script)
        return exchange.keep and request.version == "HTTP/1.1" and (request.get("Connection") or "").lower() != "close"


def reads_body_itself(script):
    """Marks a script that is called when the head is there."""
    script.reads_body_itself = True
    return script


async def read_body(exchange, keep=1 << 22):
    """Reads and records the body; of a long one only the first bytes are kept."""
    request, reader = exchange.request, exchange.reader
    async def take(size):
        while size:
            piece = await reader.read(min(size, 1 << 18))
            if not piece:
                raise asyncio.IncompleteReadError(b"", size)
            size -= len(piece)
            request.size += len(piece)
            if len(request.body) < keep:
                request.body += piece
    if request.get("Transfer-Encoding"):
        request.framing = "chunked"
        while size := int((await reader.readuntil(b"\r\n"))[:-2], 16):
            await take(size)
            assert await reader.readexactly(2) == b"\r\n"
        lines = []
        while (line := (await reader.readuntil(b"\r\n"))[:-2]):
            lines.append(line)
        request.trailers = http1.parse_fields(b"\r\n".join(lines))
    elif request.get("Content-Length"):
        request.framing = "length"
        await take(int(request.get("Content-Length")))
    request.complete = True


async def websocket_echo(exchange):
    """Accepts the handshake; each small text message comes back as "echo:" and itself."""
    await exchange.send(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
    while True:
        head = await exchange.reader.readexactly(2)
        mask, size = head[1] & 0x80, head[1] & 0x7f
        key = await exchange.reader.readexactly(4) if mask else b"\0\0\0\0"
        data = bytes(b ^ key[n % 4] for n, b in enumerate(await exchange.reader.readexactly(size)))
        if head[0] & 0x0f == 8:
            return
        out = b"echo:" + data
        await exchange.send(bytes([0x81, len(out)]) + out)


async def tunnel_echo(exchange):
    """Switches protocols and sends every byte back; ends when the client ends."""
    upgrade = exchange.request.get("Upgrade") or "none"
    await exchange.send(f"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: {upgrade}\r\n\r\n".encode())
    while piece := await exchange.reader.read(1 << 16):
        await exchange.send(piece)
    exchange.close()


async def answer_as_told_plainly(exchange):
    """200 with a small body that says who answered."""
    await exchange.answer(body=f"{exchange.request.endpoint}\n")


async def answer_as_told(exchange, told):
    """Plays one of the dicts described above."""
    request = exchange.request
    told = told if isinstance(told, list) else [told or {}]
    told = next((t for t in told if request.target.startswith(t.get("path", ""))), {})
    if told.get("close") == "before":
        exchange.close()
        return
    await asyncio.sleep(told.get("delay", 0))
    if told.get("close") == "half":
        await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Le")
        exchange.close()
        return
    if told.get("close") == "garbage":
        await exchange.send(b"this is no status line\r\n\r\n")
        exchange.close()
        return
    headers = [tuple(h) for h in told.get("headers", [])]
    status = told.get("status", 200)
    if "chunks" in told:
        await exchange.send(http_head(status, [*headers, ("Transfer-Encoding", "chunked")]))
        for chunk in told["chunks"]:
            await exchange.send(http1.chunked([chunk.encode()])[:-5])
            await asyncio.sleep(told.get("chunkEvery", 0))
        await exchange.send(b"0\r\n\r\n")
        return
    if not any(key in told for key in ("status", "headers", "body", "size")):
        headers.append(("Content-Type", "application/json"))
        told = {"body": json.dumps({"endpoint": request.endpoint, "method": request.method, "target": request.target})}
    body = b"x" * told["size"] if "size" in told else told.get("body", "").encode()
    await exchange.answer(status, headers, body, reason="Told")


def http_head(status, headers):
    return (f"HTTP/1.1 {status} Told\r\n" + "".join(f"{n}: {v}\r\n" for n, v in headers) + "\r\n").encode()


class Servers:
    """The thread that all endpoints of a test run in, and one port for all of their addresses."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="upstreams", daemon=True)
        self._thread.start()
        self.port = free_port()
        self._endpoints = []
        self._block = random.randrange(60, 110)  # 127.BLOCK.x.y
        self._next = 0

    def run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(http1.TIME_LIMIT_SECONDS)

    def address(self):
        """A fresh address; nothing listens on it yet."""
        self._next += 1
        return f"127.{self._block}.{self._next // 250}.{self._next % 250 + 1}", self.port

    def endpoint(self, respond=None, name="upstream", address=None):
        endpoint = Endpoint(self, name, address or self.address(), respond).start()
        self._endpoints.append(endpoint)
        return endpoint

    def drop(self, endpoints):
        """Stops these endpoints for good."""
        for endpoint in endpoints:
            endpoint.stop()
            self._endpoints.remove(endpoint)

    def close(self):
        for endpoint in self._endpoints:
            endpoint.stop()
        async def cancel():
            tasks = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        self.run(cancel())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()


class BlackHole:
    """An address on which connecting never completes: its queue of connections is full and nobody accepts."""

    def __init__(self, address):
        self._sockets = [socket.socket()]
        self._sockets[0].bind(address)
        self._sockets[0].listen(0)
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(address)
            self._sockets.append(filler)

    def close(self):
        for s in self._sockets:
            s.close()


def free_port():
    """A port that nobody on this machine listens on, on any loopback address."""
    for port in random.sample(PORTS, 100):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("0.0.0.0", port))  # not listened on: only asks the kernel
            return port
    raise RuntimeError("no free port")
