"""Runs the program as a user does; used by all black-box tests of the command line.

Environment: GRAYLANE names the program (default build/release/graylane).
"""
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLE = "examples/nginx-canary"
TIME_LIMIT_SECONDS = 30


def path():
    program = pathlib.Path(os.environ.get("GRAYLANE", ROOT / "build/release/graylane")).absolute()
    if not os.access(program, os.X_OK):
        sys.exit(f"no program at {program}: run ./dev build, or set GRAYLANE to its path")
    return str(program)


class Done:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def __repr__(self):
        return f"exit {self.code}\n--- stdout\n{self.out}--- stderr\n{self.err}"


def run(*arguments, stdin="", folder=ROOT, env=None):
    """The program in the repository's root, so that file names in its output are the same everywhere."""
    done = subprocess.run([path(), *map(str, arguments)], input=stdin.encode("utf-8", "surrogateescape"), capture_output=True, cwd=folder,
                          timeout=TIME_LIMIT_SECONDS, check=False, env={**os.environ, **(env or {})})
    return Done(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))
