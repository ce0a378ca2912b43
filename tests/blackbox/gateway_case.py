"""What the black-box tests of the gateway share: one running program, and one scripted endpoint behind some hosts.

    plain.test   no limits of its own (bodies: 1 MiB, as ingress-nginx has it)
    big.test     bodies of any size
    short.test   a read timeout of one second, and no second try
    gone.test    an endpoint that refuses connections

What the endpoint answers depends on the path: a test registers a script for a path that nobody else uses.
"""
import itertools
import unittest

import cli
import http1
import up
import upstream

HOST, BIG, SHORT, GONE = "plain.test", "big.test", "short.test", "gone.test"
WORKERS = 2


class World:
    """The program, the endpoint and its scripts; made by setUpModule of a test file, closed by its tearDownModule."""

    def __init__(self, *flags):
        cli.path()
        self.scratch = up.Scratch("graylane-http-")
        self.servers = upstream.Servers()
        self.scripts = {}
        self.back = self.servers.endpoint(self.script(), "back")
        objects = [*up.backend("back", [self.back.address]), *up.backend("gone", [self.servers.address()]),
                   up.ingress("plain", HOST, "back"), up.ingress("big", BIG, "back", {"proxy-body-size": "0"}),
                   up.ingress("short", SHORT, "back", {"proxy-read-timeout": "1", "proxy-next-upstream-tries": "1"}),
                   up.ingress("gone", GONE, "gone")]
        up.write(self.scratch.path / "manifests" / "all.yaml", objects)
        try:
            self.up = up.Up(self.scratch.path / "manifests", *flags, workers=WORKERS).ready()
        except BaseException:
            self.servers.close()
            self.scratch.close()
            raise

    def script(self):
        @upstream.reads_body_itself
        async def by_path(exchange):
            script = self.scripts.get(exchange.request.target.partition("?")[0], upstream.answer_as_told_plainly)
            if not getattr(script, "reads_body_itself", False):
                await upstream.read_body(exchange)
            await script(exchange)
        return by_path

    def close(self):
        self.up.close()
        self.servers.close()
        self.scratch.close()


class GatewayTest(unittest.TestCase):
    """A test file sets `world` of its test classes through this one."""

    world = None
    _paths = itertools.count(1)
    maxDiff = None

    def path(self, script=None):
        """A path of this test alone, and what the endpoint does there."""
        path = f"/{self.id().rpartition('.')[2]}/{next(self._paths)}"
        if script:
            self.world.scripts[path] = script
        return path

    def connect(self, **how):
        connection = self.world.up.connect(**how)
        self.addCleanup(connection.close)
        return connection

    def ask(self, *arguments, **how):
        return self.world.up.ask(*arguments, **how)

    def seen(self, path):
        """What the endpoint received for a path, whatever its query."""
        return [r for r in self.world.back.received if r.target.partition("?")[0] == path]

    def one_seen(self, path):
        seen = self.seen(path)
        self.assertEqual(len(seen), 1, seen)
        return seen[0]

    def assert_serves(self):
        """The gateway still answers."""
        self.assertEqual(self.ask("GET", "/", HOST).status, 200)


def request(target, host=HOST, method="GET", **how):
    return http1.request(method, target, host, **how)


def answering(status=200, headers=(), body=b"", **how):
    """A script: that answer."""
    async def script(exchange):
        await exchange.answer(status, headers, body, **how)
    return script


def sending(*pieces, close=False):
    """A script: these bytes, each in a system call of its own."""
    async def script(exchange):
        await exchange.send(*pieces)
        if close:
            exchange.close()
    return script
