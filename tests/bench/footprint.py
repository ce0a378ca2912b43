"""Memory, and what a change of the table costs: figures that need no rounds."""
import dataclasses
import os
import re
import time

import configs
import peer
import rig as rigs
import rounds
import scenarios
import sides

MEASURED_CONNECTIONS = 4000
SWAPS = 10_000


@dataclasses.dataclass
class Figure:
    what: str
    goal: str
    measured: str


def memory_of(side, name):
    return sum(rigs.kilobytes(pid, name) for pid in side.pids())


def hold(rig, side, requests, count):
    failed = rig.peer.ask("hold", port=side.port, requests=requests, count=count)["failed"]
    if failed:
        raise RuntimeError(f"{side.label}: {failed} of {count} connections failed")


def memory_figures(rig, names, progress):
    """Resident memory with 64 connections that have each had an answer, and what each of 4,000 more takes in the program; the
    kernel's share is the same for all and is not in it."""
    scenario = scenarios.SCENARIOS[0]
    requests = rig.requests_file(scenario)
    start, idle = [], []
    for name in names:
        progress(f"memory: {sides.SIDES[name].label}")
        side = sides.SIDES[name](rig, scenario, rig.core)
        try:
            side.start()
            hold(rig, side, requests, 64)
            start.append((side.label, memory_of(side, "Rss") / 1024))
            before = memory_of(side, "Pss")
            hold(rig, side, requests, MEASURED_CONNECTIONS)
            idle.append((side.label, (memory_of(side, "Pss") - before) * 1024 / MEASURED_CONNECTIONS))
        finally:
            rig.peer.ask("release")
            side.stop()
    return [Figure("resident after the start, with 64 connections", "10 MB", each(start, "{:.1f} MB")),
            Figure("memory of the program for an idle keep-alive connection", "200 B", each(idle, "{:,.0f} B"))]


def each(values, form):
    return "; ".join(f"{name} {form.format(value)}" for name, value in values)


EFFECTIVE = re.compile(r"effective in all workers after ([0-9.]+) ms: canary")


def edit_figures(rig, progress, count=20):
    """What a running instance says of edits of a weight in a file, from the file's change on: its settling time is in it."""
    progress("edits of a file")
    side = sides.SIDES["graylane"](rig, scenarios.SCENARIOS[0], rig.core)
    try:
        side.start()
        told = [edit(rig, side, weight=11 + number, already=number) for number in range(count)]
    finally:
        side.stop()
    middle, _, _ = rounds.spread(told)
    return [Figure("a weight edited in a file until every worker routes by it, idle", "", f"p50 {middle:.0f} ms, most {max(told):.0f} ms")]


def edit(rig, side, weight, already):
    """Milliseconds."""
    side.write("manifests/app.yaml", configs.manifests(side.scenario, rig.stable_port, rig.canary_port, weight))
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with open(side.path("output"), encoding="utf-8", errors="replace") as output:
            told = EFFECTIVE.findall(output.read())
        if len(told) > already:
            return float(told[-1])
        time.sleep(0.02)
    raise RuntimeError(f"Graylane says nothing of the edit to {weight} %")


class SwapBench:
    """A gateway with a worker for each core, whose table is swapped between two weights, and clients for it."""

    def __init__(self, rig):
        self.rig = rig
        self.scenario = scenarios.SCENARIOS[0]
        self.requests = rig.requests_file(self.scenario)
        files = [self.manifests(weight) for weight in (10, 20)]
        self.program = peer.Program([rig.swaps_program, str(len(os.sched_getaffinity(0))), *files])

    def manifests(self, weight):
        path = os.path.join(self.rig.folder, f"weight{weight}.yaml")
        with open(path, "w", encoding="ascii") as file:
            file.write(configs.manifests(self.scenario, self.rig.stable_port, self.rig.canary_port, weight))
        return path

    def load(self, window_ms):
        self.rig.peer.tell("run", port=self.program.hello["port"], requests=self.requests, clients=64, warm_up_ms=250,
                           window_ms=window_ms, answer_bytes=self.scenario.answer_bytes)

    def swaps(self, count, pause_us):
        return self.program.ask(f"swap {count} {pause_us}")

    def swaps_under_load(self, count, pause_us):
        """(of the swaps, of the requests); the window opens when the clients are warm and ends with the last swap."""
        self.load(120_000)
        time.sleep(0.4)
        swaps = self.swaps(count, pause_us)
        self.rig.peer.tell("end")
        requests = self.rig.peer.answer()
        self.rig.peer.answer()  # to "end"
        return swaps, requests

    def quiet_load(self, window_ms):
        self.load(window_ms)
        return self.rig.peer.answer()

    def memory(self):
        return rigs.kilobytes(self.program.pid, "Pss")


def swap_figures(rig, progress):
    bench = SwapBench(rig)
    try:
        progress("swaps of the table, idle")
        idle = bench.swaps(1000, 1000)
        progress("swaps of the table, under load")
        quiet = bench.quiet_load(3000)
        under_load, _ = bench.swaps_under_load(1000, 2000)
        before = bench.memory()
        many, swapped = bench.swaps_under_load(SWAPS, 500)
        after = bench.memory()
    finally:
        bench.program.stop()
    return [
        Figure("publishing a weight until every worker routes by it, idle: p99", "1 ms", milliseconds(idle)),
        Figure("the same under load: p50", "1 ms", milliseconds(under_load)),
        Figure(f"{SWAPS:,} swaps under load: failed requests", "0",
               f"{swapped['failed'] + swapped['wrong'] + many['missed']} of {swapped['requests']:,} {swapped['first_failure'].strip()}"),
        Figure(f"{SWAPS:,} swaps under load: growth of memory", "0", f"{after - before:+,} KB of {before:,}"),
        Figure(f"{SWAPS:,} swaps under load: p99 of requests", "", f"{swapped['p99_us'] / 1000:.2f} ms; without swaps {quiet['p99_us'] / 1000:.2f} ms"),
    ]


def milliseconds(times):
    return ", ".join(f"{name} {times[key] / 1000:.3f} ms" for name, key in (("p50", "p50_us"), ("p99", "p99_us"), ("most", "max_us")))
