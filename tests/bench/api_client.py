"""An HTTP/1.1 client for benchmarks of the API: a blocking socket with TLS and a bearer token, nothing between it and the server.

Certificates are not verified: who is measured was started by the same bench, on loopback.
"""
import json
import socket
import ssl


def context():
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    return made


class Refused(Exception):
    """An answer that should not have come."""


class Client:
    """One connection; requests one after the other. request() returns status and body."""

    def __init__(self, port, token, receive_bytes=0):
        raw = socket.socket()
        if receive_bytes:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        raw.settimeout(120)
        raw.connect(("127.0.0.1", port))
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = context().wrap_socket(raw)
        self.fields = f"Host: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\nAccept: application/json\r\n"
        self.rest = bytearray()

    def close(self):
        self.socket.close()

    def send(self, method, path, body=b"", kind="application/json"):
        head = f"{method} {path} HTTP/1.1\r\n{self.fields}"
        if body:
            head += f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        self.socket.sendall(head.encode() + b"\r\n" + body)

    def head(self):
        """(status, the fields in lower case); what came behind them stays in `rest`."""
        while (end := self.rest.find(b"\r\n\r\n")) < 0:
            self._receive()
        text = bytes(self.rest[:end]).decode("latin-1")
        del self.rest[:end + 4]
        lines = text.split("\r\n")
        fields = dict((name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines[1:]))
        return int(lines[0].split()[1]), fields

    def request(self, method, path, body=b"", kind="application/json"):
        self.send(method, path, body, kind)
        status, fields = self.head()
        if "content-length" in fields:
            return status, self._take(int(fields["content-length"]))
        return status, b"".join(self._chunks())

    def expect(self, wanted, method, path, body=b"", kind="application/json"):
        status, answer = self.request(method, path, body, kind)
        if status != wanted:
            raise Refused(f"{method} {path}: {status} {answer[:300]!r}")
        return answer

    def _receive(self):
        piece = self.socket.recv(1 << 18)
        if not piece:
            raise ConnectionError("the server has closed")
        self.rest += piece

    def _take(self, size):
        while len(self.rest) < size:
            self._receive()
        taken = bytes(self.rest[:size])
        del self.rest[:size]
        return taken

    def _chunks(self):
        while True:
            while (end := self.rest.find(b"\r\n")) < 0:
                self._receive()
            size = int(self.rest[:end], 16)
            del self.rest[:end + 2]
            chunk = self._take(size)
            self._take(2)
            if not size:
                return
            yield chunk


def config_map(ns, name, data="x" * 1024):
    return json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": ns}, "data": {"text": data}}).encode()


def config_maps(ns):
    return f"/api/v1/namespaces/{ns}/configmaps"


def make_namespace(client, ns):
    client.expect(201, "POST", "/api/v1/namespaces", json.dumps({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": ns}}).encode())
