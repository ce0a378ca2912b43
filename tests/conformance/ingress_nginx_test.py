#!/usr/bin/env python3
"""Two corpora of real ingress-nginx answers, asked of `explain --compat=exact`.

Each case becomes a directory of manifests and a file of requests; the program runs once for it; each case is one
test. nginx-canary-cases.json is checked whole, ingress-nginx-cases.json where a decision is enough to check it.

    tests/conformance/ingress_nginx_test.py                      all cases
    tests/conformance/ingress_nginx_test.py -k weight_value_5    cases by name
    tests/conformance/ingress_nginx_test.py --keep DIR           leave the directories in DIR

Environment: GRAYLANE = the program (default build/release/graylane), GRAYLANE_KEEP = the same as --keep.
"""
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import sys
import unittest

import checks
import manifests
import program

__unittest = True  # keeps this file's frames out of a failure's traceback: the message says it all

HERE = pathlib.Path(__file__).resolve().parent

CORE_AREAS = {"path", "host", "catchall", "service", "regex", "unmatched", "class", "rewrite", "redirect", "www",
              "alias", "vhost", "defaultbackend", "ssl"}
FURTHER_AREAS = {"access", "invalid", "lb", "hash", "risk", "snippet", "novalidation"}

# Requests whose answer needs a part of ingress-nginx that the compiler does not translate yet: (case, request) -> what.
KNOWN_LATER = {
    ("redirect/permanent-before-preflight", 0): "CORS preflight",
    ("novalidation/auth-realm", 0): "basic auth: 503 until passwords can be checked",
    ("snippet/allowed-critical", 0): "snippets",
    ("snippet/allowed-critical", 1): "snippets",
}

HEALTHY = {
    "name": "healthy", "ns": "bystander", "created": 5000,
    "rules": [{"host": "healthy.example", "paths": [{"path": "/", "pathType": "Prefix", "service": "fine"}]}],
}


def load(name):
    return json.loads((HERE / name).read_text(encoding="utf-8"))["cases"]


class Asked:
    """One case: its directory, the requests that were asked and the answers in the same order."""

    def __init__(self, case, corpus, requests):
        self.case = case
        self.requests = requests
        home = WORKSPACE.fresh(corpus, case["name"])
        self.folder = home / "manifests"
        self.file = home / "requests.jsonl"
        self.flags = manifests.flags_of(case, corpus == "canary")
        manifests.write_directory(self.folder, manifests.objects_of(case, corpus == "canary"))
        manifests.write_requests(self.file, [manifests.request_line(r) for r in requests])
        self.answers = program.explain(self.folder, self.file, self.flags, len(requests)) if requests else []


class Jobs:
    """Cases run ahead in a few threads; a test waits for its own case only."""

    def __init__(self):
        self._pool = concurrent.futures.ThreadPoolExecutor(max_workers=max(2, os.cpu_count() or 2))
        self._jobs = {}

    def add(self, key, *arguments):
        self._jobs[key] = self._pool.submit(Asked, *arguments)

    def result(self, key):
        return self._jobs[key].result()

    def close(self):
        self._pool.shutdown(cancel_futures=True)


WORKSPACE = None
JOBS = None
SKIPPED = collections.Counter()


def setUpModule():
    global WORKSPACE, JOBS
    program.path()
    WORKSPACE = program.Workspace()
    JOBS = Jobs()


def tearDownModule():
    JOBS.close()
    WORKSPACE.close()
    for reason, count in SKIPPED.most_common():
        print(f"not asked: {count:3} x {reason}", file=sys.stderr)


class CaseTest(unittest.TestCase):
    """Shared by the classes below, whose test methods are generated from the corpora."""

    cases = {}
    corpus = ""

    @classmethod
    def setUpClass(cls):
        for name, (case, requests) in cls.cases.items():
            JOBS.add((cls.corpus, name), case, cls.corpus, requests)

    def asked(self, name):
        try:
            return JOBS.result((self.corpus, name))
        except program.ProgramError as e:
            case, requests = self.cases[name]
            self.refuse(case, requests, str(e))

    def refuse(self, case, requests, why, got=""):
        """Fails with all that is needed to see the case again."""
        WORKSPACE.keep()
        home = WORKSPACE.folder / self.corpus / case["name"].replace("/", "_")
        command = program.explain_command(home / "manifests", home / "requests.jsonl",
                                          manifests.flags_of(case, self.corpus == "canary"))
        lines = [case["name"], why, *([f"got:      {got}"] if got else [])]
        lines += [f"request:  {json.dumps(manifests.request_line(r), ensure_ascii=False)}" for r in requests]
        lines += [f"ingress:  {json.dumps(i, ensure_ascii=False)}" for i in case["ingresses"]]
        lines += [f"{k + ':':9} {json.dumps(case[k])}" for k in ("services", "config", "note") if k in case]
        self.fail("\n".join([*lines, f"again:    {program.repeat_hint(command)}"]))


