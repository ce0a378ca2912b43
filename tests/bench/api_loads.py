"""Loads on a Kubernetes-compatible API, each a function that returns its figures. Every connection has a process of its own, so that no
interpreter is shared; watchers share a few processes with an event loop each.
"""
import multiprocessing
import os
import re
import select
import ssl
import time

from api_client import Client, config_map, config_maps, make_namespace

WATCHING_PROCESSES = 2
PATIENCE_S = 120


def quantile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))] if values else float("nan")


class Clock:
    """CPU time of processes, user and system."""

    def __init__(self, pids):
        self.pids = pids

    def seconds(self):
        ticks = 0
        for pid in self.pids:
            with open(f"/proc/{pid}/stat", encoding="ascii") as file:
                fields = file.read().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


def in_processes(count, work, *arguments):
    """work(index, queue, *arguments) in each; what they put into the queue, one value each."""
    queue = multiprocessing.Queue()
    processes = [multiprocessing.Process(target=work, args=(index, queue, *arguments), daemon=True) for index in range(count)]
    for process in processes:
        process.start()
    values = [queue.get(timeout=PATIENCE_S) for _ in processes]
    for process in processes:
        process.join()
    return values


def _create_one(client, ns, index, number):
    client.expect(201, "POST", config_maps(ns), config_map(ns, f"c{index}-{number}"))


def _get_one(client, ns, _index, _number):
    client.expect(200, "GET", config_maps(ns) + "/one")


def _repeat(index, queue, side, ns, act, begin, seconds):
    client, took = Client(side.port, side.token), []
    time.sleep(max(0.0, begin - time.time()))
    while (start := time.time()) < begin + seconds:
        act(client, ns, index, len(took))
        took.append(time.time() - start)
    queue.put(took)


def rate(side, ns, act, connections, seconds):
    client = Client(side.port, side.token)
    make_namespace(client, ns)
    client.expect(201, "POST", config_maps(ns), config_map(ns, "one"))
    clock = Clock(side.pids())
    before = clock.seconds()
    took = [t for each in in_processes(connections, _repeat, side, ns, act, time.time() + 0.7, seconds) for t in each]
    return {"per_s": len(took) / seconds, "p50_ms": quantile(took, 0.5) * 1e3, "p99_ms": quantile(took, 0.99) * 1e3,
            "cpu_us": (clock.seconds() - before) / len(took) * 1e6}


def creates(side, ns, seconds):
    return rate(side, ns, _create_one, 16, seconds)


def gets(side, ns, seconds):
    return rate(side, ns, _get_one, 16, seconds)


def _fill_part(index, queue, side, ns, objects, parts):
    client = Client(side.port, side.token)
    for number in range(index, objects, parts):
        client.expect(201, "POST", config_maps(ns), config_map(ns, f"o{number:06d}"))
    queue.put(True)


def fill(side, ns, objects, connections=8):
    make_namespace(Client(side.port, side.token), ns)
    in_processes(connections, _fill_part, side, ns, objects, connections)


def lists(side, ns, times=3):
    """Of all objects of a namespace, one after the other; milliseconds until the last byte."""
    client, took, clock = Client(side.port, side.token), [], Clock(side.pids())
    before = clock.seconds()
    for _ in range(times):
        start = time.time()
        body = client.expect(200, "GET", config_maps(ns))
        took.append((time.time() - start) * 1e3)
    return {"ms": quantile(took, 0.5), "bytes": len(body), "cpu_ms": (clock.seconds() - before) * 1e3 / times}


class _Watcher:
    """One of many on an event loop."""

    def __init__(self, side, ns, revision):
        self.client, self.tail = Client(side.port, side.token), b""
        path = f"{config_maps(ns)}?watch=true&resourceVersion={revision}&fieldSelector=metadata.name%3Done"
        self.client.send("GET", path)
        status, _ = self.client.head()
        assert status == 200, status
        self.client.socket.setblocking(False)

    def delays(self, into):
        """Appends the seconds from sending to now, of the events that came. One record: the loop tells when there are more."""
        try:
            piece = self.client.socket.recv(1 << 16)
        except (ssl.SSLWantReadError, BlockingIOError):
            return
        if not piece:
            raise ConnectionError("a watch has ended")
        now, text, end = time.time(), self.tail + piece, 0
        while (at := text.find(b"sent-", end)) >= 0 and at + 21 <= len(text):
            into.append(now - int(text[at + 5:at + 21]) / 1e6)
            end = at + 21
        self.tail = text[max(end, len(text) - 21):]


def _watch_many(_index, queue, side, ns, revision, watchers, events, ready):
    loop, by_socket = select.epoll(), {}
    for _ in range(watchers):
        watcher = _Watcher(side, ns, revision)
        by_socket[watcher.client.socket.fileno()] = watcher
        loop.register(watcher.client.socket.fileno(), select.EPOLLIN)
    ready.release()
    delays, first, end = [], None, time.time() + PATIENCE_S
    while len(delays) < watchers * events and time.time() < end:
        for number, _ in loop.poll(1):
            by_socket[number].delays(delays)
        first = first or time.time()
    queue.put((delays, first, time.time()))


def watches(side, ns, watchers, events, per_second=0):
    """All of them watch one object, which is changed so many times: as quickly as one connection can, or at a rate."""
    client = Client(side.port, side.token)
    make_namespace(client, ns)
    client.expect(201, "POST", config_maps(ns), config_map(ns, "one"))
    revision = re.search(rb'"resourceVersion":"(\d+)"', client.expect(200, "GET", config_maps(ns) + "?limit=1"))[1].decode()
    ready, queue = multiprocessing.Semaphore(0), multiprocessing.Queue()
    arguments = (0, queue, side, ns, revision, watchers // WATCHING_PROCESSES, events, ready)
    processes = [multiprocessing.Process(target=_watch_many, args=arguments, daemon=True) for _ in range(WATCHING_PROCESSES)]
    for process in processes:
        process.start()
    for _ in processes:
        assert ready.acquire(timeout=PATIENCE_S)
    clock = Clock(side.pids())
    before, begin = clock.seconds(), time.time()
    for number in range(events):
        if per_second:
            time.sleep(max(0.0, begin + number / per_second - time.time()))
        client.expect(200, "PUT", config_maps(ns) + "/one", config_map(ns, "one", f"sent-{int(time.time() * 1e6):016d}-" + "x" * 1000))
    results = [queue.get(timeout=PATIENCE_S) for _ in processes]
    delays = [delay for each in results for delay in each[0]]
    span = max(each[2] for each in results) - min(each[1] for each in results)
    return {"events_per_s": len(delays) / span, "lost": watchers * events - len(delays), "p50_ms": quantile(delays, 0.5) * 1e3,
            "p99_ms": quantile(delays, 0.99) * 1e3, "cpu_us": (clock.seconds() - before) / max(1, len(delays)) * 1e6}
