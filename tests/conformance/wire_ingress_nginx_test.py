#!/usr/bin/env python3
"""ingress-nginx-cases.json live on the wire: what endpoints and clients see of headers, forwarded addresses, bodies, timeouts,
retries, proxying, balancing and affinity; and, so that nothing gets lost between a decision and the wire, the areas that
ingress_nginx_test.py asks of `explain`. Tier 1, except what needs TLS or HTTP/2.

    tests/conformance/wire_ingress_nginx_test.py                cases of these areas
    tests/conformance/wire_ingress_nginx_test.py -k retry       cases by name

Environment: GRAYLANE = the program (default build/release/graylane), GRAYLANE_KEEP = a folder for the objects of failed cases.
"""
import json
import sys
import unittest

import wire
import wire_checks

__unittest = True  # keeps this file's frames out of a failure's traceback: the message says it all

AREAS = {"headers", "forwarded", "body", "timeout", "retry", "proxy", "lb", "affinity"}
DECISIONS = {"path", "host", "catchall", "service", "regex", "unmatched", "class", "rewrite", "redirect", "www", "alias", "vhost", "defaultbackend", "access"}
LATER = {("redirect/permanent-before-preflight", 0): "CORS", ("redirect/permanent-before-preflight", 1): "CORS",
         ("unmatched/inherits-rate-limit", 0): "rate limits", ("redirect/app-root-before-https", 1): "TLS"}

# Where Graylane means to differ: (case, request) -> (why, what is expected instead).
OURS = {
    ("body/default-1m", 2): (
        "bodies are passed on while they come: the endpoint sees the beginning of a request that is cut",
        {"status": 413, "incomplete": True}),
    ("headers/large-header-8k", 1): (
        "a head may have 32 KiB, however they are divided",
        {"status": 200, "backend": {"service": "default/web", "path": "/a"}}),
    ("headers/large-header-8k", 3): (
        "a head over the limit is 431 (RFC 6585)", {"status": 431, "backend": None}),
}

class IngressNginxTest(wire.WireTest):
    def check(self, name):
        original = self.cases[name]
        case = wire.on_this_machine(original)
        later = [LATER.get((name, n)) or wire_checks.skip_reason(r) for n, r in enumerate(original["requests"])]
        if all(later):
            self.skipTest(", ".join(sorted(set(later))))
        self.gateway.install(case, False)
        jar = {}
        for n, request in enumerate(case["requests"]):
            if later[n]:
                continue
            why, expect = OURS.get((name, n), ("", request["expect"]))
            exchanges = self.gateway.play(request, jar)
            wrong = wire.verdict_of(wire_checks.check, expect, request, exchanges, self.gateway.up.address[1])
            if wrong:
                self.refuse(case, f"request {n}: {wrong}", request, *(f"got:     {e!r}" for e in exchanges[-3:]),
                            *(f"{k + ':':8} {json.dumps(case[k])[:3000]}" for k in ("services", "config", "note") if k in case),
                            why and f"ours:    {why}")


class WireIngressNginx(IngressNginxTest):
    """What only shows on the wire."""


class WireDecisions(IngressNginxTest):
    """What was decided, carried out."""


def fill(cls, areas):
    """One test method for each case, named after it."""
    cls.cases = {c["name"]: c for c in wire.load("ingress-nginx-cases.json")
                 if c["name"].partition("/")[0] in areas and c["tier"] == 1 and "requests" in c}
    for name in cls.cases:
        cls.add(name, lambda self, name=name: self.check(name))


fill(WireIngressNginx, AREAS)
fill(WireDecisions, DECISIONS)
del IngressNginxTest  # no cases of its own

if __name__ == "__main__":
    unittest.main(argv=sys.argv)
