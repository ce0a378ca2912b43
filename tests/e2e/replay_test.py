#!/usr/bin/env python3
"""The recorded cases, asked of a real kube-apiserver and of ours in one run. Each must pass on the real one, or the case is wrong; and
beyond what the cases expect, the two answers to each of their requests are compared: what differs must stand in kube_known.py.

    tests/e2e/replay_test.py                 all cases
    tests/e2e/replay_test.py -k apply_share  cases by name
    tests/e2e/replay_test.py --table [NAME]  prints what differs, known or not; fails never
    tests/e2e/replay_test.py --accept        writes what differs and stands in no table into not_yet.tsv

Environment: GRAYLANE, APISERVER as in tests/conformance/kube_api_test.py; KUBE_APISERVER, KUBE_CONTROLLER_MANAGER, ETCD; KUBECTL and GO for
the cases that need the CustomResourceDefinitions of others.
"""
import collections
import concurrent.futures
import json
import os
import random
import shutil
import string
import subprocess
import sys
import unittest

import kube_server
import kube_compare
import kube_known
import kube_api_test as cases
import kube_replay
import upstream_crds

__unittest = True

KUBECTL = shutil.which(os.environ.get("KUBECTL", "kubectl"))
FAST_COMPACTION = "--etcd-compaction-interval=5s"
Difference = collections.namedtuple("Difference", "case step request path real ours")


class Recorded(kube_replay.Replay):
    """Keeps the last answer to each step. Made-up names are the same on both servers."""

    def __init__(self, server, case):
        super().__init__(server, case)
        chosen = random.Random(case["id"])
        names = ["".join(chosen.choices(string.ascii_lowercase, k=6)) for _ in range(2)]
        self.variables = {"rand": names[0], **({"ns": "ns-" + names[1]} if case.get("namespace") is not False else {})}
        self.asked, self.last, self.problem = [], None, None

    def ask(self, step):
        self.last = (step, super().ask(step))
        return self.last[1]

    def step(self, number, step):
        try:
            super().step(number, step)
        finally:
            self.asked.append(self.last)


def play(server, case):
    replay = Recorded(server, case)
    try:
        replay.run()
    except (kube_replay.Mismatch, OSError, KeyError) as e:
        replay.problem = f"{type(e).__name__}: {e}"
    return replay


def play_both(case, *servers):
    """At the same time."""
    with concurrent.futures.ThreadPoolExecutor(len(servers)) as both:
        return list(both.map(lambda server: play(server, case), servers))


def needs(case, what):
    return what in case.get("needs", [])


def is_quiet(case):
    """Whether nothing but the client is to write: what controllers write meanwhile is a matter of time."""
    if any(needs(case, what) for what in ("gc", "seedcrds")) or any(step.get("auth") for step in case["steps"]):
        return False
    return cases.wants_no_controllers(case) or any("/apps/" in step["path"] or "/pods" in step["path"] for step in case["steps"])


def is_left_out(case):
    return bool(cases.left_out(case)) and not needs(case, "seedcrds")  # here there are the definitions of others


class Servers:
    """Ours and theirs, each with controllers and without."""

    def __init__(self):
        self.ends = []
        try:
            self.kube = self._closed(kube_server.Kube().start())
            self.kube_alone = self._closed(kube_server.Kube(FAST_COMPACTION, controllers=False).start())
            self.ours, self.ours_alone = self._ended(cases.start()), self._ended(cases.start_alone())
            self.real, self.real_alone = self.kube.ready().server(), self.kube_alone.ready().server()
        except BaseException:
            self.close()
            raise

    def _closed(self, kube):
        self.ends.append(kube.close)
        return kube

    def _ended(self, started):
        self.ends.append(started[1])
        return started[0]

    def install(self, files):
        """CustomResourceDefinitions, on those with controllers."""
        config = self.kube.folder / "ours.kubeconfig"
        kube_server.write_kubeconfig(config, self.ours)
        for kubeconfig in (self.kube.kubeconfig, config):
            for command in (["apply", "--server-side", *(f"--filename={path}" for path in files)],
                            ["wait", "--for=condition=Established", "crd", "--all", f"--timeout={kube_server.PATIENCE_S}s"]):
                done = subprocess.run([KUBECTL, f"--kubeconfig={kubeconfig}", *command], capture_output=True, text=True, check=False,
                                      timeout=2 * kube_server.PATIENCE_S)
                if done.returncode != 0:
                    raise AssertionError(f"{kubeconfig}: {' '.join(command)}: {done.stdout}{done.stderr}")

    def play(self, case):
        """The case on the real one and on ours, at the same time; None for ours where it is left out."""
        real = self.real_alone if is_quiet(case) or needs(case, "fastcompact") else self.real
        if is_left_out(case):
            return play(real, case), None
        ours = self.ours_alone if is_quiet(case) else self.ours
        return play_both(case, real, ours)

    def close(self):
        for end in reversed(self.ends):
            end()


