#!/usr/bin/env python3
"""The kubectl of today on ours: the tests of tests/blackbox that Debian's kubectl passes in ./dev test, the canary guide's whole path among
them.

Environment: GRAYLANE, APISERVER as there; KUBECTL = a kubectl of 1.36 or later; ./dev e2e builds one.
"""
import json
import pathlib
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "blackbox"))
import api_eviction_test as eviction  # noqa: E402
import api_test  # noqa: E402
import kubectl_seed_test as seed  # noqa: E402
import kubectl_test  # noqa: E402


def setUpModule():
    kubectl_test.setUpModule()
    seed.setUpModule()
    said = subprocess.run([kubectl_test.KUBECTL, "version", "--client", "-o", "json"], capture_output=True, check=True).stdout
    version = json.loads(said)["clientVersion"]
    if (int(version["major"]), int(version["minor"].rstrip("+"))) < (1, 36):
        raise unittest.SkipTest(f"{kubectl_test.KUBECTL} is of {version['gitVersion']}: ./dev e2e builds one of today")


class Today:
    """What kubectl itself says otherwise than in 1.20: events only when asked for where several are described, a namespace more."""

    def ok(self, *arguments, **how):
        if arguments[:2] == ("describe", "pod"):
            arguments += ("--show-events",)
        return super().ok(*arguments, **how).replace(" deleted from default namespace", " deleted")


class Path(Today, seed.Path):
    pass


class Rollouts(Today, seed.Rollouts):
    pass


class Objects(Today, seed.Objects):
    pass


class Commands(kubectl_test.KubectlTest):
    pass


class Driving(api_test.Driving):
    pass


class Access(api_test.Access):
    pass


class Drain(eviction.Drain):
    pass


if __name__ == "__main__":
    unittest.main()
