"""A real kube-apiserver on etcd as tests run it: on free loopback ports, in a folder of its own, gone with the test.

It is what the recorded cases were recorded on: the ServiceAccount admission off, RBAC on, a token of an administrator and one of bob,
who may do nothing. With controllers: kube-controller-manager with all of its own but the one that makes a ConfigMap in every namespace.

Environment: KUBE_APISERVER, KUBE_CONTROLLER_MANAGER, ETCD name the programs; ./dev e2e sets them.
"""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[1:1] = [str(HERE.parent / "blackbox"), str(HERE.parent / "conformance")]
import kube_replay  # noqa: E402
import up  # noqa: E402

PATIENCE_S = 120  # for each program to serve: the machine may be busy
TOKENS = {"admin": "token-of-admin", "user": "token-of-bob", "bad": "wrong"}
TOKEN_FILE = "token-of-admin,admin,admin,system:masters\ntoken-of-bob,bob,bob\n"


def program(variable, name):
    """The program's path; None: it is not here."""
    return shutil.which(os.environ.get(variable) or name)


def missing():
    """The names of the programs that are not here."""
    wanted = {"KUBE_APISERVER": "kube-apiserver", "KUBE_CONTROLLER_MANAGER": "kube-controller-manager", "ETCD": "etcd"}
    return [name for variable, name in wanted.items() if not program(variable, name)]


def write_kubeconfig(path, server):
    """For an administrator of a kube_replay.Server."""
    cluster = {"server": f"https://{server.host}:{server.port}", "certificate-authority": server.ca_file}
    named = {"clusters": [{"name": "it", "cluster": cluster}], "users": [{"name": "admin", "user": {"token": server.tokens["admin"]}}],
             "contexts": [{"name": "it", "context": {"cluster": "it", "user": "admin"}}]}
    path.write_text(json.dumps({"apiVersion": "v1", "kind": "Config", "current-context": "it", **named}), encoding="utf-8")


class Program:
    """One process of ours, its output in a file. It ends with the thread that started it."""

    def __init__(self, folder, command):
        self.name = pathlib.Path(command[0]).name
        self.log = folder / f"{self.name}.log"
        with self.log.open("wb") as out:
            self.process = subprocess.Popen([*up.ENDS_WITH_US, *map(str, command)], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                            cwd=folder, start_new_session=True)

    def said(self):
        return f"{self.name}:\n" + "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-25:])

    def wait_for(self, condition, what):
        def holds():
            if self.process.poll() is not None:
                raise AssertionError(f"{self.name} ended with {self.process.returncode}\n{self.said()}")
            return condition()
        up.wait_for(holds, lambda: f"{what} of {self.said()}", PATIENCE_S)

    def close(self):
        """Nothing of it is to be kept, so it need not end well."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Kube:
    """The servers, and where they are. start() begins, ready() waits: so two of them start at once."""

    def __init__(self, *flags, controllers=True):
        self.scratch = up.Scratch("graylane-kube-real-")
        self.folder, self.flags, self.controllers, self.running = self.scratch.path, flags, controllers, []
        self.port, self.etcd_url = up.free_port(), f"http://127.0.0.1:{up.free_port()}"
        self.url, self.ca = f"https://127.0.0.1:{self.port}", self.folder / "pki/apiserver.crt"
        self.kubeconfig = self.folder / "kubeconfig"

    def start(self):
        try:
            self._write_files()
            self._start(self._etcd())
            self._start(self._apiserver())
        except BaseException:
            self.close()
            raise
        return self

    def ready(self):
        try:
            self.running[-1].wait_for(lambda: self._says_ok("/readyz"), "/readyz")
            write_kubeconfig(self.kubeconfig, self.server())
            if self.controllers:
                self._start(self._controller_manager())
                self._wait_collecting()
        except BaseException:
            self.close()
            raise
        return self

    def server(self):
        return kube_replay.Server(self.url, TOKENS, str(self.ca))

    def close(self):
        for one in reversed(self.running):
            one.close()
        self.scratch.close()

    def _start(self, command):
        self.running.append(Program(self.folder, command))

    def _write_files(self):
        (self.folder / "tokens.csv").write_text(TOKEN_FILE, encoding="utf-8")
        key, public = self.folder / "sa.key", self.folder / "sa.pub"
        subprocess.run(["openssl", "genrsa", "-out", str(key), "2048"], check=True, capture_output=True)
        subprocess.run(["openssl", "rsa", "-in", str(key), "-pubout", "-out", str(public)], check=True, capture_output=True)

    def _etcd(self):
        peer = f"http://127.0.0.1:{up.free_port()}"
        return [program("ETCD", "etcd"), f"--data-dir={self.folder / 'etcd'}", f"--listen-client-urls={self.etcd_url}",
                f"--advertise-client-urls={self.etcd_url}", f"--listen-peer-urls={peer}", f"--initial-advertise-peer-urls={peer}",
                f"--initial-cluster=default={peer}"]

    def _apiserver(self):
        return [program("KUBE_APISERVER", "kube-apiserver"), f"--etcd-servers={self.etcd_url}", "--bind-address=127.0.0.1",
                "--advertise-address=127.0.0.1", f"--secure-port={self.port}", f"--cert-dir={self.folder / 'pki'}",
                "--endpoint-reconciler-type=none", "--service-cluster-ip-range=10.96.0.0/16", "--authorization-mode=RBAC",
                f"--token-auth-file={self.folder / 'tokens.csv'}", "--disable-admission-plugins=ServiceAccount",
                "--service-account-issuer=https://kubernetes.default.svc", f"--service-account-key-file={self.folder / 'sa.pub'}",
                f"--service-account-signing-key-file={self.folder / 'sa.key'}", *self.flags]

    def _controller_manager(self):
        return [program("KUBE_CONTROLLER_MANAGER", "kube-controller-manager"), f"--kubeconfig={self.kubeconfig}", "--leader-elect=false",
                "--controllers=*,-root-ca-certificate-publisher-controller", "--bind-address=127.0.0.1", f"--secure-port={up.free_port()}",
                f"--cert-dir={self.folder / 'pki-cm'}", f"--service-account-private-key-file={self.folder / 'sa.key'}"]

    def ask(self, method, path, body=None, **more):
        """An answer to the administrator; None while nothing answers."""
        try:
            return kube_replay.Replay(self.server(), {"steps": []}).ask({"method": method, "path": path, **({"body": body} if body else {}), **more})
        except OSError:
            return None

    def _says_ok(self, path):
        return self.ca.exists() and (answer := self.ask("GET", path)) is not None and answer.status == 200

    def _wait_collecting(self):
        """Until the controllers collect garbage: what has an owner that is not there goes."""
        maps = "/api/v1/namespaces/default/configmaps"
        owner = {"apiVersion": "v1", "kind": "ConfigMap", "name": "gone", "uid": "00000000-0000-4000-8000-000000000000"}
        made = self.ask("POST", maps, {"metadata": {"name": "orphan", "ownerReferences": [owner]}})
        assert made is not None and made.status == 201, made
        self.running[-1].wait_for(lambda: (answer := self.ask("GET", f"{maps}/orphan")) and answer.status == 404, "garbage collection")
