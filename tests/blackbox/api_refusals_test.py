#!/usr/bin/env python3
"""What the API refuses, row by row as a kube-apiserver does, and clients that do not do their part of a request: cut bodies, requests on
top of one another, watches that nobody reads.

Environment: GRAYLANE = the program (default build/release/graylane).
"""
import json
import re
import socket
import unittest

import api_bodies_test as bodies
import cli
from api_bodies_test import DEPLOYMENTS, JSON, MAPS, MERGE, YAML, config_map

SUBDOMAIN = r"a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '\.'"
CONFLICT = "the object has been modified; please apply your changes to the latest version and try again"
NO_CONFIG_MAP = r"the object provided is unrecognized \(must be of type ConfigMap\): "
WATCHERS = 200


def setUpModule():
    cli.path()


def there(**metadata):
    return json.dumps({"metadata": {"name": "there", **metadata}})


# code, reason, pattern of the message, request. A ConfigMap "there" is there.
ROWS = [
    (400, "BadRequest", NO_CONFIG_MAP + r".*unexpected end of JSON input \(<empty>\)", "POST", MAPS, ""),
    (400, "BadRequest", NO_CONFIG_MAP + ".*unexpected end of JSON input", "POST", MAPS, '{"metadata":{"name":"a"'),
    (400, "BadRequest", NO_CONFIG_MAP + ".*cannot unmarshal array", "POST", MAPS, "[]"),
    (400, "BadRequest", NO_CONFIG_MAP + r"yaml: line 1: did not find expected ',' or ']' \(613a", "POST", MAPS, "a: [b\nc: {", YAML),
    (400, "BadRequest", "^ConfigMap in version \"v1\" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string$",
     "POST", MAPS, '{"metadata":{"name":"a"},"data":{"a":1}}'),
    (400, "BadRequest", "strict decoding error: duplicate field \"data.a\", unknown field \"foo\"$", "POST", MAPS + "?fieldValidation=Strict",
     '{"metadata":{"name":"a"},"data":{"a":"1","a":"2"},"foo":1}'),
    (400, "BadRequest", "^Secret in version \"v1\" cannot be handled as a ConfigMap", "POST", MAPS, '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"}}'),
    (400, "BadRequest", "no kind \"ConfigMap\" is registered for version \"v2\"", "POST", MAPS, '{"apiVersion":"v2","kind":"ConfigMap","metadata":{"name":"a"}}'),
    (422, "Invalid", "^ConfigMap \"\" is invalid: metadata.name: Required value: name or generateName is required$", "POST", MAPS, "{}"),
    (422, "Invalid", "metadata.name: Invalid value: \"A_b\": " + SUBDOMAIN, "POST", MAPS, config_map("A_b")),
    (422, "Invalid", "metadata.name: Invalid value: \"a/b\": " + SUBDOMAIN, "POST", MAPS, config_map("a/b")),
    (422, "Invalid", "must be no more than 253 characters$", "POST", MAPS, config_map("x" * 254)),
    (422, "Invalid", "metadata.name: Invalid value: \"a.b\": must not contain dots", "POST", "/api/v1/namespaces/default/services",
     '{"metadata":{"name":"a.b"},"spec":{"ports":[{"port":80}]}}'),
    (422, "Invalid", "metadata.labels: Invalid value: \"a b\": name part must consist of", "POST", MAPS, config_map("a", labels={"a b": ""})),
    (422, "Invalid", "metadata.labels: Invalid value: \"a b\": a valid label must be an empty string or consist of", "POST", MAPS, config_map("a", labels={"a": "a b"})),
    (422, "Invalid", "must be no more than 63 bytes$", "POST", MAPS, config_map("a", labels={"a": "x" * 64})),
    (422, "Invalid", r"metadata.finalizers\[0\]: Invalid value: \"x\": name is neither a standard finalizer name nor is it fully qualified$", "POST", MAPS,
     config_map("a", finalizers=["x"])),
    (400, "BadRequest", "^the namespace of the provided object does not match the namespace sent on the request$", "POST", MAPS, config_map("a", namespace="other")),
    (404, "NotFound", "^namespaces \"nowhere\" not found$", "POST", MAPS.replace("default", "nowhere"), config_map("a")),
    (409, "AlreadyExists", "^configmaps \"there\" already exists$", "POST", MAPS, there()),
    (409, "Conflict", "^Operation cannot be fulfilled on configmaps \"there\": " + CONFLICT, "PUT", f"{MAPS}/there", there(resourceVersion="1")),
    (409, "Conflict", CONFLICT, "PATCH", f"{MAPS}/there", there(resourceVersion="1"), MERGE),
    (400, "BadRequest", r"the name of the object \(other\) does not match the name on the URL \(there\)", "PUT", f"{MAPS}/there", config_map("other")),
    (404, "NotFound", "^deployments.apps \"x\" not found$", "DELETE", f"{DEPLOYMENTS}/x"),
    (422, "Invalid", "data: Forbidden: field is immutable when `immutable` is set", "PATCH", f"{MAPS}/there", '{"data":{"a":"2"}}', MERGE),
    (400, "BadRequest", "^found '=', expected: !, identifier", "GET", MAPS + "?labelSelector=%3Da"),
    (400, "BadRequest", "\"data.a\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"", "GET", MAPS + "?fieldSelector=data.a%3Db"),
    (400, "BadRequest", "continue key is not valid", "GET", MAPS + "?continue=abc"),
    (400, "BadRequest", "^strconv.ParseInt: parsing \"abc\": invalid syntax$", "GET", MAPS + "?limit=abc"),
    (422, "Invalid", "^CreateOptions.meta.k8s.io \"\" is invalid: dryRun: Unsupported value", "POST", MAPS + "?dryRun=some", config_map("a")),
    (422, "Invalid", "^CreateOptions.*fieldManager: Too long: may not be more than 128 bytes$", "POST", MAPS + "?fieldManager=" + "x" * 129, config_map("a")),
    (422, "Invalid", "^CreateOptions.*fieldValidation: Unsupported value: \"Hard\"", "POST", MAPS + "?fieldValidation=Hard", config_map("a")),
    (422, "Invalid", "^PatchOptions.*force: Forbidden: may not be specified for non-apply patch$", "PATCH", f"{MAPS}/there?force=true", "{}", MERGE),
    (422, "Invalid", "^DeleteOptions.*propagationPolicy: Unsupported value: \"Now\"", "DELETE", f"{MAPS}/there", '{"propagationPolicy":"Now"}'),
    (422, "Invalid", "^DeleteOptions.*propagationPolicy: Unsupported value: \"Now\"", "DELETE", f"{MAPS}/there?propagationPolicy=Now"),
    (422, "Invalid", "^ListOptions.*resourceVersionMatch is forbidden unless resourceVersion is provided$", "GET", MAPS + "?resourceVersionMatch=Exact"),
    (415, "UnsupportedMediaType", "accepted media types include: application/json", "POST", MAPS, config_map("a"), "text/plain"),
    (405, "MethodNotAllowed", "^the server does not allow this method on the requested resource$", "PUT", MAPS, config_map("a")),
    (400, "BadRequest", "path of the request is malformed", "GET", f"{MAPS}/a%2Fb"),
    (400, "BadRequest", "path of the request is malformed", "GET", f"{MAPS}/.."),
    (400, "BadRequest", "path of the request is malformed", "DELETE", f"{MAPS}/%2e%2e/secrets"),
    (400, "BadRequest", "path of the request is malformed", "POST", "/api/v1/namespaces/..%2f..%2fetc/configmaps", config_map("a")),
    (404, "NotFound", "not found$", "GET", f"{MAPS}/a%252Fb"),
]


class Refusals(bodies.BodyTest):
    def test_each_is_told_as_a_cluster_tells_it(self):
        # Clients go by the code and the reason, people by the message.
        self.ok("POST", MAPS, json.dumps({"metadata": {"name": "there"}, "data": {"a": "1"}, "immutable": True}))
        for code, reason, message, *request in ROWS:
            with self.subTest(" ".join(request[:2]) + f" {request[2][:40] if len(request) > 2 else ''}"):
                self.refused(code, reason, message, *request)
        self.assertEqual([item["metadata"]["name"] for item in self.ok("GET", MAPS)["items"]], ["there"], "nothing was written")

    def test_a_namespace_that_ends_takes_nothing(self):
        self.ok("POST", "/api/v1/namespaces", config_map("ending").replace('"data": {}', '"spec": {}'))
        inside = MAPS.replace("default", "ending")
        self.ok("POST", inside, config_map("last", finalizers=["example.com/kept"]))
        self.ok("DELETE", "/api/v1/namespaces/ending")
        self.refused(403, "Forbidden", "unable to create new content in namespace ending because it is being terminated$", "POST", inside, config_map("late"))
        self.ok("PATCH", f"{inside}/last", '{"metadata":{"finalizers":null}}', MERGE)

    def test_who_is_not_known_or_may_not_is_refused(self):
        state = self.running.state
        limited = cli.run("token", "--role", "viewer", "--user", "bob", "--namespace", "nowhere", "--state", state).out.strip()
        for token, code, reason, message in (("wrong", 401, "Unauthorized", "^Unauthorized$"),
                                             (limited, 403, "Forbidden", '^deployments.apps is forbidden: User "bob" cannot list resource "deployments" in API group'
                                                                         ' "apps" in the namespace "default"')):
            own, self.token = self.token, token
            try:
                self.refused(code, reason, message, "GET", DEPLOYMENTS)
            finally:
                self.token = own


class Wire(bodies.BodyTest):
    """Clients of sockets."""

    def connect(self, receive_bytes=0):
        raw = socket.socket()
        if receive_bytes:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        raw.settimeout(bodies.PATIENCE_S)
        raw.connect((self.server.hostname, self.server.port))
        wrapped = self.trust.wrap_socket(raw, server_hostname=self.server.hostname)
        self.addCleanup(wrapped.close)
        return wrapped

    def head(self, method, path, *lines):
        return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: x", f"Authorization: Bearer {self.token}", *lines, "", ""]).encode()

    def read_until(self, connection, seen, wanted):
        while wanted not in seen:
            piece = connection.recv(65536)
            self.assertTrue(piece, f"closed before {wanted}")
            seen += piece
        return seen

    def test_of_a_body_that_is_cut_nothing_is_written(self):
        # Half of a manifest may be a whole one, with other values.
        body = config_map("cut").encode()
        for cut in (1, len(body) - 1, len(body)):
            connection = self.connect()
            connection.sendall(self.head("POST", MAPS, f"Content-Type: {JSON}", f"Content-Length: {len(body) + 10}") + body[:cut])
            connection.close()
        chunked = self.connect()
        chunked.sendall(self.head("POST", MAPS, f"Content-Type: {JSON}", "Transfer-Encoding: chunked") + b"%x\r\n%s\r\n" % (len(body), body))
        chunked.close()
        self.ok("POST", MAPS, config_map("whole"))
        self.assertEqual(self.send("GET", f"{MAPS}/cut")[0], 404)

    def test_requests_at_once_are_answered_in_their_order(self):
        for number in range(3):
            self.ok("POST", MAPS, config_map(f"order{number}"))
        connection = self.connect()
        connection.sendall(b"".join(self.head("GET", f"{MAPS}/order{number % 3}") for number in range(30)))
        seen = b""
        while len(names := re.findall(rb'"name":"(order\d)"', seen)) < 30:
            piece = connection.recv(65536)
            self.assertTrue(piece, f"closed after {len(names)}")
            seen += piece
        self.assertEqual([int(name[-1:]) for name in names], [number % 3 for number in range(30)])

    def test_watches_that_nobody_reads_delay_nobody(self):
        # Laptops sleep with their watches open. Who reads gets every event, and so does who comes back.
        self.ok("POST", MAPS, config_map("watched"))
        unread = [self.connect(4096) for _ in range(WATCHERS)]
        for connection in unread:
            connection.sendall(self.head("GET", f"{MAPS}?watch=true&resourceVersion=0"))
            self.assertTrue(connection.recv(1), "it has begun")
        reader = self.connect()
        reader.sendall(self.head("GET", f"{MAPS}?watch=true&resourceVersion=0"))
        seen = self.read_until(reader, b"", b'"name":"watched"')
        before = self.running.memory_kib()
        for number in range(100):
            self.ok("PATCH", f"{MAPS}/watched", json.dumps({"data": {"a": f"value{number}-" + "x" * 20_000}}), MERGE)
        seen = self.read_until(reader, seen, b"value99-")
        self.assertEqual(set(map(int, re.findall(rb"value(\d+)-", seen))), set(range(100)))
        # 2 MB of events each would be 400 MB.
        self.assertLess(self.running.memory_kib() - before, 100 * 1024)
        self.assertEqual(self.send("GET", f"{MAPS}/watched")[0], 200)


if __name__ == "__main__":
    unittest.main()
