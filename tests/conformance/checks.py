"""Says whether one answer of `explain` agrees with what the corpus observed, and why a request is not asked.

Every check returns None when the answer agrees, else a sentence.
"""
import manifests

SHARE_TOLERANCE = 1e-8

# What needs bytes on a wire rather than a decision. Key of a request or of its expectation -> reason.
NEEDS_TRAFFIC = {
    "raw": "raw bytes", "chunked": "body framing", "concurrent": "concurrency", "wait": "time", "timeout": "time",
    "jar": "cookies of earlier answers", "wsSend": "WebSocket", "proxyProtocol": "PROXY protocol",
    "clientCert": "client certificate", "clientTimeout": "time", "connectionClosed": "connection", "http09": "raw bytes",
    "firstBackend": "several backend requests", "backends": "several backend requests",
}
BROKEN_CONNECTION = (502, 504)


def skip_reason(request):
    """Why this request of the second corpus cannot be answered by a decision alone; None = it can."""
    expect = request["expect"]
    for key, reason in NEEDS_TRAFFIC.items():
        if key in request or key in expect:
            return reason
    if "host" not in request:
        return "no Host header"
    if expect.get("status") in BROKEN_CONNECTION:
        return "refused or silent connection"
    if expect.get("status") == 413:
        return "body size"
    if expect.get("status") == 101:
        return "WebSocket"
    if len(expect.get("statusCounts", {})) > 1:
        return "counts over repetitions"
    return None


def check_canary(case, answer):
    """An answer against the `expect` of a canary case."""
    expect = case["expect"]
    if expect == "stable" or expect == "canary":
        expect = {"service": f"default/{expect}"}
    if "service" in expect:
        return _only(answer, expect["service"])
    if "status" in expect:
        return _answered_with(answer, expect["status"])
    return _split(answer, manifests.canary_services(case), expect["weight"])


def check_request(expect, answer):
    """An answer against the `expect` of a request of the second corpus."""
    if "statusCounts" in expect:
        expect = {**expect, "status": int(*expect["statusCounts"])}
    status = expect.get("status")
    backend = expect.get("backend")
    if backend:
        return _only(answer, backend["service"]) or _forwarded(answer["to"][0], backend)
    if "endpointCounts" in expect:
        services = {e.partition("#")[0] for e in expect["endpointCounts"]}
        return _only(answer, *services)
    if "backend" not in expect and status in (None, 200):
        return None if answer["to"] else "expected: some Service"
    return _answered_with(answer, status) or _location(expect, answer)


def _only(answer, service):
    if [d["service"] for d in answer["to"]] != [service]:
        return f"expected: all to {service}"
    return None


def _answered_with(answer, status):
    if answer["to"] or answer["status"] != status:
        return f"expected: status {status} from the gateway itself"
    return None


def _split(answer, canaries, weight):
    share = {True: 0.0, False: 0.0}
    for destination in answer["to"]:
        share[destination["service"] in canaries] += destination["share"]
    if len(answer["to"]) != 2 or abs(share[True] - weight) > SHARE_TOLERANCE:
        return f"expected: {weight!r} to {' or '.join(sorted(canaries))}, the rest to the main Service"
    return None


def _forwarded(destination, backend):
    for key in ("path", "host"):
        if key in backend and destination.get(key) != backend[key]:
            return f"expected: forwarded {key} {backend[key]!r}"
    return None


def _location(expect, answer):
    redirect = 300 <= (answer["status"] or 0) < 400
    if (redirect or "location" in expect) and answer["location"] != expect.get("location"):
        return f"expected: location {expect.get('location')!r}"
    return None
