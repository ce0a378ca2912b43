#!/usr/bin/env python3
"""The gateway as clients and endpoints meet it on the wire: pipelining, odd timing, framing, upgrades, header fields.

Environment: GRAYLANE = the program (default build/release/graylane).
"""
import asyncio
import re
import threading
import time
import unittest

import gateway_case
import http1
import up
import upstream
from gateway_case import BIG, GONE, HOST, SHORT, GatewayTest, answering, request, sending

SOON = 0.002  # seconds: long enough for a piece to arrive alone most of the time; nothing depends on it


def setUpModule():
    GatewayTest.world = gateway_case.World()


def tearDownModule():
    GatewayTest.world.close()


class Pipelining(GatewayTest):
    def test_many_requests_in_one_piece_are_answered_in_order(self):
        # The order is the only thing that says which answer belongs to which request.
        async def echo(exchange):
            await exchange.answer(body=exchange.request.target.partition("?")[2])
        path = self.path(echo)
        connection = self.connect()
        connection.send(b"".join(request(f"{path}?{n}") for n in range(200)))
        self.assertEqual([connection.answer().text for _ in range(200)], [str(n) for n in range(200)])

    def test_bodies_between_requests(self):
        # Each body ends where its own framing says.
        async def echo(exchange):
            await exchange.answer(body=exchange.request.body)
        path = self.path(echo)
        connection = self.connect()
        bodies = [b"", b"a", b"GET / HTTP/1.1\r\n\r\n", b"x" * 70_000, b"\r\n", b"0\r\n\r\n"]
        connection.send(b"".join(request(path, method="POST", body=b) + request(path, method="POST", chunks=[b] if b else []) for b in bodies))
        for body in bodies:
            self.assertEqual(connection.answer().body, body)
            self.assertEqual(connection.answer().body, body)

    def test_a_slow_answer_holds_back_the_next(self):
        # Even when the second endpoint's answer is there first.
        async def slow(exchange):
            await asyncio.sleep(0.3)
            await exchange.answer(body="slow")
        connection = self.connect()
        connection.send(request(self.path(slow)) + request("/", "nowhere.test") + request(self.path(answering(body="fast"))))
        self.assertEqual([connection.answer().status for _ in range(3)], [200, 404, 200])

    def test_heads_without_bodies_between(self):
        # HEAD, 204 and 304 end with the head, whatever their fields say.
        connection = self.connect()
        size = self.path(answering(body=b"x" * 1000))
        connection.send(request(size, method="HEAD") + request(size) + request(self.path(answering(204))) +
                        request(self.path(answering(304, [("ETag", '"1"')]))) + request(size))
        head = connection.answer("HEAD")
        self.assertEqual((head.get("Content-Length"), head.body), ("1000", b""))
        self.assertEqual([(a.status, len(a.body)) for a in (connection.answer() for _ in range(4))], [(200, 1000), (204, 0), (304, 0), (200, 1000)])

    def test_close_in_the_middle_ends_it(self):
        # What a client sends after its own Connection: close is not read.
        never = self.path()
        connection = self.connect()
        connection.send(request("/") + request("/", headers=[("Connection", "close")]) + request(never))
        self.assertEqual([connection.answer().get("Connection") for _ in range(2)][1], "close")
        self.assertTrue(connection.closes())
        self.assertEqual(self.seen(never), [])


