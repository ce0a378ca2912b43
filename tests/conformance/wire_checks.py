"""Says whether what happened on the wire agrees with what the corpus observed. Every check returns None, or a sentence."""
import collections
import re

SLACK_SECONDS = 0.1   # below an observed minimum: clocks and rounding
BUSY_FACTOR = 3       # above an observed maximum: this machine may have other work

WIRE_ONLY_LATER = ("tls", "clientCert", "proxyProtocol", "sni")


def skip_reason(request):
    """Why a request cannot be played yet; None when it can."""
    for key in WIRE_ONLY_LATER:
        if key in request:
            return key
    if request.get("proto", "HTTP/1.1") not in ("HTTP/1.1", "HTTP/1.0"):
        return "HTTP/2"
    return "access log" if "accessLog" in request["expect"] else None


def check(expect, request, exchanges, listener_port):
    """All that is expected of one request of a case, with its repetitions."""
    last = exchanges[-1]
    checks = [
        _status(expect, last), _counts(expect, exchanges), _answer(expect, last.response, listener_port), _backend(expect, request, exchanges, listener_port),
        _attempts(expect, last), _endpoints(expect, exchanges), _timing(expect, last)]
    if "absentHeaders" in expect:
        checks += [_absent(expect["absentHeaders"], e.response) for e in exchanges]
    return next((c for c in checks if c), None)


def _status(expect, exchange):
    if "clientTimeout" in expect or "connectionClosed" in expect:
        return None if exchange.response is None else "expected: no answer"
    if "status" not in expect and "statusCounts" in expect:
        return None
    if exchange.response is None:
        return f"expected: an answer, got {exchange.broken!r}"
    if "status" in expect and exchange.response.status != expect["status"]:
        return f"expected: status {expect['status']}"
    return None


def _counts(expect, exchanges):
    if "statusCounts" not in expect:
        return None
    got = collections.Counter(str(e.response.status if e.response else None) for e in exchanges)
    return None if dict(got) == expect["statusCounts"] else f"expected: statuses {expect['statusCounts']}, got {dict(got)}"


def _answer(expect, response, listener_port):
    if response is None:
        return None
    if "location" in expect:
        wanted = re.sub(r":80(?=/|$)", f":{listener_port}", expect["location"])  # the corpus's gateway listened on 80
        if response.get("Location") != wanted:
            return f"expected: Location {wanted!r}"
    for name, wanted in expect.get("headers", {}).items():
        if not _is(wanted, response.all(name)):
            return f"expected: {name} {wanted!r}, got {response.all(name)!r}"
    if "body" in expect and not _is(expect["body"], [response.text]):
        return f"expected: body {expect['body']!r}"
    if "bodyLength" in expect and len(response.body) != expect["bodyLength"]:
        return f"expected: a body of {expect['bodyLength']} bytes, got {len(response.body)}"
    return None


def _absent(names, response):
    present = [n for n in names if response and response.all(n)]
    return f"expected: no {', '.join(present)}" if present else None


def _is(wanted, values):
    """wanted: a text, a list of texts in order, or {pattern}."""
    if isinstance(wanted, dict):
        return len(values) == 1 and re.search(wanted["pattern"], values[0]) is not None
    return values == (wanted if isinstance(wanted, list) else [wanted])


def _backend(expect, request, exchanges, listener_port):
    seen = [b for e in exchanges for b in e.backends]
    if "incomplete" in expect and any(b.complete for b in seen):
        return "expected: no endpoint got the whole request"
    if "backend" not in expect:
        return None
    wanted = expect["backend"]
    if wanted is None:
        return f"expected: no endpoint asked, got {seen[0]!r}" if seen else None
    if not seen:
        return "expected: an endpoint asked"
    return _one_backend({"method": request.get("method", "GET"), **wanted}, seen[-1], listener_port)


def _one_backend(wanted, got, listener_port):
    plain = {"service": got.endpoint.partition("#")[0], "path": got.target, "method": got.method, "host": got.get("Host"),
             "proto": got.version, "body": got.body.decode("utf-8", "replace")}
    for key, value in plain.items():
        if key in wanted and not _is(wanted[key], [value]):
            return f"expected: {key} {wanted[key]!r} at the endpoint, got {value!r}"
    for name, value in wanted.get("headers", {}).items():
        if name.lower() == "x-forwarded-port" and value == "80":
            value = str(listener_port)
        if not _is(value, got.all(name)):
            return f"expected: {name} {value!r} at the endpoint, got {got.all(name)!r}"
    present = [n for n in wanted.get("absent", []) if got.all(n)]
    return f"expected: no {', '.join(present)} at the endpoint" if present else None


def _attempts(expect, exchange):
    asked = [b.endpoint for b in exchange.backends]
    if "attemptsMoreThan" in expect and len(asked) <= expect["attemptsMoreThan"]:
        return f"expected: more than {expect['attemptsMoreThan']} attempts, got {len(asked)}"
    wanted = expect.get("attempts")
    if wanted is None or (asked if isinstance(wanted, list) else len(asked)) == wanted:
        return None
    return f"expected: attempts {wanted}, got {asked}"


def _endpoints(expect, exchanges):
    counts = collections.Counter(b.endpoint for e in exchanges for b in e.backends)
    if "endpointCounts" in expect and dict(counts) != expect["endpointCounts"]:
        return f"expected: endpoints {expect['endpointCounts']}, got {dict(counts)}"
    if "endpoints" in expect and sorted(counts) != sorted(expect["endpoints"]):
        return f"expected: endpoints {expect['endpoints']}, got {sorted(counts)}"
    if "sameEndpoint" in expect and (len(counts) == 1) != expect["sameEndpoint"]:
        return f"expected: {'one endpoint' if expect['sameEndpoint'] else 'several endpoints'}, got {dict(counts)}"
    if "backendConnections" in expect:
        connections = {(b.endpoint, b.connection) for e in exchanges for b in e.backends}
        if len(connections) != expect["backendConnections"]:
            return f"expected: {expect['backendConnections']} connections to endpoints, got {len(connections)}"
    return None


def _timing(expect, exchange):
    timing = expect.get("timing", {})
    if exchange.seconds < timing.get("minSeconds", 0) - SLACK_SECONDS:
        return f"expected: not before {timing['minSeconds']} s"
    if "maxSeconds" in timing and exchange.seconds > timing["maxSeconds"] * BUSY_FACTOR:
        return f"expected: within {timing['maxSeconds']} s"
    return None
