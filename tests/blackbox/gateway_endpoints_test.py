#!/usr/bin/env python3
"""Where a Service leads that has no selector, and endpoints that take nothing.

Environment: GRAYLANE = the program (default build/release/graylane).
"""
import contextlib
import threading
import unittest

import http1
import up
import upstream

HOST = "endpoints.test"
MUCH = 256 << 20  # more than all socket buffers on the way


def endpoints(name, addresses, port):
    """The older kind, which many manifests still have."""
    return {"apiVersion": "v1", "kind": "Endpoints", "metadata": {"name": name},
            "subsets": [{"addresses": [{"ip": ip} for ip, _ in addresses], "ports": [{"name": "p80", "port": port}]}]}


class EndpointsTest(unittest.TestCase):
    def setUp(self):
        self.scratch = up.Scratch("graylane-endpoints-")
        self.addCleanup(self.scratch.close)
        self.folder = self.scratch.path / "manifests"
        self.servers = upstream.Servers()
        self.addCleanup(self.servers.close)

    def start(self, *objects):
        self.write(*objects)
        running = up.Up(self.folder, "--access-log=off", workers=1)
        self.addCleanup(running.close)
        return running.ready()

    def write(self, *objects, annotations=None):
        up.write(self.folder / "all.yaml", [up.service("web"), up.ingress("web", HOST, "web", annotations), *objects])

    def answered(self, running, count=4):
        return {running.ask("GET", "/", HOST).text for _ in range(count)}


class WithoutSelector(EndpointsTest):
    def test_endpoints_and_slices_are_followed_through_edits(self):
        # A database outside, or a list that another tool keeps: whoever edits it moves the traffic.
        one, two, three = (self.servers.endpoint(upstream.answer_as_told_plainly, name) for name in ("one", "two", "three"))
        older = lambda *to: endpoints("web", [e.address for e in to], self.servers.port)
        newer = lambda *to: up.endpoint_slice("web", [e.address for e in to])
        running = self.start(older(one, two))
        steps = [([older(two, three)], {"two\n", "three\n"}), ([newer(one)], {"one\n"}), ([newer(two), older(two, three)], {"two\n", "three\n"})]
        self.assertEqual(self.answered(running), {"one\n", "two\n"})
        for objects, wanted in steps:
            with self.subTest(wanted):
                mark = running.mark()
                self.write(*objects)
                running.wait_effective(mark)
                self.assertEqual(self.answered(running), wanted)


class Deaf(EndpointsTest):
    def test_an_endpoint_that_takes_nothing_is_504_after_the_send_timeout(self):
        # The read timeout is for answers: an upload to a stuck endpoint would hang until the client gives up.
        @upstream.reads_body_itself
        async def deaf(exchange):
            exchange.writer.transport.pause_reading()
            while not exchange.writer.transport.is_closing():
                exchange.writer.write(b"")
                await upstream.asyncio.sleep(0.02)
        endpoint = self.servers.endpoint(deaf, "deaf")
        self.write(up.endpoint_slice("web", [endpoint.address]), annotations={
            "proxy-send-timeout": "1", "proxy-read-timeout": "600", "proxy-body-size": "0"})
        running = up.Up(self.folder, "--access-log=off", workers=1)
        self.addCleanup(running.close)
        running.ready()
        connection = running.connect(timeout=60)
        self.addCleanup(connection.close)
        connection.send(http1.request("POST", "/", HOST, headers=[("Content-Length", str(MUCH))]))
        def send():
            with contextlib.suppress(OSError, http1.Closed):
                for _ in range(MUCH >> 18):
                    connection.send(bytes(1 << 18))
        threading.Thread(target=send, daemon=True).start()
        self.assertEqual(connection.answer().status, 504)
        self.assertEqual(len(endpoint.received), 1, "a POST is not asked again")


if __name__ == "__main__":
    unittest.main()
