"""Where the bench runs: a folder, a network namespace of its own when that may be had, one core, and the program at both ends."""
import ctypes
import fcntl
import os
import resource
import shutil
import socket
import struct
import tempfile

import peer

CLONE_NEWNET = 0x40000000
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
SETTINGS = {
    "net/ipv4/tcp_congestion_control": "reno",  # others pace, which makes large answers over loopback vary by a factor of two
    "net/ipv4/ip_local_port_range": "10240 65535",
    "net/core/somaxconn": "8192",
}


def own_network():
    """Moves this process into a new network namespace with a loopback device; False when that is not permitted."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        return False
    with socket.socket() as any_socket:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(any_socket, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))
    for name, value in SETTINGS.items():
        try:
            with open(f"/proc/sys/{name}", "w", encoding="ascii") as file:
                file.write(value)
        except OSError:
            pass  # a kernel without it: the same for all sides
    return True


def many_descriptors():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def kilobytes(pid, name):
    """Of smaps_rollup: "Rss", "Pss"."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return sum(int(line.split()[1]) for line in file if line.startswith(name + ":"))


class Rig:
    """Lives as long as the bench; a context, which stops its program and removes its folder."""

    def __init__(self, graylane_program, tools):
        self.graylane_program = os.path.abspath(graylane_program)
        self.peer_program = os.path.abspath(os.path.join(tools, "bench_peer"))
        self.swaps_program = os.path.abspath(os.path.join(tools, "bench_table_swaps"))
        self.core = min(os.sched_getaffinity(0))
        self.isolated = own_network()
        many_descriptors()

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="graylane-bench-")
        self.peer = peer.Program([self.peer_program, "serve"], core=self.core)
        self.stable_port, self.canary_port = self.peer.hello["stable"], self.peer.hello["canary"]
        return self

    def __exit__(self, *_):
        self.peer.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def requests_file(self, scenario):
        return peer.write_requests(os.path.join(self.folder, f"{scenario.name}.requests"), scenario.requests())
