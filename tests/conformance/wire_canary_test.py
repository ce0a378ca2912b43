#!/usr/bin/env python3
"""nginx-canary-cases.json live on the wire: which Service's endpoint a request really reaches, draw by draw.

    tests/conformance/wire_canary_test.py                      all cases that need no HTTP/2
    tests/conformance/wire_canary_test.py -k weight_value_5    cases by name

Environment: GRAYLANE = the program (default build/release/graylane), GRAYLANE_KEEP = a folder for the objects of failed cases.
"""
import math
import sys
import unittest

import manifests
import wire

__unittest = True  # keeps this file's frames out of a failure's traceback: the message says it all

SAME_ANSWERS = 12     # requests behind a fixed expectation
DRAWS = 400           # requests behind a share; more for a share near 0 or 1
WINDOW_ERROR = 3      # an exact split is never further from the asked share, in any window
RANDOM_CASES = ("weight/value-50", "weight/value-20", "weight/value-1")

# Where Graylane means to differ: case -> (why, what is expected instead).
OURS = {"header/trailing-tab": ("blanks around a value, tabs too, are not part of it (RFC 9110); nginx keeps a tab", "canary")}

def expected_shares(case):
    """{"ns/name": share}, or the status that the gateway itself gives."""
    _, expect = OURS.get(case["name"], (None, case["expect"]))
    if expect in ("stable", "canary"):
        return {f"default/{expect}": 1.0}
    if "service" in expect:
        return {expect["service"]: 1.0}
    if "status" in expect:
        return expect["status"]
    return {"canaries": manifests.canary_services(case), "weight": expect["weight"]}


def wrong_share(answered, canaries, weight, count, bound):
    got = sum(n for service, n in answered.items() if service in canaries)
    if sum(answered.values()) != count:
        return f"{count} requests, but the endpoints saw {answered}"
    if abs(got - weight * count) > bound:
        return f"expected: {weight} of {count} to {' or '.join(sorted(canaries))} (within {bound:.1f} requests), got {got}"
    return None


class WireCanary(wire.WireTest):
    """Test methods are generated from the corpus."""

    def check(self, name, split=()):
        case = wire.on_this_machine(self.cases[name])
        self.gateway.install(case, True, *split)
        if why := self.verdict(self.gateway, case, bool(split)):
            self.refuse(case, why, case["request"])

    def verdict(self, gateway, case, is_random):
        wanted = expected_shares(case)
        if isinstance(wanted, int):
            return self.own_answer(gateway, case, wanted)
        if "weight" not in wanted:
            statuses, answered = gateway.draw(case["request"], SAME_ANSWERS)
            service = next(iter(wanted))
            right = set(statuses) == {200} and answered == {service: SAME_ANSWERS}
            return None if right else f"expected: all to {service}, got {answered}, statuses {set(statuses)}"
        weight = wanted["weight"]
        count = max(DRAWS, min(4000, math.ceil(8 / min(weight, 1 - weight))))
        bound = 5 * math.sqrt(weight * (1 - weight) * count) if is_random else WINDOW_ERROR
        _, answered = gateway.draw(case["request"], count)
        return wrong_share(answered, wanted["canaries"], weight, count, bound)

    def own_answer(self, gateway, case, status):
        exchange = gateway.play({**case["request"]}, {})[0]
        if exchange.response is None or exchange.response.status != status or exchange.backends:
            return f"expected: status {status} and no endpoint asked, got {exchange!r}"
        return None


def fill():
    """One test method for each case, named after it."""
    for case in wire.load("nginx-canary-cases.json"):
        if case["request"].get("proto", "HTTP/1.1") != "HTTP/1.1":
            continue  # HTTP/2
        name = case["name"]
        WireCanary.cases[name] = case
        WireCanary.add(name, lambda self, name=name: self.check(name))
    for name in RANDOM_CASES:
        WireCanary.add(name, lambda self, name=name: self.check(name, ["--split=random"]), "test_random_")


fill()

if __name__ == "__main__":
    unittest.main(argv=sys.argv)
