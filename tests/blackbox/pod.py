#!/usr/bin/env python3
"""A small HTTP server that tests run as a Pod or as a process of their own. Says "VERSION NAME".

It listens on POD_IP:PORT, or on the address given as its argument. Paths: /ready (503 until START_DELAY seconds have passed), /slow
(answers after a second), /exit/N (ends with code N), anything else. On SIGTERM it takes no more connections, finishes what it was asked
and ends with 0; with IGNORE_TERM=1 it goes on; with CRASH=N it ends at once with code N.
With LOG_BYTES=N it prints N bytes for each request.
"""
import asyncio
import os
import signal
import sys
import time

BEGIN = time.monotonic()
ENVIRONMENT = os.environ
TEXT = f"{ENVIRONMENT.get('VERSION', '?')} {ENVIRONMENT.get('POD_NAME', '?')}\n".encode()


class Server:
    def __init__(self):
        self.active, self.stopping, self.done = 0, False, asyncio.Event()

    async def serve(self, reader, writer):
        try:
            while not self.stopping:
                head = await reader.readuntil(b"\r\n\r\n")
                self.active += 1
                try:
                    await self.answer(head, reader, writer)
                finally:
                    self.active -= 1
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            if self.stopping and not self.active:
                self.done.set()

    async def answer(self, head, reader, writer):
        target = head.split(b" ", 2)[1].decode()
        if "LOG_BYTES" in ENVIRONMENT:
            print("x" * (int(ENVIRONMENT["LOG_BYTES"]) - 1), flush=True)
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                await reader.readexactly(int(line.partition(b":")[2]))
        if target.startswith("/exit/"):
            os._exit(int(target.rpartition("/")[2]))
        status, body = "200 OK", TEXT
        if target == "/ready" and time.monotonic() - BEGIN < float(ENVIRONMENT.get("START_DELAY", "0")):
            status, body = "503 Not Ready", b"not yet\n"
        if target == "/env":
            body = "".join(f"{k}={v}\n" for k, v in sorted(ENVIRONMENT.items())).encode()
        if target == "/slow":
            await asyncio.sleep(1)
        close = "Connection: close\r\n" if self.stopping else ""
        writer.write(f"HTTP/1.1 {status}\r\n{close}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()

    def terminate(self):
        if ENVIRONMENT.get("IGNORE_TERM"):
            print("asked to end; not doing so", flush=True)
            return
        self.stopping = True
        self.listener.close()
        if not self.active:
            self.done.set()

    async def run(self, host, port):
        self.listener = await asyncio.start_server(self.serve, host, port, backlog=1024)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self.terminate)
        print(f"listening on {host}:{port}", flush=True)
        await self.done.wait()


def main():
    if "CRASH" in ENVIRONMENT:
        print("cannot start", file=sys.stderr, flush=True)
        sys.exit(int(ENVIRONMENT["CRASH"]))
    host, _, port = sys.argv[1].rpartition(":") if len(sys.argv) > 1 else (ENVIRONMENT["POD_IP"], "", ENVIRONMENT["PORT"])
    asyncio.run(Server().run(host, int(port)))


if __name__ == "__main__":
    main()
