#!/usr/bin/env python3
"""Edits under load: however a file is saved and however often, no request fails, nothing half is served, nothing grows.

50 savings and 100 swaps; 1,000 and 3,000 with GRAYLANE_LONG=1. Environment: GRAYLANE = the program (default build/release/graylane).
"""
import itertools
import os
import pathlib
import random
import threading
import time
import unittest

import http1
import load
import up
import upstream

HOST, VERSION_HOST = "app.test", "version.test"
SAVINGS = 1000 if up.LONG else 50
SWAPS = 3000 if up.LONG else 100
GROWTH_KIB = 16 * 1024


# ---- how editors save; each gets a path and the new text

def by_rename(path, text):
    """git, kubectl, most programs of today."""
    scratch = path.with_name(f".{path.name}.tmp{random.randrange(1 << 30)}")
    scratch.write_text(text)
    scratch.rename(path)


def like_vim(path, text):
    """Probes the folder, keeps a swap file, moves the old file away, writes the new one, removes the backup."""
    swap, backup, probe = path.with_name(f".{path.name}.swp"), path.with_name(path.name + "~"), path.with_name("4913")
    swap.write_bytes(b"b0VIM 9.0\0\xff\xfe")
    probe.write_text("")
    probe.unlink()
    path.rename(backup)
    path.write_text(text)
    backup.unlink()
    swap.unlink()