class CanaryCorpus(CaseTest):
    """Which Service answers, for canary Ingresses; every case but those whose answer is a refused connection."""
    corpus = "canary"

    def check(self, name):
        asked = self.asked(name)
        why = checks.check_canary(asked.case, asked.answers[0])
        if why:
            self.refuse(asked.case, asked.requests, why, program.summary(asked.answers[0]))


class RequestsTest(CaseTest):
    """Cases with several requests, some of which a decision alone cannot answer."""

    def check(self, name):
        case, requests = self.cases[name]
        for reason in skipped_reasons(case):
            SKIPPED[reason] += 1
        if not requests:
            self.skipTest(", ".join(sorted(set(skipped_reasons(case)))))
        asked = self.asked(name)
        for request, answer in zip(requests, asked.answers):
            why = checks.check_request(request["expect"], answer)
            if why:
                self.refuse(case, [request], why, program.summary(answer))


class IngressNginxCore(RequestsTest):
    """Paths, hosts, rewrites and redirects that common users rely on (tier 1)."""
    corpus = "core"


class IngressNginxFurther(RequestsTest):
    """Tier 2 of the same areas, and the areas beside them, as far as a decision can be checked."""
    corpus = "further"


class FrozenConfiguration(CaseTest):
    """Objects that stop every later change of ingress-nginx: here they are isolated and reported."""
    corpus = "frozen"

    def check(self, name):
        asked = self.asked(name)
        if [d["service"] for d in asked.answers[0]["to"]] != ["bystander/fine"]:
            self.refuse(asked.case, asked.requests, "a healthy Ingress beside the broken one is not served",
                        program.summary(asked.answers[0]))
        self.check_reported(asked)

    def check_reported(self, asked):
        code, out, err = program.run([program.path(), "lint", "-f", str(asked.folder)])
        names = {f"{i.get('ns', 'default')}/{i['name']}" for i in asked.case["ingresses"][:-1]}
        names |= {"ingress-nginx/ingress-nginx-controller"} if "config" in asked.case else set()
        named = any(re.search(rf"(?<![\w/-]){re.escape(n)}(?![\w-])", out + err) for n in names)
        if code != 1 or not named:
            self.refuse(asked.case, asked.requests, f"lint -f {asked.folder} must exit 1 and name "
                        f"{' or '.join(sorted(names))}; it exits {code}", out + err)


def skipped_reasons(case):
    reasons = []
    for n, request in enumerate(case.get("requests", [])):
        later = KNOWN_LATER.get((case["name"], n))
        reason = f"later: {later}" if later else checks.skip_reason(request)
        reasons += [reason] if reason else []
    return reasons


def askable(case):
    return [r for n, r in enumerate(case["requests"])
            if (case["name"], n) not in KNOWN_LATER and not checks.skip_reason(r)]


def beside_a_healthy_one(case):
    # The healthy one is the younger: what it loses by age, it would lose in ingress-nginx too.
    return {**case, "ingresses": [*case["ingresses"], HEALTHY]}


def fill(cls, cases):
    """One test method for each case, named after it."""
    cls.cases = {case["name"]: (case, requests) for case, requests in cases}
    for name in cls.cases:
        method = "test_" + re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")
        while hasattr(cls, method):  # names that differ in a sign only, such as +50 and 50
            method += "_"
        setattr(cls, method, lambda self, name=name: self.check(name))
        getattr(cls, method).__doc__ = f"{cls.corpus}: {name}"


def fill_all():
    fill(CanaryCorpus, [(c, [c["request"]]) for c in load("nginx-canary-cases.json") if c["expect"] != {"status": 502}])
    further, core, frozen = [], [], []
    for case in load("ingress-nginx-cases.json"):
        area = case["name"].partition("/")[0]
        if "expectConfigFrozen" in case:
            frozen.append((beside_a_healthy_one(case), [{"host": "healthy.example", "path": "/"}]))
        elif area in CORE_AREAS and case["tier"] == 1:
            core.append((case, askable(case)))
        elif area in CORE_AREAS | FURTHER_AREAS:
            further.append((case, askable(case)))
    fill(IngressNginxCore, core)
    fill(IngressNginxFurther, further)
    fill(FrozenConfiguration, frozen)


fill_all()
del CaseTest, RequestsTest  # no cases of their own; unittest would take them for test classes


def take_keep_option(arguments):
    if "--keep" in arguments:
        at = arguments.index("--keep")
        os.environ["GRAYLANE_KEEP"] = arguments[at + 1]
        del arguments[at:at + 2]
    return arguments


if __name__ == "__main__":
    unittest.main(argv=take_keep_option(sys.argv))
