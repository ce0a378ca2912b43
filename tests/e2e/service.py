#!/usr/bin/env python3
"""What runs as gateway-service in the tests with Helm. Says its version, and logs each request with its X-Request-ID.

With ERROR_EVERY=N every Nth answer is a 500; with DELAY_S each takes that long.
"""
import asyncio
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "blackbox"))
import pod

VERSION = os.environ["VERSION"]
ERROR_EVERY = int(os.environ.get("ERROR_EVERY", "0"))
DELAY_S = float(os.environ.get("DELAY_S", "0"))


class Service(pod.Server):
    answered = 0

    async def answer(self, head, reader, writer):
        request, *fields = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
        await asyncio.sleep(DELAY_S)
        self.answered += 1
        status = "500 Broken" if ERROR_EVERY and self.answered % ERROR_EVERY == 0 else "200 OK"
        print(f"X-Request-ID={headers.get('x-request-id', '-')} {request.rpartition(' ')[0]} {status[:3]}", flush=True)
        body = f"{VERSION}\n".encode()
        close = "Connection: close\r\n" if self.stopping else ""
        writer.write(f"HTTP/1.1 {status}\r\n{close}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()


if __name__ == "__main__":
    asyncio.run(Service().run(os.environ["POD_IP"], int(os.environ["PORT"])))
