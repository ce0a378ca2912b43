"""The servers that the API bench compares: Graylane, and a real kube-apiserver on etcd where their programs are here."""
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "graylane"
sys.path[1:1] = [str(HERE.parent / "blackbox"), str(HERE.parent / "conformance"), str(HERE.parent / "e2e")]
import cli  # noqa: E402
import kube_server  # noqa: E402
import up  # noqa: E402


class Graylane:
    """`graylane up` with an empty directory. The state may be one that was there."""

    label = "Graylane"

    def __init__(self, scratch, *flags):
        self.folder, self.flags, self.running = scratch.path / "manifests", flags, None
        self.folder.mkdir(exist_ok=True)
        self.port = up.free_port()

    def start(self):
        self.running = up.Up(self.folder, f"--api=127.0.0.1:{self.port}", "--access-log=off", *self.flags)
        self.running.serving()
        self.token = self.command("token", "--role", "admin").strip()
        return self

    def command(self, *words):
        return subprocess.run([cli.path(), *words, f"--state={self.running.state}"], check=True, capture_output=True, text=True).stdout

    def pids(self):
        return [self.running.pid]

    def close(self):
        if self.running:
            self.running.close()


class Kubernetes:
    """kube-apiserver with etcd, without controllers."""

    label = "kube-apiserver and etcd"

    def __init__(self):
        self.kube = kube_server.Kube(controllers=False)
        self.port, self.token = self.kube.port, kube_server.TOKENS["admin"]

    def start(self):
        self.kube.start().ready()
        return self

    def pids(self):
        return [program.process.pid for program in self.kube.running]

    def close(self):
        self.kube.close()


def find_programs():
    """What ./dev e2e has built counts as here. Returns what is missing."""
    for variable, pattern in (("KUBE_APISERVER", "kubernetes-*/kube-apiserver"), ("ETCD", "etcd-*/etcd"),
                              ("KUBE_CONTROLLER_MANAGER", "kubernetes-*/kube-controller-manager")):
        built = sorted(CACHE.glob(pattern))
        if variable not in os.environ and built:
            os.environ[variable] = str(built[-1])
    return kube_server.missing()


def resident_kib(pids):
    return sum(up.memory_kib(pid) for pid in pids)
