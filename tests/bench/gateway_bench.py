#!/usr/bin/env python3
"""The gateway beside nginx, HAProxy, Envoy and a raw TCP forwarder, all on one core: what a request costs each of them.

CPU per request is what the proxy's own CPU clock moved by during a window, by the requests of that window. Client, backends and
the proxy under test share one core, so that no cache line travels and nobody spins. Every answer is checked. The kernel's work
for a request differs between machines by more than proxies do, so the figure to compare is the own cost: CPU per request minus
that of the forwarder in the same round.
"""
import argparse
import json
import os
import sys

import footprint
import report
import rounds
import scenarios
import sides
from rig import Rig

EXTRAS = ("memory", "swaps")


def arguments():
    names = [s.name for s in scenarios.SCENARIOS] + list(EXTRAS)
    parser = argparse.ArgumentParser(prog="./dev bench gateway", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("what", nargs="*", metavar="SCENARIO", help=f"only these of: {', '.join(names)}")
    parser.add_argument("--rounds", type=int, default=15, help="good rounds of each scenario; default 15")
    parser.add_argument("--window", type=int, default=600, metavar="MS", help="length of a measurement; default 600")
    parser.add_argument("--sides", default="", metavar="LIST", help=f"only these of: {','.join(sides.SIDES)}")
    parser.add_argument("--markdown", action="store_true", help="print the tables as Markdown at the end")
    parser.add_argument("--json", metavar="FILE", help="write every measurement to a file")
    parser.add_argument("--graylane", default="build/release/graylane", metavar="PROGRAM")
    parser.add_argument("--tools", default="build/bench/tests/bench", metavar="FOLDER", help="where bench_peer is")
    options = parser.parse_args()
    unknown = [name for name in options.what if name not in names]
    unknown += [name for name in options.sides.split(",") if name and name not in sides.SIDES]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}")
    options.what = options.what or names
    return options


class Progress:
    """One line that is written over, on a terminal only."""

    def __init__(self):
        self.shown = sys.stderr.isatty()

    def __call__(self, text):
        if self.shown:
            print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def present_sides(rig, options):
    """name -> version, of the sides that are asked for and here."""
    asked = [name for name in options.sides.split(",") if name] or list(sides.SIDES)
    found = {}
    for name in asked:
        if sides.SIDES[name].program(rig) is None:
            hint = "; ENVOY=PROGRAM names one" if name == "envoy" else ""
            print(f"{sides.SIDES[name].label} is skipped: it is not here{hint}")
        else:
            found[name] = sides.SIDES[name].version(rig)
    return found


def measure_scenarios(rig, options, present):
    progress, outcomes = Progress(), []
    for scenario in (s for s in scenarios.SCENARIOS if s.name in options.what):
        names = [name for name in scenario.sides if name in present]
        outcome = rounds.run(rig, scenario, names, options.rounds, options.window,
                             lambda o, title=scenario.title: progress(f"{title}: {len(o.rounds)} of {options.rounds} rounds"))
        progress("")
        print(f"\n{report.scenario_text(outcome)}", flush=True)
        outcomes.append(outcome)
    return outcomes


def measure_figures(rig, options, present):
    progress, figures = Progress(), []
    if "memory" in options.what:
        figures += footprint.memory_figures(rig, [name for name in present if name != "floor"], progress)
    if "swaps" in options.what and "graylane" in present:
        figures += footprint.swap_figures(rig, progress) + footprint.edit_figures(rig, progress)
    progress("")
    if figures:
        print(f"\n{report.figures_text(figures)}", flush=True)
    return figures


def conditions(rig, present):
    versions = ", ".join(f"{sides.SIDES[name].label} {version}" for name, version in present.items())
    network = "a network namespace of its own, reno" if rig.isolated else "the network of this machine (not root)"
    return f"{versions}; {os.uname().sysname} {os.uname().release}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}; {network}"


def main():
    options = arguments()
    with Rig(options.graylane, options.tools) as rig:
        present = present_sides(rig, options)
        print(conditions(rig, present), flush=True)
        outcomes = measure_scenarios(rig, options, present)
        figures = measure_figures(rig, options, present)
        if options.markdown:
            print("\n" + "\n\n".join(([report.scenarios_markdown(outcomes)] if outcomes else []) +
                                     ([report.figures_markdown(figures)] if figures else []) + [conditions(rig, present)]))
    if options.json:
        with open(options.json, "w", encoding="ascii") as file:
            json.dump({o.scenario.name: {"rounds": o.rounds, "dropped": o.dropped} for o in outcomes}, file)
    short = [o.scenario.title for o in outcomes if len(o.rounds) < options.rounds]
    failed = [text for o in outcomes for text, word in report.verdicts(o) if word == "failed"]
    for line in [f"too few good rounds: {title}" for title in short] + [f"over the limit: {text}" for text in failed]:
        print(line)
    return 1 if short or failed else 0


if __name__ == "__main__":
    sys.exit(main())
