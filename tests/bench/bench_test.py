#!/usr/bin/env python3
"""What the bench makes of measurements: a figure that comes from bad rounds or wrong pairs is worse than none."""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import report  # noqa: E402
import rounds  # noqa: E402
import scenarios  # noqa: E402


def result(cpu_us=10.0, requests=10_000, canary=1_000, **changes):
    return {"requests": requests, "cpu_ns": cpu_us * 1000 * requests, "failed": 0, "wrong": 0, "stable": requests - canary,
            "canary": canary, "seconds": 0.5, "p50_us": 100, "p99_us": 200, "first_failure": "", "backend_head": "", **changes}


def outcome(*costs):
    """Rounds with CPU per request of the floor, Graylane and nginx."""
    names = ("floor", "graylane", "nginx")
    made = rounds.Outcome(scenarios.SCENARIOS[0], list(names))
    made.rounds = [{name: result(cost) for name, cost in zip(names, row)} for row in costs]
    return made


class Rounds(unittest.TestCase):
    def test_a_failed_request_or_a_wrong_answer_drops_the_round(self):
        self.assertIsNone(rounds.fault_of("nginx", result()))
        self.assertIn("1 requests failed", rounds.fault_of("nginx", result(failed=1)))
        self.assertIn("1 wrong", rounds.fault_of("floor", result(wrong=1)))
        self.assertIsNotNone(rounds.fault_of("nginx", result(requests=0, canary=0)))

    def test_a_proxy_that_splits_otherwise_is_not_compared(self):
        self.assertIn("0.0%", rounds.fault_of("nginx", result(canary=0)))
        self.assertIn("12.0%", rounds.fault_of("graylane", result(canary=1_200)))

    def test_chance_is_no_fault(self):
        # 40 requests of large answers: 1 or 8 of them to the canary is nothing unusual.
        self.assertIsNone(rounds.fault_of("nginx", result(requests=40, canary=1)))
        self.assertIsNone(rounds.fault_of("nginx", result(requests=40, canary=8)))

    def test_the_forwarder_knows_no_canary(self):
        self.assertIsNone(rounds.fault_of("floor", result(canary=0)))

    def test_sides_are_compared_within_a_round(self):
        # The machine was half as fast in the second round: the ratio does not show it.
        self.assertEqual(outcome((10, 11, 20), (20, 22, 40)).own_ratios("nginx"), [0.1, 0.1])
        self.assertEqual(outcome((10, 10, 20), (20, 20, 40)).total_ratios("nginx"), [2.0, 2.0])

    def test_what_the_backend_is_told_is_compared_by_name(self):
        scenario = scenarios.SCENARIOS[0]
        sent = scenario.request("h").split("\r\n\r\n")[0] + "\r\n"
        added = "".join(f"{name.title()}: x\r\n" for name in sorted(rounds.ADDED_FIELDS))
        self.assertEqual(rounds.difference_of_fields(scenario, result(backend_head=sent + added + "\r\n")), "")
        lacking = added.replace("X-Real-Ip: x\r\n", "Via: x\r\n")
        self.assertEqual(rounds.difference_of_fields(scenario, result(backend_head=sent + lacking + "\r\n")), "+via, -x-real-ip")


class Verdicts(unittest.TestCase):
    def word(self, *costs):
        return report.verdicts(outcome(*costs))[0][1]

    def test_goal_and_limit(self):
        self.assertEqual(self.word((10, 11, 20)), "reached")
        self.assertEqual(self.word((10, 11.5, 20)), "not reached")
        self.assertEqual(self.word((10, 12.5, 20)), "failed")

    def test_no_good_round_is_no_success(self):
        self.assertEqual(report.verdicts(outcome()), [])

    def test_a_side_without_a_cost_of_its_own_fails(self):
        # Noise can make a proxy look cheaper than the forwarder; a ratio of that says nothing.
        self.assertEqual(self.word((10, 11, 9)), "failed")


if __name__ == "__main__":
    unittest.main()
