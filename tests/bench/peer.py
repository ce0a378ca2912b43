"""Programs that are told what to do by lines on standard input and answer each with one line of JSON."""
import json
import os
import subprocess


def pinned(core):
    """What a child does before it becomes the program: with a core, it and all its threads stay on it."""
    return (lambda: os.sched_setaffinity(0, {core})) if core is not None else None


class Program:
    """One such program; `hello` is what it says first."""

    def __init__(self, argv, core=None):
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, preexec_fn=pinned(core))
        self.hello = self.answer()

    def tell(self, command, **values):
        words = [command] + [f"{key}={value}" for key, value in values.items()]
        self.process.stdin.write(" ".join(words) + "\n")
        self.process.stdin.flush()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.process.args[0]} ended with {self.process.wait()}")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(f"{self.process.args[0]}: {answer['error']}")
        return answer

    def ask(self, command, **values):
        self.tell(command, **values)
        return self.answer()

    @property
    def pid(self):
        return self.process.pid

    def stop(self):
        self.process.stdin.close()
        self.process.wait(timeout=10)


def write_requests(path, requests):
    """As bench_peer reads them: each ends with a zero byte."""
    with open(path, "wb") as file:
        for request in requests:
            file.write(request.encode("ascii") + b"\0")
    return path
