"""Steady load on keep-alive connections that counts every outcome: nothing is retried, nothing is forgiven.

An outcome is (status, label); what else can happen to a request is a failure, with the reason. A connection that the peer
closes between two requests is opened again; one that is closed after a request went out and before a byte came back is a
failure, since the gateway has to answer what it has accepted.
"""
import asyncio
import collections
import contextlib
import threading
import time

import http1


class Outcome:
    def __init__(self):
        self.answers = collections.Counter()  # (status, label) -> count
        self.failures = []                    # sentences
        self.reopened = 0
        self.slowest = 0.0

    @property
    def total(self):
        return sum(self.answers.values()) + len(self.failures)

    def bad(self, *good_statuses):
        """Everything that is no answer with one of these statuses."""
        bad = [f"{count} x status {status} ({label})" for (status, label), count in self.answers.items() if status not in (good_statuses or (200,))]
        return bad + [f"{count} x {why}" for why, count in collections.Counter(self.failures).items()]

    def share(self, label):
        mine = sum(count for (_, l), count in self.answers.items() if l == label)
        return mine / max(1, sum(self.answers.values()))

    def __repr__(self):
        return f"{self.total} requests: {dict(self.answers)}, failed: {self.bad()[:10]}"


class _Client(asyncio.Protocol):
    """One connection: request, answer, and so on."""

    def __init__(self, load, done):
        self.load, self.done = load, done
        self.buffer, self.waiting, self.sent_at, self.left = b"", False, 0.0, None
        self.last = False

    def connection_made(self, transport):
        self.transport = transport
        self.load.transports.add(transport)
        self.next()

    def next(self):
        if self.load.stopping or self.last:
            self.transport.close()
            return
        self.buffer, self.left, self.waiting, self.sent_at = b"", None, True, time.monotonic()
        self.transport.write(self.load.take())

    def data_received(self, data):
        if not self.waiting:
            self.load.fail(f"bytes that nobody asked for: {data[:80]!r}")
            self.transport.close()
            return
        self.buffer += data
        if self.left is None:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            self.head, self.left = self.buffer[:end], self._length(self.buffer[:end], end + 4)
            if self.left is None:
                self.load.fail(f"an answer without a length: {self.head[:200]!r}")
                self.transport.abort()
                return
        if len(self.buffer) >= self.left:
            self._finish()

    def _length(self, head, body_at):
        self.last = b"connection: close" in head.lower()
        for line in head.split(b"\r\n"):
            if line[:15].lower() == b"content-length:":
                return body_at + int(line[15:])
        return body_at if head[9:12] in (b"204", b"304") else None

    def _finish(self):
        self.waiting = False
        body = self.buffer[len(self.head) + 4:]
        if len(self.buffer) > self.left:
            self.load.fail("more bytes than the answer says")
        self.load.count(int(self.head[9:12]), self.load.label(self.head, body), time.monotonic() - self.sent_at)
        if self.load.pause:
            self.load.loop.call_later(self.load.pause, self._after_pause)
        else:
            self.next()

    def _after_pause(self):
        if not self.transport.is_closing():
            self.next()

    def connection_lost(self, error):
        self.load.transports.discard(self.transport)
        if self.waiting:
            self.waiting = False
            self.load.fail(f"closed {'inside the answer' if self.buffer else 'without an answer'} ({error or 'end'})")
        if not self.done.done():
            self.done.set_result(None)


class Load:
    """Runs in a thread of its own from start() to stop(). `rate`: requests a second over all connections; 0: as many as go."""

    def __init__(self, address, request, connections=8, rate=0, label=None):
        self.address, self.connections = address, connections
        self._request = request if callable(request) else lambda number: request
        self.pause = connections / rate if rate else 0
        self.label = label or (lambda head, body: body.decode("utf-8", "replace").strip())
        self.outcome = Outcome()
        self.stopping = False
        self.transports = set()
        self._number = 0
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="load", daemon=True)

    def take(self):
        self._number += 1
        return self._request(self._number)

    def count(self, status, label, seconds):
        self.outcome.answers[status, label] += 1
        self.outcome.slowest = max(self.outcome.slowest, seconds)

    def fail(self, why):
        self.outcome.failures.append(why)

    def start(self):
        self._thread.start()
        return self

    def _run(self):
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(asyncio.gather(*(self._keep_going() for _ in range(self.connections))))
        self.loop.close()

    async def _keep_going(self):
        first = True
        while not self.stopping:
            done = self.loop.create_future()
            try:
                await self.loop.create_connection(lambda: _Client(self, done), *self.address)
                await done
            except OSError as e:
                self.fail(f"connecting: {e.strerror or e}")
                await asyncio.sleep(0.02)
            self.outcome.reopened += not first
            first = False

    def stop(self, seconds=http1.TIME_LIMIT_SECONDS):
        """Lets what is in flight finish and returns the outcome."""
        self.stopping = True
        self._thread.join(seconds)
        if self._thread.is_alive():
            self.fail(f"an answer did not come within {seconds} s")
            self.loop.call_soon_threadsafe(lambda: [t.abort() for t in list(self.transports)])
            self._thread.join(5)
        return self.outcome

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self._thread.is_alive():
            self.stop()

    def wait_more(self, count, seconds=http1.TIME_LIMIT_SECONDS):
        """Waits until that many further requests have an outcome."""
        target, end = self.outcome.total + count, time.monotonic() + seconds
        while self.outcome.total < target:
            if time.monotonic() > end:
                raise AssertionError(f"no {count} requests within {seconds} s: {self.outcome}")
            time.sleep(0.01)
        return self.outcome

    def answers(self):
        """A copy of what was answered so far; the difference of two says what came between."""
        while True:
            with contextlib.suppress(RuntimeError):  # it grew while we looked
                return collections.Counter(dict(self.outcome.answers))
