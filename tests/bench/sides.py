"""The programs that are compared, each set up for the same work: 90 of 100 requests to stable, 10 to canary, the field X-Canary
decides before that (always, never), and the backend is told the same fields about the client."""
import os
import re
import shutil
import signal
import socket
import subprocess
import time

import configs
import peer

VERSION = re.compile(r"\d+\.\d+(\.\d+)?")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def children(pid):
    found = []
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as file:
            found += [int(word) for word in file.read().split()]
    return found


class Side:
    """One proxy on one port; `folder` is its own."""

    name = ""  # as scenarios say
    label = ""

    def __init__(self, rig, scenario, core):
        self.rig, self.scenario, self.core = rig, scenario, core
        self.folder = os.path.join(rig.folder, self.name)
        self.port = free_port()
        self.process = None

    def argv(self):
        """Writes what the program reads, and says how to start it."""
        raise NotImplementedError

    @classmethod
    def program(cls, rig):
        """The path of the program; None: not here."""
        return shutil.which(cls.name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")

    @classmethod
    def version(cls, rig):
        said = subprocess.run([cls.program(rig), *cls.version_arguments], capture_output=True, text=True, check=False)
        found = VERSION.search(said.stdout + said.stderr)
        return found[0] if found else "?"

    version_arguments = ("--version",)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", encoding="ascii") as file:
            file.write(text)
        return self.path(name)

    def start(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        argv = self.argv()
        with open(self.path("output"), "wb") as output:
            self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=self.folder,
                                            preexec_fn=peer.pinned(self.core))
        self.wait_until_it_answers()

    def wait_until_it_answers(self):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and self.process.poll() is None:
            if self.answers():
                return
            time.sleep(0.05)
        with open(self.path("output"), encoding="utf-8", errors="replace") as output:
            raise RuntimeError(f"{self.label} does not answer:\n{output.read()[-2000:]}")

    def answers(self):
        host = self.scenario.host_names()[-1]
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                connection.sendall(f"GET /s HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
                return b" 200 " in connection.recv(64)
        except OSError:
            return False

    def pids(self):
        return [self.process.pid] + children(self.process.pid)

    def stop(self):
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None


class Floor(Side):
    name, label = "floor", "raw TCP forwarder"

    @classmethod
    def program(cls, rig):
        return rig.peer_program

    @classmethod
    def version(cls, rig):
        return "ours"

    def start(self):
        self.forwarder = peer.Program([self.rig.peer_program, "forward", str(self.rig.stable_port)], core=self.core)
        self.process, self.port = self.forwarder.process, self.forwarder.hello["port"]

    def stop(self):
        if self.process is not None:
            self.forwarder.stop()
        self.process = None


class Graylane(Side):
    name, label = "graylane", "Graylane"
    version_arguments = ("version",)

    @classmethod
    def program(cls, rig):
        return rig.graylane_program

    def argv(self):
        self.write("manifests/app.yaml", configs.manifests(self.scenario, self.rig.stable_port, self.rig.canary_port))
        log = self.path("access.log") if self.scenario.access_log else "off"
        return [self.rig.graylane_program, "up", "-f", self.path("manifests"), "--listen", f"127.0.0.1:{self.port}", "--admin", "off", "--api", "off",
                "--workers", "1", "--state", self.path("state"), "--access-log", log]


class Nginx(Side):
    name, label = "nginx", "nginx"
    version_arguments = ("-v",)

    def argv(self):
        os.makedirs(self.path("temp"))
        config = configs.nginx(self.scenario, self.folder, self.port, self.rig.stable_port, self.rig.canary_port)
        return [self.program(self.rig), "-p", self.folder, "-e", self.path("error.log"), "-c", self.write("nginx.conf", config)]


class HAProxy(Side):
    name, label = "haproxy", "HAProxy"
    version_arguments = ("-v",)

    def argv(self):
        self.write("hosts.map", "".join(f"{host} split\n" for host in self.scenario.host_names()))
        config = configs.haproxy(self.folder, self.port, self.rig.stable_port, self.rig.canary_port)
        return [self.program(self.rig), "-db", "-f", self.write("haproxy.cfg", config)]


class Envoy(Side):
    """There is no Debian package: ENVOY says where it is."""

    name, label = "envoy", "Envoy"

    @classmethod
    def program(cls, rig):
        return os.environ.get("ENVOY") or super().program(rig)

    def argv(self):
        config = configs.envoy(self.scenario, self.port, self.rig.stable_port, self.rig.canary_port)
        return [self.program(self.rig), "--concurrency", "1", "-l", "error", "--disable-hot-restart", "-c", self.write("envoy.json", config)]


SIDES = {side.name: side for side in (Floor, Graylane, Nginx, HAProxy, Envoy)}