def like_emacs(path, text):
    """A lock that is a dangling link, an autosave file, a backup that stays."""
    lock, autosave, backup = path.with_name(f".#{path.name}"), path.with_name(f"#{path.name}#"), path.with_name(path.name + "~")
    lock.unlink(missing_ok=True)
    lock.symlink_to("nobody@nowhere.1:1")
    autosave.write_text(text[:len(text) // 2])
    if path.exists():
        backup.write_text(path.read_text())
    path.write_text(text)
    autosave.unlink()
    lock.unlink()


def in_place(path, text):
    """Truncates and writes, as `cat >` and nano do."""
    path.write_text(text)


def in_pieces(path, text):
    """The same, slowly: every reader between sees a torn file."""
    with open(path, "w", encoding="utf-8") as file:
        step = max(1, len(text) // 7)
        for at in range(0, len(text), step):
            file.write(text[at:at + step])
            file.flush()
            time.sleep(0.002)


def delete_and_create(path, text):
    """git checkout."""
    path.unlink(missing_ok=True)
    path.write_text(text)


def like_sed(path, text):
    """A file with another name appears and takes the place of the old one."""
    scratch = path.with_name(f"sed{random.randrange(1 << 20):06x}")
    scratch.write_text(text)
    scratch.rename(path)


WAYS = [by_rename, like_vim, like_emacs, in_place, in_pieces, delete_and_create, like_sed]


class EditTest(unittest.TestCase):
    def setUp(self):
        self.scratch = up.Scratch("graylane-edit-")
        self.addCleanup(self.scratch.close)
        self.folder = self.scratch.path / "manifests"
        self.servers = upstream.Servers()
        self.addCleanup(self.servers.close)
        stable, canary = (self.servers.endpoint(told(n), n) for n in ("stable", "canary"))
        up.write(self.folder / "base.yaml", [*up.backend("stable", [stable.address]), *up.backend("canary", [canary.address]), up.ingress("main", HOST, "stable")])
        self.file = self.folder / "release.yaml"
        self.file.write_text(self.release(0, 0))

    def start(self, **how):
        running = up.Up(self.folder, "--access-log=off", **how)
        self.addCleanup(running.close)
        return running.ready()

    def release(self, weight, version):
        """What is edited: a canary's weight, and beside it something whose answer tells the version of the file."""
        return up.text_of([up.ingress("canary", HOST, "canary", {"canary": "true", "canary-weight": weight}),
                           up.ingress("version", VERSION_HOST, "stable", {"permanent-redirect": f"http://version.test/{version}"})])

    def version(self, running):
        location = running.ask("GET", "/", VERSION_HOST).get("Location")
        return int(location.rpartition("/")[2]) if location else None

    def wait_version(self, running, version):
        up.wait_for(lambda: self.version(running) == version, lambda: f"version {version}, not {self.version(running)}\n{running.said()}")

    def load(self, running, **how):
        client = load.Load(running.address, http1.request("GET", "/", HOST), **{"connections": 8, "rate": 1500, **how}).start()
        self.addCleanup(lambda: client.stop() if client._thread.is_alive() else None)
        return client

    def assert_no_failure(self, client):
        outcome = client.stop()
        self.assertEqual(outcome.bad(200), [], outcome)
        self.assertGreater(outcome.total, 100)
        return outcome


def told(name):
    async def script(exchange):
        await exchange.answer(body=name)
    return script


class Saving(EditTest):
    def test_every_way_of_saving_takes_effect(self):
        # People edit with what they have.
        running = self.start()
        for number, way in enumerate(WAYS * 2, 1):
            with self.subTest(way.__name__):
                way(self.file, self.release(50, number))
                self.wait_version(running, number)

    def test_saving_again_and_again_under_load_fails_no_request(self):
        # Every way at random, faster than anybody types; now and then the result is looked at.
        running = self.start()
        client = self.load(running)
        ways = random.Random(7)
        for number in range(1, SAVINGS + 1):
            ways.choice(WAYS)(self.file, self.release(number % 101, number))
            if number % 10 == 0:
                self.wait_version(running, number)
        self.assert_no_failure(client)
        self.wait_version(running, SAVINGS)

    def test_a_file_that_stays_torn_changes_nothing(self):
        # An editor that died in the middle, or a full disk.
        running = self.start()
        client = self.load(running)
        whole = self.release(100, 1)
        for end in (1, len(whole) // 3, len(whole) // 2, len(whole) - 20):
            mark = running.mark()
            self.file.write_text(whole[:end])
            if end > 1:
                running.wait_line(r"release\.yaml:\d+:\d+", mark)
            self.assertIn(self.version(running), (0, None))
        self.file.write_text(whole)
        self.wait_version(running, 1)
        client.wait_more(100)
        self.assert_no_failure(client)

    def test_whole_folders_come_and_go(self):
        # git switches branches; a ConfigMap volume swaps a link.
        running = self.start()
        client = self.load(running)
        for number in range(1, 11):
            fresh = self.scratch.path / f"fresh{number}"
            up.write(fresh / "deep" / "release.yaml", self.release(number, number))
            if number == 1:
                self.file.unlink()
            else:
                (self.folder / "part").rename(self.scratch.path / f"gone{number}")
            fresh.rename(self.folder / "part")
            self.wait_version(running, number)
        self.assert_no_failure(client)

    def test_a_link_that_is_swapped(self):
        # How Kubernetes updates a mounted ConfigMap: ..data is a link, and it is replaced.
        for number in (0, 1, 2, 3):
            up.write(self.folder / f"..version{number}" / "release.yaml", self.release(0, number))
        self.file.unlink()
        (self.folder / "..data").symlink_to("..version0")
        self.file.symlink_to("..data/release.yaml")
        running = self.start()
        self.wait_version(running, 0)
        for number in (1, 2, 3):
            (self.folder / "..next").symlink_to(f"..version{number}")
            os.rename(self.folder / "..next", self.folder / "..data")
            self.wait_version(running, number)


class Swapping(EditTest):
    def test_swaps_under_load_fail_nothing_and_grow_nothing(self):
        # A table lives as long as somebody reads it, and not longer.
        running = self.start()
        client = self.load(running, rate=0, connections=4)
        numbers = itertools.count(1)
        def swap(count):
            for _ in range(count):
                number = next(numbers)
                by_rename(self.file, self.release(number % 101, number))
                self.wait_version(running, number)
        swap(SWAPS // 4)
        before = running.memory_kib()
        swap(SWAPS - SWAPS // 4)
        self.assertLess(running.memory_kib() - before, GROWTH_KIB)
        self.assert_no_failure(client)

    def test_a_connection_never_goes_back_in_time(self):
        # Once a client has seen the new table, it does not see the old one again.
        running = self.start()
        stop = threading.Event()
        def watch(versions):
            with running.connect() as connection:
                while not stop.is_set():
                    location = connection.ask("GET", "/", VERSION_HOST).get("Location")
                    versions.append(int(location.rpartition("/")[2]))
                    stop.wait(0.001)
        seen = [[] for _ in range(4)]
        threads = [threading.Thread(target=watch, args=(versions,), daemon=True) for versions in seen]
        for thread in threads:
            thread.start()
        for number in range(1, 31):
            by_rename(self.file, self.release(0, number))
            self.wait_version(running, number)
        stop.set()
        for thread in threads:
            thread.join(10)
        for versions in seen:
            self.assertEqual(versions, sorted(versions))
            self.assertGreater(len(set(versions)), 10)

    def test_weights_are_exact_after_an_edit(self):
        # The new share holds from the first request after the report on.
        running = self.start(workers=1)
        for weight in (20, 50, 90, 10):
            mark = running.mark()
            by_rename(self.file, self.release(weight, weight))
            running.wait_effective(mark)
            with running.connect() as connection:
                answers = [connection.ask("GET", "/", HOST).text for _ in range(400)]
            self.assertLessEqual(abs(answers.count("canary") - 4 * weight), 3, weight)

    def test_only_what_changed_is_closed(self):
        # No connection is cut by a change, of clients neither.
        running = self.start()
        with running.connect() as connection:
            for number in range(1, 21):
                by_rename(self.file, self.release(number, number))
                self.wait_version(running, number)
                self.assertEqual(connection.ask("GET", "/", HOST).status, 200)

    def test_a_removed_host_is_gone_and_comes_back(self):
        # Deleting a file deletes its objects.
        running = self.start()
        for _ in range(3):
            text = self.file.read_text()
            self.file.unlink()
            running.wait_status(404, "GET", "/", VERSION_HOST)
            self.assertEqual(running.ask("GET", "/", HOST).text, "stable")
            pathlib.Path(self.file).write_text(text)
            running.wait_status(301, "GET", "/", VERSION_HOST)


if __name__ == "__main__":
    unittest.main()
