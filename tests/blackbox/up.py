"""`graylane up` as tests run it: on free ports, with a directory and a state folder of its own, every line it says kept.

Environment: GRAYLANE names the program, GRAYLANE_LONG=1 asks for the long variants of tests.
"""
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

import cli
import http1

LONG = os.environ.get("GRAYLANE_LONG", "") not in ("", "0")
START_SECONDS = 20
ENDS_WITH_US = ["setpriv", "--pdeathsig", "KILL"]  # a test that is killed leaves nothing behind
EFFECTIVE = re.compile(r"revision (\d+) effective in all workers")


_given = set()  # ports: the kernel may name one again as soon as nothing holds it


def free_port():
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port not in _given:
            _given.add(port)
            return port


def wait_for(condition, what, seconds=20):
    """The first true value of condition(); `what` says in a failure what did not come."""
    end = time.monotonic() + seconds
    while True:
        if value := condition():
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what() if callable(what) else what}")
        time.sleep(0.005)


class Scratch:
    """A folder that is gone after the test."""

    def __init__(self, prefix="graylane-"):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix=prefix))

    def close(self):
        shutil.rmtree(self.path, ignore_errors=True)


class Up:
    """One running program. Threads: one of ours reads its stderr."""

    def __init__(self, folder, *flags, state=None, workers=2, port=None, admin=None, env=None, wrapper=(), stdin=subprocess.DEVNULL):
        self.folder = pathlib.Path(folder) if folder else None  # none: it runs without -f
        self.state = pathlib.Path(state) if state else self.folder.parent / (self.folder.name + "-state")
        self.address = ("127.0.0.1", port or free_port())
        self.admin = ("127.0.0.1", admin or free_port())
        ours = {"--listen": "%s:%d" % self.address, "--admin": "%s:%d" % self.admin, "--api": "off", "--state": self.state, "--workers": workers}
        given = {flag.partition("=")[0] for flag in flags}
        self.command = [*ENDS_WITH_US, *wrapper, cli.path(), "up", *(["-f", str(folder)] if folder else []), *(f"{k}={v}" for k, v in ours.items() if k not in given), *flags]
        self.lines = []
        self._arrived = threading.Condition()
        self.process = subprocess.Popen(self.command, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        env={**os.environ, "NO_COLOR": "1", **(env or {})}, start_new_session=True)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout:
            with self._arrived:
                self.lines.append(line.decode("utf-8", "replace").rstrip("\n"))
                self._arrived.notify_all()
        with self._arrived:
            self._arrived.notify_all()

    @property
    def pid(self):
        return self.process.pid

    def said(self):
        """All it has said, for messages of failures."""
        return "\n".join([" ".join(self.command), *self.lines[-60:]])

    def ready(self):
        """Waits until /readyz says 200."""
        def is_ready():
            if self.process.poll() is not None:
                raise AssertionError(f"exit {self.process.returncode} instead of serving\n{self.said()}")
            return self.admin_status("/readyz") == 200
        wait_for(is_ready, lambda: f"/readyz 200\n{self.said()}", START_SECONDS)
        return self.serving()  # its line may still be on its way, and must not be taken for that of an edit

    def serving(self):
        """Waits for the first table, which may have left out what has errors: then it is not ready."""
        self.wait_line(EFFECTIVE, seconds=START_SECONDS)
        return self

    def admin_status(self, path):
        """The status of an admin page; None when nothing answers."""
        with contextlib.suppress(OSError, http1.Closed):
            return http1.ask(self.admin, "GET", path, "127.0.0.1", [("Connection", "close")], timeout=5).status
        return None

    def admin_get(self, path):
        return http1.ask(self.admin, "GET", path, "127.0.0.1", [("Connection", "close")], timeout=10)

    def ask(self, *arguments, **how):
        return http1.ask(self.address, *arguments, **how)

    def connect(self, **how):
        return http1.Connection(self.address, **how)

    def mark(self):
        """A place in what it says; see wait_line."""
        return len(self.lines)

    def wait_line(self, pattern, after=0, seconds=20):
        """The first line from `after` on that has the pattern, as a match."""
        end = time.monotonic() + seconds
        with self._arrived:
            while True:
                for line in self.lines[after:]:
                    if match := re.search(pattern, line):
                        return match
                after = len(self.lines)
                left = end - time.monotonic()
                if left <= 0 or (self.process.poll() is not None and not self._reader.is_alive()):
                    raise AssertionError(f"it never said {pattern!r}\n{self.said()}")
                self._arrived.wait(min(left, 0.2))

    def wait_effective(self, after, seconds=20):
        """Waits for the report of an edit that came after mark()."""
        return int(self.wait_line(EFFECTIVE, after, seconds)[1])

    def wait_status(self, status, *arguments, seconds=20, **how):
        """Asks until the answer has that status."""
        last = [None]
        def asked():
            last[0] = self.ask(*arguments, **how)
            return last[0] if last[0].status == status else None
        return wait_for(asked, lambda: f"status {status} for {arguments}, last {last[0]}\n{self.said()}", seconds)

    def metrics(self):
        """/metrics as {"name{labels}": value}."""
        out = {}
        for line in self.admin_get("/metrics").text.splitlines():
            if line and not line.startswith("#"):
                name, _, value = line.rpartition(" ")
                out[name] = float(value)
        return out

    def memory_kib(self, field="VmRSS"):
        return memory_kib(self.pid, field)

    def children(self):
        """Process ids of all its descendants."""
        return descendants(self.pid)

    def send_signal(self, number):
        os.kill(self.pid, number)

    def wait_exit(self, seconds=20):
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired as e:
            raise AssertionError(f"still running after {seconds} s\n{self.said()}") from e

    def close(self):
        """Ends it, whatever state it is in."""
        if self.process.poll() is None:
            self.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._reader.join(5)
        self.process.stdout.close()


