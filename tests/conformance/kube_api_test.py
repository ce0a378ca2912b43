#!/usr/bin/env python3
"""Recorded cases of real kube-apiservers, asked of the embedded API: each case is one test.

Cases that are expected not to pass yet stand in NOT_YET, each with its reason; one that passes all the same fails the test, so
that the table only shrinks.

    tests/conformance/kube_api_test.py                   all cases
    tests/conformance/kube_api_test.py -k apply_share    cases by name
    tests/conformance/kube_api_test.py --rate            how many pass, and what the others say; fails never

Environment: GRAYLANE = the program (default build/release/graylane), whose API is asked as others ask it, by HTTPS and tokens;
APISERVER = the test program of shell/apiserver (default build/asan/shell/apiserver/apiserver_test_program), for the cases that
want no controllers.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(1, str(pathlib.Path(__file__).resolve().parents[1] / "blackbox"))

import cli  # noqa: E402
import kube_replay  # noqa: E402
import up  # noqa: E402

__unittest = True  # keeps this file's frames out of a failure's traceback: the message says it all

ROOT = pathlib.Path(__file__).resolve().parents[2]
# The cases that the reference came with, and our own, which were recorded in the same way.
CASES = [pathlib.Path(__file__).resolve().parent / "kube_api" / name for name in
         ("kube-api-cases.json", "own-cases.json", "own-read-cases.json", "own-rule-cases.json")]
PROGRAM = os.environ.get("APISERVER", str(ROOT / "build/asan/shell/apiserver/apiserver_test_program"))
PATIENCE_S = 60

# What a case needs and is not there -> why. A case is left out when it needs one of them.
MISSING_PARTS = {
    "seedcrds": "the upstream CustomResourceDefinitions are not part of this tree",
    "fastcompact": "history is kept by its size, not for some seconds",
}

# What the embedded server does otherwise than what was recorded, on purpose.
OTHERWISE = {
    "ing-v1beta1-removed": "v1beta1 is served and converted",
    "create-svc-name": "the rule up to 1.35; names follow 1.36",
}

# Case -> why it does not pass.
NOT_YET = {
    "crd-cel": "CEL rules are kept and not run",
}


def start():
    """A whole program without manifests, and how to end it. Bob has rights elsewhere only."""
    scratch = up.Scratch("graylane-kube-")
    folder, state = scratch.path / "manifests", scratch.path / "state"
    folder.mkdir()
    running = up.Up(folder, f"--api=127.0.0.1:{up.free_port()}", "--access-log=off", state=state)
    try:
        running.ready()
        tokens = {"admin": token(state, "--role=admin"), "user": token(state, "--role=viewer", "--user=bob", "--namespace=nowhere"), "bad": "wrong"}
    except BaseException:
        running.close()
        raise
    url = re.search(r"server: (\S+)", (state / "kubeconfig").read_text())[1]

    def end():
        running.close()
        scratch.close()
    return kube_replay.Server(url, tokens, str(state / "pki/ca.crt")), end


def token(state, *flags):
    done = cli.run("token", "--state", state, *flags)
    if done.code != 0:
        raise AssertionError(f"no token: {done}")
    return done.out.strip()


def start_alone():
    """The API and a store, with nothing in it but namespaces, and how to end it."""
    process = subprocess.Popen([PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    address = process.stdout.readline().strip()

    def end():
        process.stdin.close()
        process.stdout.close()
        process.wait(PATIENCE_S)
    return kube_replay.Server(address), end


def left_out(case):
    """Why it is not asked; None: it is."""
    if case["id"] in OTHERWISE:
        return OTHERWISE[case["id"]]
    return next((MISSING_PARTS[need] for need in case.get("needs", []) if need in MISSING_PARTS), None)


# Recorded where no scheduler and no node took a Pod on.
WITHOUT_NODE = {"pod-generation", "pod-delete-grace"}


def wants_no_controllers(case):
    return "nocontroller" in case.get("needs", []) or case["id"] in WITHOUT_NODE


def problem_of(server, case):
    try:
        kube_replay.Replay(server, case).run()
    except (kube_replay.Mismatch, OSError, KeyError) as e:
        return f"{type(e).__name__}: {e}"
    return None


def load():
    return [case for file in CASES if file.exists() for case in json.loads(file.read_text(encoding="utf-8"))["cases"]]


class KubeApi(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        if not os.access(PROGRAM, os.X_OK):
            raise RuntimeError(f"{PROGRAM} is not built")
        cls.server, end = start()
        cls.addClassCleanup(end)
        cls.alone, end = start_alone()
        cls.addClassCleanup(end)


def add_test(case):
    def test(self):
        if why := left_out(case):
            self.skipTest(why)
        problem = problem_of(self.alone if wants_no_controllers(case) else self.server, case)
        if case["id"] in NOT_YET:
            self.assertIsNotNone(problem, f"passes now: take it out of NOT_YET ({NOT_YET[case['id']]})")
        elif problem:
            self.fail(f"{case['title']}\n{problem}")
    setattr(KubeApi, "test_" + case["id"].replace("-", "_"), test)


for one in load():
    add_test(one)


def rate():
    server, end = start()
    cases = load()
    asked = [case for case in cases if not left_out(case)]
    alone, end_alone = start_alone()
    problems = {case["id"]: problem for case in asked if (problem := problem_of(alone if wants_no_controllers(case) else server, case))}
    end()
    end_alone()
    for name, problem in problems.items():
        print(f"{name}: {problem[:400]}\n")
    print(f"{len(asked) - len(problems)} of {len(asked)} pass; {len(cases) - len(asked)} of {len(cases)} are not asked")
    print(" ".join(problems))


if __name__ == "__main__":
    if sys.argv[1:] == ["--rate"]:
        rate()
    else:
        unittest.main()