def differences(case, real, ours):
    for number, ((step, theirs), (_, mine)) in enumerate(zip(real.asked, ours.asked)):
        for path, one, other in kube_compare.compared(theirs, mine):
            yield Difference(case["id"], number, f"{step['method']} {step['path']}", path, one, other)


def shown(difference, length=300):
    one, other = (json.dumps(value, default=str, ensure_ascii=False)[:length] for value in (difference.real, difference.ours))
    return f"{difference.step} {difference.request}: {difference.path}\n    real {one}\n    ours {other}"


def gone_from_kubernetes(case):
    """Cases of rules that the real one of today does not have."""
    return tuple(map(int, case.get("maxVersion", "9.9").split("."))) < (1, 36)


def upstream_definitions():
    return [path for paths in upstream_crds.files().values() for path in paths]


class Replayed(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        if missing := kube_server.missing():
            raise unittest.SkipTest(f"not here: {', '.join(missing)}; ./dev e2e builds them")
        cls.compared, cls.installed = 0, False
        cls.servers = Servers()
        cls.addClassCleanup(cls.servers.close)

    def install_definitions(self):
        """Those of others, once."""
        if not KUBECTL:
            self.skipTest("no kubectl to install the definitions of others with")
        if not Replayed.installed:
            try:
                self.servers.install(upstream_definitions())
            except upstream_crds.Unavailable as e:
                self.skipTest(str(e))
            Replayed.installed = True

    def replayed(self, case):
        if gone_from_kubernetes(case):
            self.skipTest(f"up to {case['maxVersion']}")
        if needs(case, "seedcrds"):
            self.install_definitions()
        real, ours = self.servers.play(case)
        self.assertIsNone(real.problem, f"on the real one: {real.problem}")
        if not ours or case["id"] in cases.NOT_YET:
            return
        Replayed.compared += 1
        self.assertIsNone(ours.problem, f"{case['title']}: on ours: {ours.problem}")
        new = [one for one in differences(case, real, ours) if not kube_known.reason(one)]
        if new:
            self.fail(f"{case['title']}: the answers differ\n" + "\n".join(map(shown, new)))


def add_test(case):
    setattr(Replayed, "test_" + case["id"].replace("-", "_"), lambda self: self.replayed(case))


for each in cases.load():
    add_test(each)


class TableOfDifferences(unittest.TestCase):
    def test_each_row_is_true(self):
        # The tables only shrink. It comes last, by its name.
        wanted = [case["id"] for case in cases.load() if is_compared(case)]
        if getattr(Replayed, "compared", 0) < len(wanted):
            self.skipTest("not all cases were compared")
        self.assertEqual(kube_known.unused(wanted), [], "mended: take them out (--accept does)")


def is_compared(case):
    return not is_left_out(case) and case["id"] not in cases.NOT_YET and not gone_from_kubernetes(case)


def print_case(case, real, ours):
    print(f"\n## {case['id']}: {case['title']}")
    for who, one in (("real", real), ("ours", ours)):
        if one and one.problem:
            print(f"FAILS on {who}: {one.problem[:800]}")
    for one in differences(case, real, ours) if ours else []:
        print(f"- {shown(one)}" + (f"\n    known: {why}" if (why := kube_known.reason(one)) else ""), flush=True)


def play_all(chosen):
    """Each case with its two replays."""
    servers = Servers()
    try:
        if any(needs(case, "seedcrds") for case in chosen):
            servers.install(upstream_definitions())
        for case in chosen:
            yield case, *servers.play(case)
    finally:
        servers.close()


def main(play, everything):
    """The tests, or --table and --accept."""
    if sys.argv[1:2] == ["--table"]:
        for case, real, ours in play([case for case in everything if not sys.argv[2:] or any(name in case["id"] for name in sys.argv[2:])]):
            print_case(case, real, ours)
    elif sys.argv[1:2] == ["--accept"]:
        found = [one for case, real, ours in play(everything) for one in differences(case, real, ours)]
        kube_known.accept(found, {case["id"] for case in everything})
    else:
        unittest.main()


if __name__ == "__main__":
    main(play_all, cases.load() if "--table" in sys.argv else [case for case in cases.load() if is_compared(case)])