class Timing(GatewayTest):
    def test_a_request_byte_by_byte(self):
        # Nothing may depend on how bytes are grouped.
        async def echo(exchange):
            await exchange.answer(body=exchange.request.body)
        path = self.path(echo)
        for message in (request(path, method="POST", body=b"hello"), request(path, method="POST", chunks=[b"he", b"llo"], trailers=[("X-T", "1")])):
            connection = self.connect()
            for n in range(len(message)):
                connection.send(message[n:n + 1])
            self.assertEqual(connection.answer().body, b"hello")
            self.assertEqual(connection.ask("GET", "/", HOST).status, 200)
        self.assertEqual([r.body for r in self.seen(path)], [b"hello"] * 2)

    def test_a_request_split_at_every_place(self):
        # Two pieces, at each possible border.
        path = self.path()
        message = request(path, method="POST", chunks=[b"hello"], headers=[("X", "1")])
        connection = self.connect()
        for n in range(1, len(message)):
            connection.send(message[:n])
            time.sleep(SOON)
            connection.send(message[n:])
            self.assertEqual(connection.answer().status, 200, n)
        self.assertEqual({r.body for r in self.seen(path)}, {b"hello"})

    def test_an_answer_byte_by_byte(self):
        # The endpoint's side of the same.
        for answer in (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
                       b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"):
            path = self.path(sending(*(answer[n:n + 1] for n in range(len(answer)))))
            connection = self.connect()
            for _ in range(3):
                self.assertEqual(connection.ask("GET", path, HOST).body, b"hello")

    def test_a_half_closed_client_gets_its_answers(self):
        # `printf ... | nc` is half closed at once.
        async def slow(exchange):
            await asyncio.sleep(0.2)
            await exchange.answer(body=b"x" * 500_000)
        connection = self.connect()
        connection.send(request("/") + request(self.path(slow)) + request("/"))
        connection.half_close()
        self.assertEqual([len(connection.answer().body) for _ in range(3)], [5, 500_000, 5])
        self.assertTrue(connection.closes())

    def test_half_closed_in_the_middle_of_a_request(self):
        # A part of a request is no request.
        path = self.path()
        for message in (f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n".encode(), request(path, method="POST", headers=[("Content-Length", "10")]) + b"part",
                        request(path, method="POST", headers=[("Transfer-Encoding", "chunked")]) + b"5\r\nhel"):
            connection = self.connect()
            connection.send(message)
            connection.half_close()
            self.assertNotIn(b" 200 ", connection.rest()[:20])
        self.assertEqual([r for r in self.seen(path) if r.complete], [])

    def test_a_client_that_leaves_takes_its_request_along(self):
        # An endpoint learns that nobody waits, and the gateway does not ask again.
        gone = threading.Event()
        async def waits(exchange):
            await exchange.reader.read(1)
            gone.set()
            exchange.close()
        path = self.path(waits)
        connection = self.connect()
        connection.send(request(path))
        up.wait_for(lambda: self.seen(path), "the request arrives")
        connection.reset()
        self.assertTrue(gone.wait(10), "the endpoint is still kept waiting")
        self.assertEqual(len(self.seen(path)), 1)
        self.assert_serves()

    def test_slow_clients_do_not_hold_others(self):
        # Many of them, in the middle of a head and of a body, on every worker.
        slow = [self.connect() for _ in range(100)]
        for n, connection in enumerate(slow):
            connection.send(f"GET / HTTP/1.1\r\nHost: {HOST}\r\nX: ".encode() if n % 2 else request("/", method="POST", headers=[("Content-Length", "10")]) + b"a")
        for _ in range(20):
            self.assert_serves()


class Framing(GatewayTest):
    def test_chunks_both_ways_with_trailers(self):
        # Trailers carry checksums and gRPC's status; framing is our own on each side.
        @upstream.reads_body_itself
        async def both(exchange):
            await upstream.read_body(exchange)
            pieces = [b"a" * 10, b"b" * 100_000, b"c"]
            await exchange.send(upstream.http_head(200, [("Transfer-Encoding", "chunked"), ("Trailer", "X-Sum")]), http1.chunked(pieces, [("X-Sum", "42")]))
        path = self.path(both)
        connection = self.connect()
        body = [b"1" * 5, b"2" * 70_000, b"3"]
        connection.send(request(path, method="POST", chunks=body, trailers=[("X-Check", "7")]))
        response = connection.answer()
        self.assertEqual(response.body, b"a" * 10 + b"b" * 100_000 + b"c")
        self.assertEqual(response.trailers, [("X-Sum", "42")])
        seen = self.one_seen(path)
        self.assertEqual((seen.body, seen.framing, seen.trailers), (b"".join(body), "chunked", [("X-Check", "7")]))
        self.assertEqual(connection.ask("GET", "/", HOST).status, 200)

    def test_a_stream_arrives_piece_by_piece(self):
        # Server-sent events: each piece is passed on when it comes, not when the body ends.
        pieces = asyncio.Queue()
        async def stream(exchange):
            await exchange.send(upstream.http_head(200, [("Transfer-Encoding", "chunked")]))
            while piece := await pieces.get():
                await exchange.send(b"%x\r\n%s\r\n" % (len(piece), piece))
            await exchange.send(b"0\r\n\r\n")
        connection = self.connect()
        connection.send(request(self.path(stream)))
        self.assertEqual(connection.head().get("Transfer-Encoding"), "chunked")
        for piece in (b"one", b"two", b"three"):
            self.world.servers.loop.call_soon_threadsafe(pieces.put_nowait, piece)
            self.assertEqual(connection.exactly(len(piece) + 5), b"%x\r\n%s\r\n" % (len(piece), piece))
        self.world.servers.loop.call_soon_threadsafe(pieces.put_nowait, b"")
        self.assertEqual(connection.exactly(5), b"0\r\n\r\n")

    def test_a_body_arrives_piece_by_piece(self):
        # An upload is passed on while it comes.
        arrived = []
        @upstream.reads_body_itself
        async def reads(exchange):
            for size in (3, 4, 3):
                arrived.append(await exchange.reader.readexactly(size))
            await exchange.answer()
        connection = self.connect()
        connection.send(request(self.path(reads), BIG, "POST", headers=[("Content-Length", "10")]))
        for piece in (b"abc", b"defg", b"hij"):
            connection.send(piece)
            up.wait_for(lambda piece=piece: piece in arrived, f"{piece} arrives before the next piece is sent")
        self.assertEqual(connection.answer().status, 200)

    def test_an_answer_until_the_end_of_the_connection(self):
        # HTTP/1.0 endpoints, and CGI programs behind them.
        for head in (b"HTTP/1.0 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"):
            path = self.path(sending(head, b"a" * 100_000, b"end", close=True))
            response = self.ask("GET", path, HOST)
            self.assertEqual((response.status, response.body[-4:], len(response.body)), (200, b"aend", 100_003))

    def test_a_cut_answer_is_not_a_whole_one(self):
        # The client must be able to tell.
        for head in (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"):
            path = self.path(sending(head + b"part", close=True))
            with self.assertRaises((http1.Closed, ValueError)):
                self.ask("GET", path, HOST)

    def test_interim_answers_do_not_confuse(self):
        # 103 Early Hints is optional to pass on; the final answer is not.
        path = self.path(sending(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
        connection = self.connect()
        for _ in range(3):
            self.assertEqual(connection.ask("GET", path, HOST).body, b"ok")

    def test_head_has_no_body_even_if_we_answer(self):
        # The next answer would begin inside it.
        connection = self.connect()
        for host, status in ((HOST, 200), ("nowhere.test", 404), (GONE, 502)):
            response = connection.ask("HEAD", "/", host)
            self.assertEqual((response.status, response.body), (status, b""))
        self.assertEqual(connection.ask("GET", "/", HOST).body, b"back\n")

    def test_the_size_limit_of_bodies(self):
        # 1 MiB unless an annotation says otherwise, counted in data, not in framing.
        path, size = self.path(), 1 << 20
        for how in ({"body": b"x" * size}, {"chunks": [b"x" * 1000] * 1048 + [b"x" * (size - 1_048_000)]}):
            self.assertEqual(self.ask("POST", path, HOST, **how).status, 200)
        for how in ({"body": b"x" * (size + 1)}, {"chunks": [b"x" * (size + 1)]}):
            connection = self.connect()
            connection.try_send(request(path, method="POST", **how))
            self.assertEqual(connection.answer().status, 413)
            connection.rest()
        self.assertEqual(len([r for r in self.seen(path) if r.complete]), 2)
        self.assertEqual(self.ask("POST", path, BIG, body=b"x" * (size + 1)).status, 200)


class Continue(GatewayTest):
    def test_who_waits_for_100_gets_it(self):
        # curl waits a second otherwise, other clients for ever.
        path = self.path()
        connection = self.connect()
        for _ in range(2):
            connection.send(request(path, method="POST", headers=[("Expect", "100-continue"), ("Content-Length", "5")]))
            self.assertEqual(connection.head().status, 100)
            connection.send(b"hello")
            self.assertEqual(connection.answer().status, 200)
        self.assertEqual([r.body for r in self.seen(path)], [b"hello"] * 2)

    def test_who_does_not_wait_is_served_too(self):
        # The body may be there before the 100.
        path = self.path()
        connection = self.connect()
        for how in ({"body": b"hello"}, {"chunks": [b"hello"]}):
            self.assertEqual(connection.ask("POST", path, HOST, [("Expect", "100-continue")], **how).status, 200)
        self.assertEqual([r.body for r in self.seen(path)], [b"hello"] * 2)

    def test_no_100_for_what_is_refused(self):
        # Sending a gigabyte for a 404 or a 413 helps nobody.
        for host, size, status in (("nowhere.test", 5, 404), (HOST, (1 << 20) + 1, 413)):
            connection = self.connect()
            connection.send(request("/", host, "POST", headers=[("Expect", "100-continue"), ("Content-Length", str(size))]))
            response = connection.answer()
            self.assertEqual((response.status, response.interim), (status, []))

    def test_http_1_0_knows_no_100(self):
        # It would take it for the answer.
        connection = self.connect()
        connection.send(http1.request("POST", self.path(), HOST, [("Expect", "100-continue")], b"hello", "HTTP/1.0"))
        response = connection.answer()
        self.assertEqual((response.status, response.interim), (200, []))


class Http10(GatewayTest):
    def test_it_closes_unless_asked_to_keep(self):
        # The default is the other way round than in 1.1; we answer as 1.1 always.
        connection = self.connect()
        connection.send(http1.request("GET", "/", HOST, version="HTTP/1.0"))
        self.assertEqual(connection.answer().status, 200)
        self.assertTrue(connection.closes())
        connection = self.connect()
        for _ in range(3):
            connection.send(http1.request("GET", "/", HOST, [("Connection", "keep-alive")], version="HTTP/1.0"))
            response = connection.answer()
            self.assertEqual((response.status, response.get("Connection").lower()), (200, "keep-alive"))

    def test_it_gets_no_chunks(self):
        # It would take their sizes for data.
        path = self.path(sending(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n"))
        for headers in ([], [("Connection", "keep-alive")]):
            connection = self.connect()
            connection.send(http1.request("GET", path, HOST, headers, version="HTTP/1.0"))
            response = connection.answer()
            self.assertEqual((response.all("Transfer-Encoding"), response.body), ([], b"abcdef"))

    def test_endpoints_are_asked_in_1_1(self):
        # Whatever the client speaks.
        path = self.path()
        connection = self.connect()
        connection.send(http1.request("GET", path, HOST, version="HTTP/1.0"))
        connection.answer()
        self.assertEqual(self.one_seen(path).version, "HTTP/1.1")


class Upgrade(GatewayTest):
    HEADERS = [("Connection", "keep-alive, Upgrade"), ("Upgrade", "echo")]

    def open(self, early=b""):
        path = self.path(upstream.tunnel_echo)
        connection = self.connect()
        connection.send(request(path, headers=self.HEADERS) + early)
        response = connection.answer()
        self.assertEqual((response.status, response.get("Upgrade"), response.get("Connection").lower()), (101, "echo", "upgrade"))
        seen = self.one_seen(path)
        self.assertEqual((seen.get("Upgrade"), seen.get("Connection").lower()), ("echo", "upgrade"))
        return connection

    def test_bytes_go_both_ways_as_they_are(self):
        # After 101 nothing is HTTP any more.
        connection = self.open()
        for message in (b"\x81\x05hello", b"\0\r\n\r\n\0", b"GET / HTTP/1.1\r\n\r\n", bytes(range(256)) * 100):
            connection.send(message)
            self.assertEqual(connection.exactly(len(message)), message)

    def test_bytes_sent_with_the_request_are_not_lost(self):
        # Clients that know the server do not wait for the 101.
        connection = self.open(b"early")
        self.assertEqual(connection.exactly(5), b"early")

    def test_much_data_at_once(self):
        # Both directions full at the same time, with back-pressure.
        connection, data = self.open(), bytes(range(256)) * 40_000
        sender = threading.Thread(target=connection.send, args=(data,))
        sender.start()
        self.assertEqual(connection.exactly(len(data)), data)
        sender.join()

    def test_each_end_is_passed_on(self):
        # A half-closed client still gets what is on its way.
        connection = self.open()
        connection.send(b"last words")
        connection.half_close()
        self.assertEqual(connection.rest(), b"last words")

    def test_an_idle_tunnel_is_not_a_slow_answer(self):
        # proxy-read-timeout counts silence of both sides, and here one side talks.
        async def listens(exchange):
            await exchange.send(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
            while await exchange.reader.read(100):
                pass
            exchange.close()
        connection = self.connect()
        connection.send(request(self.path(listens), SHORT, headers=self.HEADERS))
        self.assertEqual(connection.answer().status, 101)
        for _ in range(8):
            connection.send(b"still here")
            time.sleep(0.2)
        connection.socket.settimeout(0.05)
        with self.assertRaises(TimeoutError):
            connection.socket.recv(1)  # neither data nor an end

    def test_an_endpoint_may_decline(self):
        # Then it is an ordinary answer on an ordinary connection.
        connection = self.connect()
        path = self.path(answering(403, body="no"))
        for _ in range(2):
            connection.send(request(path, headers=self.HEADERS))
            response = connection.answer()
            self.assertEqual((response.status, response.body), (403, b"no"))
        self.assertEqual(connection.ask("GET", "/", HOST).status, 200)

    def test_websocket_frames(self):
        # The handshake that browsers send.
        async def handshake(exchange):
            await upstream.websocket_echo(exchange)
            exchange.close()
        connection = self.connect()
        connection.send(request(self.path(handshake), headers=[("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"),
                                                               ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")]))
        self.assertEqual(connection.answer().status, 101)
        connection.send(b"\x81\x85\x01\x02\x03\x04" + bytes(b ^ (n % 4 + 1) for n, b in enumerate(b"hello")))
        self.assertEqual(connection.exactly(12), b"\x81\x0aecho:hello")


class Fields(GatewayTest):
    def fields(self, headers, **how):
        path = self.path()
        self.assertEqual(self.ask("GET", path, HOST, headers, **how).status, 200)
        return self.one_seen(path)

    def test_fields_of_the_connection_stay_there(self):
        # They speak of this hop only; passed on they mean another connection. What Connection merely names goes on, as in
        # ingress-nginx (its answer to headers/hop-by-hop-named): our framing does not depend on it.
        seen = self.fields([("Connection", "close, X-Mine , x-other"), ("X-Mine", "1"), ("X-Other", "2"), ("X-Kept", "3"), ("Keep-Alive", "timeout=5"),
                            ("TE", "trailers"), ("Proxy-Connection", "keep-alive")])
        self.assertEqual([n for n in ("Connection", "Keep-Alive", "TE", "Upgrade", "Transfer-Encoding") if seen.all(n)], [])
        self.assertEqual([seen.get(n) for n in ("X-Mine", "X-Other", "X-Kept")], ["1", "2", "3"])

    def test_connection_cannot_take_away_what_counts(self):
        # Naming X-Forwarded-For would hide the client's address from the endpoint.
        path = self.path()
        headers = [("Connection", "close, Host, X-Forwarded-For, X-Real-IP, X-Request-ID, Content-Length, Cookie")]
        self.assertEqual(self.ask("POST", path, HOST, headers, body=b"hello").status, 200)
        seen = self.one_seen(path)
        self.assertEqual((seen.get("Host"), seen.get("X-Forwarded-For"), seen.get("X-Real-IP"), seen.body), (HOST, "127.0.0.1", "127.0.0.1", b"hello"))

    def test_what_is_told_about_the_client(self):
        # As ingress-nginx sends it; a client's own word is not believed.
        lies = [(n, "1.2.3.4") for n in ("X-Forwarded-For", "X-Real-IP", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Proto", "X-Forwarded-Scheme", "X-Scheme")]
        for headers in ([], lies):
            seen = self.fields(headers, source="127.0.0.9")
            self.assertEqual(seen.all("Host"), [HOST])
            for name, value in (("X-Forwarded-For", "127.0.0.9"), ("X-Real-IP", "127.0.0.9"), ("X-Forwarded-Host", HOST), ("X-Forwarded-Proto", "http"),
                                ("X-Forwarded-Scheme", "http"), ("X-Scheme", "http"), ("X-Forwarded-Port", str(self.world.up.address[1]))):
                self.assertEqual(seen.all(name), [value], name)
        self.assertEqual(seen.get("X-Original-Forwarded-For"), "1.2.3.4")

    def test_request_ids(self):
        # One for each request, unless the client brings its own.
        ids = [self.fields([]).get("X-Request-ID") for _ in range(50)]
        self.assertEqual(len(set(ids)), 50)
        self.assertEqual([i for i in ids if not re.fullmatch("[0-9a-f]{32}", i)], [])
        self.assertEqual(self.fields([("X-Request-ID", "mine")]).all("X-Request-ID"), ["mine"])

    def test_everything_else_arrives_as_sent(self):
        # In order, repeated, empty, with bytes that are no ASCII.
        headers = [("X-A", "1"), ("x-a", "2"), ("X-Empty", ""), ("Accept", "*/*"), ("X-A", "3"), ("Authorization", "Bearer t"), ("X-Utf", "grün 灰度"),
                   ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), ("Cookie", "a=1; b=2"), ("User-Agent", "test"), ("X-Long", "y" * 8000)]
        seen = self.fields(headers)
        mine = {n.lower() for n, _ in headers}
        self.assertEqual([(n.lower(), v) for n, v in seen.headers if n.lower() in mine], [(n.lower(), v) for n, v in headers])

    def test_targets_arrive_as_sent(self):
        # Endpoints sign and compare them.
        for n, suffix in enumerate(("?a=b&c=%2F", "/a%2Fb", "//x", "/%E7%81%B0", "?", "?x?y", "/;v=1", "/a+b~!$'()*,")):
            path = self.path()
            self.world.scripts[path + suffix.partition("?")[0]] = answering()
            self.assertEqual(self.ask("GET", path + suffix, HOST).status, 200)
            self.assertEqual([r.target for r in self.world.back.received if r.target.startswith(path)], [path + suffix], n)

    def test_answers_arrive_as_sent(self):
        # But for the fields of the connection.
        headers = [("X-A", "1"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("X-A", "2"), ("Content-Type", "text/plain"), ("X-Empty", ""),
                   ("Connection", "X-Mine"), ("X-Mine", "1"), ("Keep-Alive", "timeout=5"), ("Proxy-Connection", "x")]
        response = self.ask("GET", self.path(answering(299, headers, b"body", reason="Own Words")), HOST)
        self.assertEqual(response.status, 299)
        self.assertEqual((response.all("X-A"), response.all("Set-Cookie"), response.get("Content-Type"), response.all("X-Empty")),
                         (["1", "2"], ["a=1", "b=2"], "text/plain", [""]))
        self.assertEqual([n for n in ("Keep-Alive", "Proxy-Connection", "Transfer-Encoding") if response.all(n)], [])


class Connections(GatewayTest):
    def test_one_client_connection_and_few_to_the_endpoint(self):
        # Connecting costs more than a request.
        path = self.path()
        connection = self.connect()
        before = self.world.back.connections
        for _ in range(300):
            self.assertEqual(connection.ask("GET", path, HOST).status, 200)
        self.assertLessEqual(self.world.back.connections - before, 1)

    def test_an_endpoint_that_closes_between_requests_costs_nobody_a_request(self):
        # Its idle time-out is not known to us.
        path = self.path(sending(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", close=True))
        connection = self.connect()
        for _ in range(100):
            self.assertEqual(connection.ask("GET", path, HOST).status, 200)
        for _ in range(20):
            up.wait_for(lambda: self.seen(path)[-1].connection in self.world.back.closed, "the endpoint has closed", 5)
            self.assertEqual(connection.ask("POST", path, HOST, body=b"x").status, 200)

    def test_connection_close_of_an_endpoint_is_respected(self):
        # It will not read another request.
        path = self.path(answering(headers=[("Connection", "close")], body="x"))
        connection = self.connect()
        for _ in range(20):
            response = connection.ask("GET", path, HOST)
            self.assertEqual((response.status, response.body), (200, b"x"))

    def test_silence_is_504_and_refusal_502(self):
        # Monitors tell them apart.
        async def silent(exchange):
            await exchange.reader.read(1)
            exchange.close()
        path = self.path(silent)
        self.assertEqual(self.ask("GET", path, SHORT).status, 504)
        self.assertEqual(len(self.seen(path)), 1)
        self.assertEqual(self.ask("GET", "/", GONE).status, 502)
        self.assertEqual(self.ask("GET", "/", "nowhere.test").status, 404)

    def test_a_post_is_never_sent_twice(self):
        # An order placed twice is worse than an error.
        path = self.path(sending(close=True))
        self.assertEqual(self.ask("POST", path, HOST, body=b"order").status, 502)
        self.assertEqual(len(self.seen(path)), 1)

    def test_a_get_is_asked_again(self):
        # "error timeout", three tries: what ingress-nginx does by default.
        path = self.path(sending(close=True))
        self.assertEqual(self.ask("GET", path, HOST).status, 502)
        self.assertEqual(len(self.seen(path)), 3)

    def test_after_the_first_byte_nothing_is_asked_again(self):
        # The client has part of an answer already.
        path = self.path(sending(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart", close=True))
        with self.assertRaises(http1.Closed):
            self.ask("GET", path, HOST)
        self.assertEqual(len(self.seen(path)), 1)

    def test_an_early_answer_to_a_large_upload(self):
        # 401 before the body was read: the client gets it, and the rest is no request.
        @upstream.reads_body_itself
        async def early(exchange):
            await exchange.answer(401, [("Connection", "close")], b"who?")
            while await exchange.reader.read(1 << 16):
                pass
            exchange.close()
        connection = self.connect()
        connection.send(request(self.path(early), BIG, "POST", headers=[("Content-Length", "10000000")]))
        connection.try_send(b"x" * 3_000_000)
        self.assertEqual(connection.answer().status, 401)


if __name__ == "__main__":
    unittest.main()
