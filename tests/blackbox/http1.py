"""A client of HTTP/1 that hides nothing: bytes go out as they are given, and an answer is read as strictly as a careful
peer would read it. Used by every test that talks to the running program.
"""
import contextlib
import socket

TIME_LIMIT_SECONDS = 30
HEAD_BYTES_MAX = 1 << 20


class Closed(Exception):
    """The peer closed (or reset) before the answer was complete; `got` is what there was of it."""

    def __init__(self, why, got=b""):
        super().__init__(f"{why}; got {len(got)} bytes: {got[:300]!r}")
        self.got = got


class Malformed(Exception):
    """Bytes that are no HTTP/1.1 answer."""


class Response:
    """`interim` holds the statuses of the 1xx answers before it; `framing` is none, length, chunked or close."""

    def __init__(self, status, headers):
        self.status, self.headers = status, headers
        self.body, self.trailers, self.interim, self.framing = b"", [], [], "none"

    def all(self, name):
        return [v for n, v in self.headers if n.lower() == name.lower()]

    def get(self, name):
        """The only value of a field; None when it is missing."""
        values = self.all(name)
        if len(values) > 1:
            raise Malformed(f"{name} is there {len(values)} times: {values}")
        return values[0] if values else None

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    def __repr__(self):
        return f"{self.status} {self.headers} {self.body[:300]!r}"


def request(method="GET", target="/", host=None, headers=(), body=None, version="HTTP/1.1", chunks=None, trailers=()):
    """The bytes of a request. `body` gets a Content-Length, `chunks` (a list of bytes) chunk framing."""
    lines = [f"{method} {target} {version}"]
    lines += [f"Host: {host}"] if host is not None else []
    lines += [f"{name}: {value}" for name, value in headers]
    if chunks is not None:
        lines.append("Transfer-Encoding: chunked")
        body = chunked(chunks, trailers)
    elif body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "surrogateescape") + (body or b"")


def chunked(pieces, trailers=()):
    out = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in pieces)
    return out + b"0\r\n" + b"".join(f"{n}: {v}\r\n".encode() for n, v in trailers) + b"\r\n"


def parse_fields(block):
    """Header lines without their last CRLF, as a list of (name, value)."""
    fields = []
    for line in block.split(b"\r\n") if block else []:
        name, colon, value = line.partition(b":")
        if not colon or not name or name.strip() != name or b"\n" in line or b"\r" in line:
            raise Malformed(f"no header line: {line!r}")
        fields.append((name.decode("latin-1"), value.strip(b" \t").decode("utf-8", "replace")))
    return fields


class Connection:
    """One connection to the gateway. Blocking, with one time limit for every wait."""

    def __init__(self, address, source=None, timeout=TIME_LIMIT_SECONDS):
        self.socket = socket.create_connection(address, timeout, (source, 0) if source else None)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.pending = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, *pieces):
        """Everything in one system call, or one call for each piece."""
        for piece in pieces:
            self.socket.sendall(piece)

    def try_send(self, *pieces):
        """The same to a peer that may have closed already."""
        with contextlib.suppress(OSError):
            self.send(*pieces)

    def half_close(self):
        self.socket.shutdown(socket.SHUT_WR)

    def reset(self):
        """Closes with RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.socket.close()

    def ask(self, *arguments, **how):
        """A request and its answer."""
        self.send(request(*arguments, **how))
        return self.answer(arguments[0] if arguments else how.get("method", "GET"))

    def answer(self, method="GET"):
        """The next final answer."""
        interim = []
        while True:
            response = self.head()
            if response.status >= 200 or response.status == 101:
                break
            interim.append(response.status)
        response.interim = interim
        self._body(response, method)
        return response

    def head(self):
        """The next head only, a 1xx one too; what follows stays to be read."""
        while (end := self.pending.find(b"\r\n\r\n")) < 0:
            if len(self.pending) > HEAD_BYTES_MAX:
                raise Malformed("the head never ends")
            self._more("closed before the end of the head")
        status_line, _, block = self.pending[:end].partition(b"\r\n")
        self.pending = self.pending[end + 4:]
        version, _, rest = status_line.partition(b" ")
        if version != b"HTTP/1.1" or not rest[:3].isdigit() or rest[3:4] not in (b"", b" "):
            raise Malformed(f"status line {status_line!r}")
        return Response(int(rest[:3]), parse_fields(block))

    def exactly(self, count):
        """That many bytes."""
        while len(self.pending) < count:
            self._more(f"closed before {count} bytes")
        out, self.pending = self.pending[:count], self.pending[count:]
        return out

    def rest(self):
        """Everything until the peer closes; a reset counts as closing."""
        with contextlib.suppress(Closed):
            while True:
                self._more("end")
        out, self.pending = self.pending, b""
        return out

    def closes(self):
        """True when the peer closes without another byte (waits for it)."""
        return self.rest() == b""

    def _more(self, why):
        try:
            piece = self.socket.recv(1 << 18)
        except ConnectionError as e:
            raise Closed(f"{why} ({e})", self.pending) from e
        if not piece:
            raise Closed(why, self.pending)
        self.pending += piece

    def _body(self, response, method):
        length, encoding = response.all("Content-Length"), response.all("Transfer-Encoding")
        if length and encoding or len(length) > 1 or len(encoding) > 1:
            raise Malformed(f"unclear framing: {response}")
        if method == "HEAD" or response.status in (101, 204, 304):
            return
        if encoding:
            if encoding[0].lower() != "chunked":
                raise Malformed(f"Transfer-Encoding {encoding}")
            response.framing = "chunked"
            self._chunks(response)
        elif length:
            response.framing = "length"
            response.body = self.exactly(int(length[0]))
        else:
            response.framing = "close"
            response.body = self.rest()

    def _line(self):
        while (end := self.pending.find(b"\r\n")) < 0:
            self._more("closed inside chunk framing")
        line, self.pending = self.pending[:end], self.pending[end + 2:]
        return line

    def _chunks(self, response):
        parts = []
        while size := int(self._line(), 16):
            parts.append(self.exactly(size))
            if self.exactly(2) != b"\r\n":
                raise Malformed("a chunk without its CRLF")
        response.body = b"".join(parts)
        lines = []
        while line := self._line():
            lines.append(line)
        response.trailers = parse_fields(b"\r\n".join(lines))


def ask(address, *arguments, source=None, timeout=TIME_LIMIT_SECONDS, **how):
    """One request on a connection of its own."""
    with Connection(address, source, timeout) as connection:
        return connection.ask(*arguments, **how)
