"""Two answers of two servers to the same request, and what of them differs when all is left aside that may: times, uids, revisions,
addresses and names that each server makes up."""
import gzip
import json
import re

HEADERS = ("content-type", "warning", "content-encoding", "vary", "allow", "location", "retry-after", "etag")  # those that clients read
MADE_UP = [(re.compile(pattern), name) for pattern, name in (
    (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "<uid>"),
    (r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", "<microtime>"),
    (r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "<time>"),
    (r"(?<=current: )\d+|(?<=ResourceVersion: )[1-9]\d*|(?<=in record \()\d+|(?<=resourceVersion: \")\d+", "<number>"),
    (r"(?<=:)3[0-2]\d\d\d(?=/(TCP|UDP|SCTP))", "<number>"),
    (r"\b127\.\d+\.\d+\.\d+\b|\b10\.96\.\d+\.\d+\b", "<address>"),
)]
NUMBERED = {"resourceVersion", "nodePort", "healthCheckNodePort", "remainingItemCount"}
OPAQUE = {"continue", "etag", "hash"}
ONLY_STORED = re.compile(r'(, )?299 - "this \w+ is stored, but nothing here acts on it"')  # a warning of ours
AGE = re.compile(r"^(\d+[smhd])+$|^<unknown>$")
KEYS = ("name", "metadata", "manager", "type", "uid", "containerPort", "port", "ip", "path", "groupVersion", "version", "resource", "subresource")


def plain(value, key=""):
    """The value with a placeholder for whatever a server makes up."""
    if isinstance(value, dict):
        prefix = value.get("generateName")
        if isinstance(prefix, str) and prefix and isinstance(value.get("name"), str):
            value = {**value, "name": re.sub(re.escape(prefix) + r"[a-z0-9]{5}$", prefix + "<5>", value["name"])}
        return {plain_text(name): plain(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return ["<age>" if key == "cells" and isinstance(item, str) and AGE.match(item) else plain(item, key) for item in value]
    if key in NUMBERED and value not in (None, "", "0", 0):
        return "<number>"
    if key in OPAQUE and value:
        return "<opaque>"
    return plain_text(value) if isinstance(value, str) else value


def plain_text(text):
    for pattern, name in MADE_UP:
        text = pattern.sub(name, text)
    return text


def named(item, key):
    """What tells the item of a list apart, by one of KEYS; None: not this."""
    if not isinstance(item, dict):
        return item if isinstance(item, (str, int)) and key == KEYS[0] else None
    value = item.get(key)
    if key == "metadata":
        return value.get("name") if isinstance(value, dict) else None
    if key == "manager" and value is not None:
        return f"{value}/{item.get('operation')}/{item.get('subresource', '')}"
    return value if isinstance(value, (str, int)) else None


def keyed(items):
    """A list as a dict by what names its items; None when they have no names, or one twice."""
    for key in KEYS:
        names = [named(item, key) for item in items]
        if items and None not in names and len(set(names)) == len(names):
            return dict(zip(names, items))
    return None


def differences(real, ours, at=""):
    """(path, real, ours) for each leaf or branch that only one has, or that both have otherwise."""
    if isinstance(real, list) and isinstance(ours, list):
        real_named, ours_named = keyed(real), keyed(ours)
        if real_named and ours_named:
            both = [[name for name in names if name in others] for names, others in ((real_named, ours_named), (ours_named, real_named))]
            if both[0] != both[1]:
                yield f"{at}[order]", *both
            real, ours = real_named, ours_named
        else:
            real, ours = dict(enumerate(real)), dict(enumerate(ours))
        before, after = at + "[", "]"
    else:
        before, after = at + "." if at else "", ""
    if not (isinstance(real, dict) and isinstance(ours, dict)):
        if real != ours or isinstance(real, bool) != isinstance(ours, bool):
            yield at, real, ours
        return
    for name in [*real, *(name for name in ours if name not in real)]:
        path = f"{before}{name}{after}"
        if name not in ours:
            yield path, real[name], ABSENT
        elif name not in real:
            yield path, ABSENT, ours[name]
        else:
            yield from differences(real[name], ours[name], path)


class Absent:
    def __repr__(self):
        return "absent"


ABSENT = Absent()


def content(answer):
    """JSON or text."""
    if answer.headers.get("content-encoding") == "gzip":
        return json.loads(gzip.decompress(answer.data))
    return answer.text if answer.json is None else answer.json


def told(answer):
    """The status, and what went wrong."""
    return f"{answer.status} {answer.json['message']}" if isinstance(answer.json, dict) and "message" in answer.json else answer.status


def header(answer, name):
    value = ONLY_STORED.sub("", plain_text(answer.headers.get(name, "")))
    return ("<etag>" if name == "etag" else value) if value else ABSENT


def compared(real, ours):
    """What differs of two kube_replay.Answers."""
    if real.status != ours.status:
        yield "status", told(real), told(ours)
        return
    for name in HEADERS:
        pair = [header(one, name) for one in (real, ours)]
        if pair[0] != pair[1]:
            yield f"header {name}", *pair
    one, other = plain(content(real)), plain(content(ours))
    yield from differences(one, other, "" if isinstance(one, (dict, list)) and isinstance(other, (dict, list)) else "text")
