"""A disk of a few MiB that tests fill and empty: a tmpfs in a mount namespace of this process and its children, which ends with
them. Needs root, or a kernel that lets ordinary users have namespaces.
"""
import ctypes
import os
import pathlib
import subprocess
import sys
import tempfile

CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000
MS_REC, MS_PRIVATE = 0x4000, 0x40000
LIBC = ctypes.CDLL(None, use_errno=True)


class NotHere(Exception):
    """This machine does not allow it; the text says what was refused."""


def checked(result, what):
    if result != 0:
        raise NotHere(f"{what}: {os.strerror(ctypes.get_errno())}")


def mount(kind, target, flags=0, options=""):
    checked(LIBC.mount(kind.encode(), os.fsencode(target), kind.encode(), ctypes.c_ulong(flags), options.encode()), f"mounting {kind}")


def enter_namespace():
    """To be called once, before the process has threads. An ordinary user stays who he is."""
    uid, gid = os.getuid(), os.getgid()
    checked(LIBC.unshare(CLONE_NEWNS | (CLONE_NEWUSER if uid != 0 else 0)), "a mount namespace")
    if uid != 0:
        for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
            try:
                pathlib.Path("/proc/self", name).write_text(text)
            except OSError as e:
                raise NotHere(f"/proc/self/{name}: {e.strerror}") from e
    mount("none", "/", MS_REC | MS_PRIVATE)


def missing():
    """Why there can be none, or None. Tried in a process of its own: half a namespace is no place to go on in."""
    probe = subprocess.run([sys.executable, __file__], stdout=subprocess.PIPE, text=True)
    return None if probe.returncode == 0 else probe.stdout.strip() or "the probe failed"


class SmallDisk:
    def __init__(self, path, size):
        self.path = pathlib.Path(path)
        self.path.mkdir()
        mount("tmpfs", self.path, options=f"size={size},mode=0700")
        self._filler = self.path / "filler"

    def fill(self):
        """To the last byte: the piece of a page that is left counts."""
        with open(self._filler, "ab", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 4096)
            except OSError:
                pass

    def empty(self):
        self._filler.unlink()

    def close(self):
        checked(LIBC.umount2(os.fsencode(self.path), 2), "unmounting")  # 2: MNT_DETACH


_missing = None


def prepare():
    """For setUpModule."""
    global _missing
    _missing = missing()
    if not _missing:
        enter_namespace()


def skip_without(test):
    if _missing:
        test.skipTest(f"no disk of our own: {_missing}")


def disk_of(test, path, size):
    """A SmallDisk that goes with the test."""
    disk = SmallDisk(path, size)
    test.addCleanup(disk.close)
    return disk


def main():
    with tempfile.TemporaryDirectory() as folder:
        try:
            enter_namespace()
            SmallDisk(pathlib.Path(folder, "disk"), 1 << 20).close()
        except NotHere as e:
            print(e)
            sys.exit(1)


if __name__ == "__main__":
    main()