def memory_kib(pid, field="VmRSS"):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1])
    raise AssertionError(f"/proc/{pid}/status has no {field}")


def descendants(pid):
    out = []
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in map(int, task.read_text().split()):
                out += [child, *descendants(child)]
    return out


def is_running(pid):
    """Whether a process still does anything; one that only waits to be reaped does not."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


# ---- objects, as dicts; JSON is YAML

def service(name, ports=((80, 8080),), selector=None, ns="default"):
    spec = {"ports": [{"name": f"p{port}", "port": port, "protocol": "TCP", "targetPort": target} for port, target in ports]}
    if selector:
        spec["selector"] = selector
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": ns}, "spec": spec}


def endpoint_slice(name, addresses, ns="default"):
    """addresses: (IP, port) pairs with one port for all, for the Service port 80."""
    ports = {port for _, port in addresses} or {8080}
    assert len(ports) == 1, ports
    return {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
            "metadata": {"name": f"{name}-a1b2c", "namespace": ns, "labels": {"kubernetes.io/service-name": name}},
            "endpoints": [{"addresses": [a], "conditions": {"ready": True}} for a, _ in addresses],
            "ports": [{"name": "p80", "port": ports.pop(), "protocol": "TCP"}]}


def backend(name, addresses):
    """A Service without a selector, and where it leads."""
    return [service(name), endpoint_slice(name, addresses)]


def ingress(name, host, to, annotations=None, path="/", ns="default"):
    metadata = {"name": name, "namespace": ns}
    if annotations:
        metadata["annotations"] = {f"nginx.ingress.kubernetes.io/{k}": str(v) for k, v in annotations.items()}
    rule = {"http": {"paths": [{"path": path, "pathType": "Prefix", "backend": {"service": {"name": to, "port": {"number": 80}}}}]}}
    if host:
        rule["host"] = host
    return {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": metadata, "spec": {"rules": [rule]}}


def deployment(name, command, replicas=1, port=8080, env=None, readiness="/ready", grace=5, strategy=None, version="1"):
    """Pods that are processes: `command` is what each of them runs. Without a port nobody waits for one to be listened on."""
    container = {"name": name, "image": f"example.com/{name}:{version}", "command": command, "ports": [{"containerPort": port}] if port else [],
                 "env": [{"name": "VERSION", "value": version}, *({"name": k, "value": v} for k, v in (env or {}).items())]}
    if readiness:
        container["readinessProbe"] = {"httpGet": {"path": readiness, "port": port}, "periodSeconds": 1}
    spec = {"replicas": replicas, "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}},
                         "spec": {"terminationGracePeriodSeconds": grace, "containers": [container]}}}
    if strategy:
        spec["strategy"] = {"type": "RollingUpdate", "rollingUpdate": strategy}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": "default"}, "spec": spec}


def text_of(objects):
    return "---\n".join(json.dumps(o, indent=2) + "\n" for o in objects)


def write(path, objects):
    """Writes manifests so that a reader sees the old file or the new one."""
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.parent / f".{path.name}.new"
    scratch.write_text(objects if isinstance(objects, str) else text_of(objects), encoding="utf-8")
    scratch.rename(path)
