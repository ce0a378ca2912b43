#!/usr/bin/env python3
"""Graylane's API beside a real kube-apiserver with etcd, on the same machine, in turns.

Both serve TLS and bearer tokens; objects are ConfigMaps with 1 KiB of data; creates are durable on both. In every round each server
is measured once, in an order that turns, and ratios are taken within a round: the clients' own work and other programs on the machine
weigh on both. The CPU time of the servers' processes per operation is noted beside them: it hardly depends on the machine's load.
"""
import argparse
import json
import os
import statistics
import sys

import api_figures
import api_loads
import api_sides

# figure -> (what is measured, the goal of ours / theirs, True: at least)
GOALS = {"creates": (("per_s", 2.0, True), ("p99_ms", 1.0, False)), "gets": (("per_s", 5.0, True),), "lists": (("ms", 1 / 3, False),),
         "watches": (("events_per_s", 1.0, True), ("p99_ms", 0.5, False)), "watches-at-rate": (("p99_ms", 0.5, False),)}
EXTRAS = ("starts", "reconciles", "effects", "large")


def arguments():
    parser = argparse.ArgumentParser(prog="./dev bench api", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("what", nargs="*", metavar="FIGURE", help=f"only these of: {', '.join((*GOALS, *EXTRAS))}")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3, help="of creates and gets in each round")
    parser.add_argument("--watchers", type=int, default=1000)
    parser.add_argument("--events", type=int, default=100, help="changes of the watched object in each round")
    parser.add_argument("--event-rate", type=float, default=15, help="changes a second, of watches-at-rate")
    parser.add_argument("--objects", type=int, default=25_000, help="in the lists")
    parser.add_argument("--alone", action="store_true", help="without a kube-apiserver")
    parser.add_argument("--json", metavar="FILE", help="write every measurement to a file")
    options = parser.parse_args()
    if unknown := [name for name in options.what if name not in (*GOALS, *EXTRAS)]:
        parser.error(f"unknown: {', '.join(unknown)}")
    options.what = options.what or [*GOALS, *EXTRAS]
    return options


def measure(figure, side, number, options):
    ns = f"{figure}-{number}"
    if figure == "creates":
        return api_loads.creates(side, ns, options.seconds)
    if figure == "gets":
        return api_loads.gets(side, ns, options.seconds)
    if figure == "lists":
        return api_loads.lists(side, "listed")
    rate = options.event_rate if figure == "watches-at-rate" else 0
    return api_loads.watches(side, ns, options.watchers, options.events, rate)


def compare(sides, options):
    """figure -> for each round, the measurements by side."""
    figures = {name: [] for name in GOALS if name in options.what}
    if "lists" in figures:
        for side in sides:
            api_loads.fill(side, "listed", options.objects)
    for number in range(options.rounds):
        for figure, rounds in figures.items():
            order = sides if number % 2 == 0 else sides[::-1]
            measured = {side.label: measure(figure, side, number, options) for side in order}
            rounds.append(measured)
            print(json.dumps({"round": number, "figure": figure, **{k: rounded(v) for k, v in measured.items()}}), flush=True)
    return figures


def rounded(values):
    return {name: round(value, 2) for name, value in values.items()}


def show(figures, sides):
    """A table in Markdown; a line for each goal."""
    ours, theirs = sides[0].label, sides[1].label if len(sides) > 1 else None
    print(f"\n| figure | {ours} | {theirs or 'none'} | ratio (quartiles) | goal |\n|---|---|---|---|---|")
    for figure, rounds in figures.items():
        goals = {name: (goal, at_least) for name, goal, at_least in GOALS[figure]}
        for name in rounds[0][ours]:
            medians = [statistics.median(each[side][name] for each in rounds) for side in (ours, theirs) if side]
            cells = [f"{value:,.2f}" if value < 10 else f"{value:,.0f}" for value in medians] + [""] * (2 - len(medians))
            print(f"| {figure}: {name} | {' | '.join(cells)} | {ratio_text(rounds, name, ours, theirs, goals.get(name))} |")


def ratio_text(rounds, name, ours, theirs, goal):
    if not theirs or any(not each[theirs][name] for each in rounds):
        return " | "
    ratios = [each[ours][name] / each[theirs][name] for each in rounds]
    low, middle, high = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
    if not goal:
        return f"{middle:.2f} ({low:.2f} to {high:.2f}) | "
    wanted, at_least = goal
    held = statistics.median(ratios) >= wanted if at_least else statistics.median(ratios) <= wanted
    word = f"{'at least' if at_least else 'at most'} {wanted:.2f}"
    return f"{middle:.2f} ({low:.2f} to {high:.2f}) | {word if held else f'**{word}: not reached**'}"


def show_delays(name, took):
    quantiles = {f"p{int(share * 100)}": round(api_loads.quantile(took, share), 2) for share in (0.5, 0.9, 0.99)}
    print(json.dumps({"figure": name, "ms": quantiles, "of": len(took)}), flush=True)


def extras(side, options):
    if "reconciles" in options.what:
        show_delays("reconciles", api_figures.reconciles(side))
    if "effects" in options.what:
        show_delays("effects", api_figures.effects(side))
    if "large" in options.what:
        print(json.dumps({"figure": "large", **rounded(api_figures.large(side))}), flush=True)


def main():
    options = arguments()
    missing = api_sides.find_programs()
    if missing and not options.alone:
        print(f"without a kube-apiserver (./dev e2e builds one): {', '.join(missing)} is not here")
    scratch = api_sides.up.Scratch("graylane-bench-api-")
    sides, figures = [], {}
    print(f"{os.uname().sysname} {os.uname().release}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}", flush=True)
    try:
        if "starts" in options.what:
            print(json.dumps({"figure": "starts", **rounded(api_figures.starts())}), flush=True)
        sides.append(api_sides.Graylane(scratch).start())
        extras(sides[0], options)
        if any(name in GOALS for name in options.what):
            if not missing and not options.alone:
                sides.append(api_sides.Kubernetes().start())
            figures = compare(sides, options)
            show(figures, sides)
    finally:
        for side in sides:
            side.close()
        scratch.close()
    if options.json:
        with open(options.json, "w", encoding="ascii") as file:
            json.dump(figures, file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
