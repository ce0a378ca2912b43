"""Runs the program over a directory of manifests; used by all conformance tests.

Environment: GRAYLANE names the program (default build/release/graylane), GRAYLANE_KEEP a folder where the
generated directories stay after the run.
"""
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile

import manifests

ROOT = pathlib.Path(__file__).resolve().parents[2]
TIME_LIMIT_SECONDS = 30


class ProgramError(Exception):
    """The program did not do what its contract says: exit code, output format, number of answers."""


def path():
    program = pathlib.Path(os.environ.get("GRAYLANE", ROOT / "build/release/graylane")).absolute()
    if not os.access(program, os.X_OK):
        sys.exit(f"no program at {program}: run ./dev build, or set GRAYLANE to its path")
    return str(program)


def run(arguments):
    """Exit code, stdout, stderr."""
    done = subprocess.run(arguments, capture_output=True, timeout=TIME_LIMIT_SECONDS, check=False,
                          env={**os.environ, "NO_COLOR": "1"})
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")


def explain_command(folder, requests_file, flags):
    return [path(), "explain", "-f", str(folder), "--requests", str(requests_file), "-o", "json", *flags]


def explain(folder, requests_file, flags, count):
    """The decoded answers to `count` requests, in order, each checked for the contract's shape."""
    command = explain_command(folder, requests_file, flags)
    code, out, err = run(command)
    if code != 0:
        raise ProgramError(f"explain exits {code}\n{err}")
    try:
        answers = [json.loads(line) for line in out.splitlines() if line.strip()]
    except ValueError as e:
        raise ProgramError(f"explain prints no JSON line: {e}\n{out[:2000]}\n{err}") from e
    if len(answers) != count:
        raise ProgramError(f"{count} requests, {len(answers)} answers\n{err}")
    for answer in answers:
        _check_shape(answer)
    return answers


def ask(folder, requests, flags=()):
    """explain() over an existing directory for requests written as dicts with host and path."""
    with tempfile.TemporaryDirectory(prefix="graylane-ask-") as scratch:
        file = pathlib.Path(scratch) / "requests.jsonl"
        manifests.write_requests(file, requests)
        return explain(folder, file, list(flags), len(requests))


def _check_shape(answer):
    missing = {"request", "decision", "to", "status", "location", "trace"} - set(answer)
    if missing:
        raise ProgramError(f"the answer has no {', '.join(sorted(missing))}: {json.dumps(answer)[:1000]}")
    if answer["decision"] not in ("stable", "canary", "default", "none"):
        raise ProgramError(f"unknown decision {answer['decision']!r}")
    if bool(answer["to"]) == (answer["status"] is not None):
        raise ProgramError("either a destination or a status of the gateway's own, never both or neither: "
                           + summary(answer))
    shares = [d["share"] for d in answer["to"]]
    if shares and (abs(sum(shares) - 1) > 1e-12 or min(shares) <= 0):
        raise ProgramError(f"shares must be positive and sum to 1: {shares!r}")
    for step in answer["trace"]:
        if not {"rule", "matched", "why"} <= set(step):
            raise ProgramError(f"a trace step has rule, matched and why: {json.dumps(step)}")


def summary(answer):
    """An answer without request and trace, for messages."""
    return json.dumps({k: v for k, v in answer.items() if k not in ("request", "trace")}, ensure_ascii=False)


class Workspace:
    """A folder for generated directories. It stays when GRAYLANE_KEEP is set or keep() was called."""

    def __init__(self):
        kept = os.environ.get("GRAYLANE_KEEP")
        self._keep = bool(kept)
        if kept:
            self.folder = pathlib.Path(kept).absolute()
            self.folder.mkdir(parents=True, exist_ok=True)
        else:
            self.folder = pathlib.Path(tempfile.mkdtemp(prefix="graylane-conformance-"))

    def keep(self):
        self._keep = True

    def fresh(self, *parts):
        """A folder below this one that does not exist yet."""
        folder = self.folder.joinpath(*(p.replace("/", "_") for p in parts))
        shutil.rmtree(folder, ignore_errors=True)
        return folder

    def close(self):
        if self._keep:
            print(f"\nmanifests are kept in {self.folder}", file=sys.stderr)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)


def repeat_hint(command):
    return shlex.join(command)
