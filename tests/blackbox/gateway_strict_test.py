#!/usr/bin/env python3
"""Requests that two programs could read differently: each is refused, the connection is closed, and neither it nor what
hides behind it ever reaches an endpoint.

Environment: GRAYLANE = the program (default build/release/graylane).
"""
import contextlib
import unittest

import gateway_case
import http1
import up
from gateway_case import HOST, GatewayTest

BAD = {400}
HEAD = f"POST %s HTTP/1.1\r\nHost: {HOST}\r\n".encode()


def setUpModule():
    GatewayTest.world = gateway_case.World()


def tearDownModule():
    GatewayTest.world.close()


def get(path, *lines):
    """A GET with these header lines behind its Host, as bytes, CRLF after each."""
    return f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n".encode() + b"".join(line + b"\r\n" for line in lines) + b"\r\n"


def post(path, *lines, body=b"hello"):
    return HEAD % path.encode() + b"".join(line + b"\r\n" for line in lines) + b"\r\n" + body


def bare(line, *lines):
    """A head with any request line."""
    return b"\r\n".join([line, *(lines or [b"Host: " + HOST.encode()])]) + b"\r\n\r\n"


class Refused(GatewayTest):
    """Each form is sent with a whole request behind it, which would be answered if the gateway went on reading."""

    def path(self, script=None):
        return "/refused" + super().path(script)

    def refuse(self, forms, statuses=frozenset(BAD)):
        """forms: {what: function from a path to bytes}."""
        for what, form in forms.items():
            with self.subTest(what):
                self.check(form, statuses)
        self.assert_serves()

    def check(self, form, statuses):
        path, hidden = self.path(), self.path()
        with self.world.up.connect() as connection:
            connection.try_send(form(path) + gateway_case.request(hidden))
            response = connection.answer()
            self.assertIn(response.status, statuses, response)
            self.assertEqual((response.get("Connection") or "").lower(), "close", response)
            self.assertEqual(connection.rest(), b"", "bytes after a refusal")
        self.assertEqual([r for r in self.seen(path) if r.complete], [], "it reached the endpoint")
        self.assertEqual(self.seen(hidden), [], "the hidden request reached the endpoint")

    def test_both_lengths(self):
        # The classic: one program believes the length, the next one the chunks.
        chunks = b"5\r\nhello\r\n0\r\n\r\n"
        self.refuse({
            "length, then chunked": lambda p: post(p, b"Content-Length: 5", b"Transfer-Encoding: chunked", body=chunks),
            "chunked, then length": lambda p: post(p, b"Transfer-Encoding: chunked", b"Content-Length: 5", body=chunks),
            "length of the chunks": lambda p: post(p, b"Content-Length: 15", b"transfer-encoding: chunked", body=chunks),
            "length 0": lambda p: post(p, b"Content-Length: 0", b"Transfer-Encoding: chunked", body=chunks),
            "in a GET": lambda p: get(p, b"Content-Length: 0", b"Transfer-Encoding: chunked"),
        })

    def test_content_length_that_is_no_plain_number(self):
        # Whoever reads a prefix, a sign or the last of several sees another end of the body.
        values = [b"", b"+5", b"-5", b"-0", b"0x5", b"5a", b"5 5", b"5,5", b"5, 5", b"5,6", b"5;", b"\"5\"", b"5.0", b"5e0", b"1_0",
                  b"18446744073709551616", b"18446744073709551621", b"9" * 40, b"\xd9\xa5"]
        self.refuse({repr(v): lambda p, v=v: post(p, b"Content-Length: " + v) for v in values})

    def test_content_length_that_is_repeated(self):
        # Also when both say the same.
        self.refuse({
            "the same": lambda p: post(p, b"Content-Length: 5", b"Content-Length: 5"),
            "another": lambda p: post(p, b"Content-Length: 5", b"Content-Length: 6"),
            "other case": lambda p: post(p, b"content-length: 5", b"X: 1", b"CONTENT-LENGTH: 0"),
        })

    def test_transfer_encoding_other_than_chunked(self):
        # An encoding that we do not take off hides where the body ends.
        chunks = b"5\r\nhello\r\n0\r\n\r\n"
        values = [b"gzip, chunked", b"chunked, chunked", b"chunked, identity", b"identity", b"gzip", b"xchunked", b"chunkedx", b"chunke",
                  b"chunked;q=1", b"chunked,", b",chunked", b"\"chunked\"", b"'chunked'", b"", b"chunked\x0b", b"\x0bchunked", b"chunked\x00", b"chunked \x01"]
        forms = {repr(v): lambda p, v=v: post(p, b"Transfer-Encoding: " + v, body=chunks) for v in values}
        forms["two lines"] = lambda p: post(p, b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked", body=chunks)
        forms["two lines, one identity"] = lambda p: post(p, b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity", body=chunks)
        self.refuse(forms, {400, 501})

    def test_chunked_in_http_1_0(self):
        # Programs of that time do not know chunks.
        self.refuse({"1.0": lambda p: (f"POST {p} HTTP/1.0\r\nHost: {HOST}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n").encode()})

    def test_line_ends_other_than_crlf(self):
        # What one program takes for one line is two for another.
        self.refuse({
            "LF after the request line": lambda p: f"GET {p} HTTP/1.1\nHost: {HOST}\r\n\r\n".encode(),
            "LF after a field": lambda p: f"GET {p} HTTP/1.1\r\nHost: {HOST}\nX: 1\r\n\r\n".encode(),
            "LF as the empty line": lambda p: f"GET {p} HTTP/1.1\r\nHost: {HOST}\r\n\n".encode(),
            "LF everywhere": lambda p: f"GET {p} HTTP/1.1\nHost: {HOST}\n\n".encode(),
            "LF LF after a field": lambda p: f"GET {p} HTTP/1.1\r\nHost: {HOST}\n\n".encode(),
            "CR in a value": lambda p: get(p, b"X: a\rb"),
            "CR in a name": lambda p: get(p, b"X\rY: a"),
            "CR as a line end": lambda p: f"GET {p} HTTP/1.1\rHost: {HOST}\r\n\r\n".encode(),
            "CR CR LF": lambda p: get(p, b"X: a\r"),
            "CR CR LF after the request line": lambda p: f"GET {p} HTTP/1.1\r\r\nHost: {HOST}\r\n\r\n".encode(),
            "CR CR LF as the empty line": lambda p: f"GET {p} HTTP/1.1\r\nHost: {HOST}\r\n\r\r\n".encode(),
        })

    def test_folded_lines(self):
        # A continued line is a field of its own for who does not continue it.
        self.refuse({
            "space": lambda p: get(p, b"X: a", b" b"),
            "tab": lambda p: get(p, b"X: a", b"\tb"),
            "a hidden length": lambda p: post(p, b"X: a", b" Content-Length: 5"),
            "first line": lambda p: f"GET {p} HTTP/1.1\r\n Host: {HOST}\r\n\r\n".encode(),
            "only a blank": lambda p: get(p, b"X: a", b" "),
        })

    def test_names_that_are_no_tokens(self):
        # "Content-Length : 5" is a length for some and nothing for others.
        names = [b"Content-Length ", b"Content-Length\t", b"", b" X", b"X Y", b"X(a)", b"X\"", b"X/Y", b"X@", b"X[1]", b"X{", b"X\\", b"X,Y", b"X;Y",
                 b"X=Y", b"X<", b"X?", b"X\x00Y", b"X\x01", b"X\x7f", b"X\xc3\xa4", b"X\x80"]
        forms = {repr(n): lambda p, n=n: get(p, n + b": 5") for n in names}
        forms["no colon"] = lambda p: get(p, b"X")
        self.refuse(forms)

    def test_control_bytes_in_values(self):
        # NUL ends a text for some; others are shown in logs and terminals.
        values = [bytes([n]) for n in (*range(0, 9), 0x0b, 0x0c, *range(0x0e, 0x20), 0x7f)]
        self.refuse({repr(v): lambda p, v=v: get(p, b"X: a" + v + b"b") for v in values})

    def test_host_missing_or_repeated(self):
        # Which site is meant must not depend on which line a program takes.
        self.refuse({
            "missing": lambda p: bare(f"GET {p} HTTP/1.1".encode(), b"X: 1"),
            "twice the same": lambda p: get(p, b"Host: " + HOST.encode()),
            "two": lambda p: get(p, b"Host: other.test"),
            "two, other case": lambda p: get(p, b"hOsT: other.test"),
            "missing, absolute form": lambda p: bare(f"GET http://{HOST}{p} HTTP/1.1".encode(), b"X: 1"),
        })

    def test_host_that_is_no_host(self):
        # It ends up in redirects, logs and in the endpoint's idea of itself.
        values = ["", "a b", "a/b", f"{HOST}/", f"user@{HOST}", f"{HOST},other.test", f"{HOST}:x", f"{HOST}:80:80", "[::1",
                  "::1", "a?b", "a#b", "a\\b", "a\tb", "<a>", "a\"b", "%zz", f"http://{HOST}", f"{HOST}:-1", f"{HOST}: 80", f"{HOST}:+80"]
        forms = {repr(v): lambda p, v=v: bare(f"GET {p} HTTP/1.1".encode(), b"Host: " + v.encode()) for v in values}
        self.refuse(forms)

    def test_versions_other_than_1_0_and_1_1(self):
        # HTTP/2 with its frames is no text, and what is not written so is something else.
        versions = ["HTTP/1.2", "HTTP/2.0", "HTTP/2", "HTTP/3.0", "HTTP/0.9", "HTTP/1", "HTTP/1.", "HTTP/.1", "HTTP/1.10", "HTTP/11", "HTTP/01.1", "HTTP/1.01",
                    "HTTP/1,1", "HTTP/1.1x", "http/1.1", "Http/1.1", "HTTPS/1.1", "HTTP 1.1", "HTTP/ 1.1", "HTTP/-1.1", "HTTP/1.+1", "FTP/1.1"]
        forms = {repr(v): lambda p, v=v: bare(f"GET {p} {v}".encode()) for v in versions}
        forms["no version"] = lambda p: bare(f"GET {p}".encode())
        forms["no version, one line"] = lambda p: f"GET {p}\r\n".encode()
        self.refuse(forms, {400, 505})

    def test_request_lines_with_other_blanks(self):
        # Which part is the target depends on how blanks are counted.
        self.refuse({
            "two before the target": lambda p: bare(f"GET  {p} HTTP/1.1".encode()),
            "two before the version": lambda p: bare(f"GET {p}  HTTP/1.1".encode()),
            "tab": lambda p: bare(f"GET\t{p}\tHTTP/1.1".encode()),
            "before": lambda p: bare(f" GET {p} HTTP/1.1".encode()),
            "behind": lambda p: bare(f"GET {p} HTTP/1.1 ".encode()),
            "inside the target": lambda p: bare(f"GET {p} x HTTP/1.1".encode()),
            "no target": lambda p: bare(b"GET HTTP/1.1"),
            "empty target": lambda p: bare(b"GET  HTTP/1.1"),
            "vertical tab": lambda p: bare(f"GET {p}\x0bHTTP/1.1".encode()),
            "form feed": lambda p: bare(f"GET {p}\x0c HTTP/1.1".encode()),
        })

    def test_methods_that_are_no_tokens(self):
        # The first bytes say what a request is.
        self.refuse({repr(m): lambda p, m=m: bare(m + f" {p} HTTP/1.1".encode()) for m in (b"", b"GE(T", b"G\x00T", b"GET:", b"G\xc3\x84T", b"{", b"\x16\x03\x01")})

    def test_targets_of_another_form(self):
        # We are a gateway, neither a forward proxy nor a tunnel.
        self.refuse({
            "no slash": lambda p: bare(f"GET {p[1:]} HTTP/1.1".encode()),
            "ftp": lambda p: bare(f"GET ftp://{HOST}{p} HTTP/1.1".encode()),
            "file": lambda p: bare(f"GET file://{p} HTTP/1.1".encode()),
            "javascript": lambda p: bare(f"GET javascript:{p} HTTP/1.1".encode()),
            "http without a host": lambda p: bare(f"GET http://{p} HTTP/1.1".encode()),
            "http:/": lambda p: bare(f"GET http:/{HOST}{p} HTTP/1.1".encode()),
            "user information": lambda p: bare(f"GET http://user@{HOST}{p} HTTP/1.1".encode()),
            "control byte": lambda p: bare(f"GET {p}\x01 HTTP/1.1".encode()),
            "DEL": lambda p: bare(f"GET {p}\x7f HTTP/1.1".encode()),
            "NUL": lambda p: bare(f"GET {p}\x00 HTTP/1.1".encode()),
            "asterisk with GET": lambda p: bare(b"GET * HTTP/1.1"),
        })
        self.refuse({
            "CONNECT authority": lambda p: bare(f"CONNECT {HOST}:443 HTTP/1.1".encode()),
            "CONNECT path": lambda p: bare(f"CONNECT {p} HTTP/1.1".encode()),
        }, {400, 405, 501})

    def test_bad_chunk_sizes(self):
        # Read by a lenient program, each of these is another number.
        sizes = [b"", b"x", b"g", b"-5", b"+5", b"0x5", b" 5", b"5 ", b"5\t", b"5\x00", b"5,", b"5 5", b"5\x0b", b"fffffffffffffffff", b"10000000000000005",
                 b"\xef\xbc\x95", b"5\r", b"5_0"]
        self.refuse({repr(s): lambda p, s=s: post(p, b"Transfer-Encoding: chunked", body=s + b"\r\nhello\r\n0\r\n\r\n") for s in sizes})

    def test_chunk_extensions(self):
        # An extension is where a line end hides best; nobody sends them, so none is taken.
        extensions = [b";a=b", b";a=\"b\"", b";", b";\x00", b";a\x01", b";a\nb", b";a=\"\r\"", b";a\rb", b";a=\"\x7f\"", b" ;a", b";" + b"a" * 70_000]
        self.refuse({repr(e[:20]): lambda p, e=e: post(p, b"Transfer-Encoding: chunked", body=b"5" + e + b"\r\nhello\r\n0\r\n\r\n") for e in extensions})

    def test_bad_chunk_ends(self):
        # The CRLF after the data is part of the framing.
        bodies = {"none": b"5\r\nhello0\r\n\r\n", "LF": b"5\r\nhello\n0\r\n\r\n", "CR": b"5\r\nhello\r0\r\n\r\n", "too long": b"5\r\nhello!\r\n0\r\n\r\n",
                  "LF after the size": b"5\nhello\r\n0\r\n\r\n", "LF after the last size": b"5\r\nhello\r\n0\n\r\n", "CR CR LF": b"5\r\r\nhello\r\n0\r\n\r\n",
                  "LF as the end": b"5\r\nhello\r\n0\r\n\n"}
        self.refuse({what: lambda p, b=b: post(p, b"Transfer-Encoding: chunked", body=b) for what, b in bodies.items()})

    def test_bad_trailers(self):
        # A trailer must not say again where a message ends or whom it is for.
        lines = [b"Content-Length: 5", b"content-length: 0", b"Transfer-Encoding: chunked", b"Host: other.test", b"X : 1", b" X: 1", b": 1", b"X", b"X: a\x00b",
                 b"X: a\rb", b"X: a\nb", b"X(: 1", b"X: " + b"a" * 100_000]
        forms = {repr(line[:30]): lambda p, line=line: post(p, b"Transfer-Encoding: chunked", body=b"5\r\nhello\r\n0\r\n" + line + b"\r\n\r\n") for line in lines}
        forms["folded"] = lambda p: post(p, b"Transfer-Encoding: chunked", body=b"5\r\nhello\r\n0\r\nX: a\r\n b\r\n\r\n")
        self.refuse(forms, {400, 431})

    def test_heads_over_the_limits(self):
        # Memory that a stranger asks for has a bound.
        self.refuse({
            "one long line": lambda p: get(p, b"X: " + b"a" * 200_000),
            "many lines": lambda p: get(p, *(b"X%d: 1" % n for n in range(5_000))),
            "a name without an end": lambda p: get(p, b"X" * 200_000 + b": 1"),
        }, {400, 431})
        self.refuse({"a long target": lambda p: bare(f"GET {p}?{'a' * 200_000} HTTP/1.1".encode())}, {414, 431})

    def test_a_head_that_never_ends_does_not_grow(self):
        # The bound holds before the end is seen.
        with self.world.up.connect() as connection:
            connection.send(f"GET / HTTP/1.1\r\nHost: {HOST}\r\n".encode())
            for _ in range(100):
                connection.try_send(b"X: " + b"a" * 10_000 + b"\r\n")
            self.assertIn(connection.answer().status, {400, 431})


class Hidden(GatewayTest):
    """Bodies that look like requests stay bodies."""

    def test_what_came_before_is_still_answered(self):
        # A refusal ends the connection, not the requests that were right.
        path = self.path()
        with self.world.up.connect() as connection:
            connection.send(gateway_case.request(path) * 3 + post(self.path(), b"Content-Length: 5", b"Content-Length: 5"))
            self.assertEqual([connection.answer().status for _ in range(4)], [200, 200, 200, 400])
            self.assertTrue(connection.closes())
        self.assertEqual(len(self.seen(path)), 3)

    def test_a_request_inside_a_body_is_data(self):
        # With every way of framing, and every answer that comes before the body was read.
        for host, answer in ((HOST, 200), ("nowhere.test", 404), (gateway_case.GONE, 502)):
            for chunked in (False, True):
                with self.subTest(host=host, chunked=chunked):
                    hidden = self.path()
                    body = gateway_case.request(hidden)
                    how = {"chunks": [body]} if chunked else {"body": body}
                    with self.world.up.connect() as connection:
                        connection.send(http1.request("POST", self.path(), host, **how))
                        self.assertEqual(connection.answer().status, answer)
                        connection.try_send(gateway_case.request("/after"))
                        with contextlib.suppress(http1.Closed):
                            self.assertEqual(connection.answer().status, 200)
                    self.assertEqual(self.seen(hidden), [])

    def test_a_refused_expectation_does_not_free_the_body(self):
        # A client that sends the body all the same must not have it read as a request.
        hidden = self.path()
        body = gateway_case.request(hidden)
        with self.world.up.connect() as connection:
            connection.send(http1.request("POST", "/", "nowhere.test", [("Expect", "100-continue"), ("Content-Length", str(len(body)))]))
            self.assertEqual(connection.answer().status, 404)
            connection.try_send(body + gateway_case.request("/after"))
            with contextlib.suppress(http1.Closed):
                connection.answer()
        self.assert_serves()
        self.assertEqual(self.seen(hidden), [])

    def test_leftovers_of_one_client_never_meet_another(self):
        # A body that was announced and never sent must not swallow the next client's request.
        path = self.path()
        for _ in range(10):
            with self.world.up.connect() as connection:
                connection.send(http1.request("POST", self.path(), HOST, [("Content-Length", "1000")]) + b"part")
            self.assertEqual(self.ask("GET", path, HOST).status, 200)
        self.assertEqual(len(self.seen(path)), 10)

    def test_an_endpoint_that_says_too_much_answers_nobody_else(self):
        # What stands behind an answer on a kept connection would be the next client's answer.
        evil = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
        for pieces in ([b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" + evil], [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", evil],
                       [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n" + evil], [b"HTTP/1.1 304 Not Modified\r\n\r\n" + evil]):
            ended = []
            async def script(exchange, pieces=pieces, ended=ended):
                await exchange.send(*pieces)
                ended.append(await exchange.reader.read(1 << 16))
                exchange.close()
            with self.subTest(pieces):
                self.assertIn(self.ask("GET", self.path(script), HOST).body, (b"ok", b""))
                up.wait_for(lambda ended=ended: ended, "the gateway drops that connection")
                self.assertEqual(ended, [b""], "the connection was used again")
                self.assertEqual(self.ask("GET", "/", HOST).body, b"back\n")

    def test_refused_answers_of_endpoints(self):
        # The same ambiguity on the other side; the client gets 502 and none of it.
        heads = {
            "both lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nevil\r\n0\r\n\r\n",
            "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nevil!",
            "signed length": b"HTTP/1.1 200 OK\r\nContent-Length: +4\r\n\r\nevil",
            "folded line": b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 4\r\n\r\nevil",
            "NUL": b"HTTP/1.1 200 OK\r\nX: a\x00b\r\nContent-Length: 4\r\n\r\nevil",
            "space before the colon": b"HTTP/1.1 200 OK\r\nContent-Length : 4\r\n\r\nevil",
            "no status": b"HTTP/1.1 OK\r\nContent-Length: 4\r\n\r\nevil",
            "status 99": b"HTTP/1.1 99 OK\r\nContent-Length: 4\r\n\r\nevil",
            "no HTTP": b"ICY 200 OK\r\nContent-Length: 4\r\n\r\nevil",
            "101 nobody asked for": b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: evil\r\n\r\nevil",
        }
        for what, head in heads.items():
            with self.subTest(what):
                response = self.ask("GET", self.path(gateway_case.sending(head, close=True)), HOST)
                self.assertEqual(response.status, 502, response)
                self.assertNotIn(b"evil", response.body)


class Accepted(GatewayTest):
    """Odd but right: strictness must not break what is allowed."""

    def test_odd_requests_that_are_right(self):
        # Each of these is sent by some client in use.
        forms = {
            "no blank after the colon": lambda p: get(p, b"X:1"),
            "blanks around a value": lambda p: get(p, b"X: \t 1 \t"),
            "tab inside a value": lambda p: get(p, b"X: a\tb"),
            "empty value": lambda p: get(p, b"X:"),
            "UTF-8 in a value": lambda p: get(p, "X: grün 灰度".encode()),
            "Latin-1 in a value": lambda p: get(p, b"X: gr\xfcn"),
            "names with all of token": lambda p: get(p, b"X!#$%&'*+.^`|~1: 1"),
            "host in upper case": lambda p: bare(f"GET {p} HTTP/1.1".encode(), b"Host: " + HOST.upper().encode()),
            "host with port": lambda p: bare(f"GET {p} HTTP/1.1".encode(), b"Host: " + HOST.encode() + b":8080"),
            "length with leading zeros": lambda p: post(p, b"Content-Length: 0005"),
            "blanks around a length": lambda p: post(p, b"Content-Length:  5 "),
            "chunk sizes in upper case and with zeros": lambda p: post(p, b"Transfer-Encoding: chunked", body=b"0A\r\n0123456789\r\n000\r\n\r\n"),
            "chunked in upper case": lambda p: post(p, b"Transfer-Encoding: CHUNKED", body=b"5\r\nhello\r\n0\r\n\r\n"),
            "OPTIONS": lambda p: bare(f"OPTIONS {p} HTTP/1.1".encode()),
            "a method of their own": lambda p: bare(f"PURGE {p} HTTP/1.1".encode()),
            "absolute form": lambda p: bare(f"GET http://{HOST}{p} HTTP/1.1".encode()),
            "absolute form in upper case": lambda p: bare(f"GET HTTP://{HOST.upper()}{p} HTTP/1.1".encode()),
            "an empty line before": lambda p: b"\r\n" + get(p),
        }
        for what, form in forms.items():
            with self.subTest(what):
                path = self.path()
                with self.world.up.connect() as connection:
                    connection.send(form(path))
                    self.assertEqual(connection.answer().status, 200)
                    self.assertEqual(connection.ask("GET", "/", HOST).status, 200)
                self.one_seen(path)


class Everything(GatewayTest):
    def test_zz_the_endpoint_never_saw_what_it_should_not(self):
        # Looked at again when everything has settled; runs last.
        self.assertEqual(self.world.back.broken, [])
        self.assertEqual([r for r in self.world.back.received if r.target.startswith("/refused/") and r.complete], [])
        self.assertLess(up.memory_kib(self.world.up.pid), 100_000)


if __name__ == "__main__":
    unittest.main()
