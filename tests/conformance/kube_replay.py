"""Replays recorded Kubernetes API cases against a server: requests, variables, expectations. kube_api/kube-api-cases.json says at its
head what a case may hold; test files say what is expected of it."""
import http.client
import json
import random
import re
import ssl
import string
import time
import urllib.parse

NAMESPACED = re.compile(r"\{\{(\w+)\}\}")
PATIENCE_S = 60  # for one answer
RETRY_EVERY_S = 0.25
TYPES = {"list": list, "dict": dict, "object": dict, "string": str, "number": (int, float), "bool": bool}


class Mismatch(Exception):
    """What was expected and what came."""


class Server:
    """Where the API is: http or https, and the bearer token of each kind of caller (none: no header)."""

    def __init__(self, url, tokens=None, ca_file=None):
        parts = urllib.parse.urlsplit(url)
        self.host, self.port, self.tokens, self.ca_file = parts.hostname, parts.port, tokens or {}, ca_file
        self.tls = ssl.create_default_context(cafile=ca_file) if parts.scheme == "https" else None

    def connect(self, timeout):
        if self.tls:
            return http.client.HTTPSConnection(self.host, self.port, timeout=timeout, context=self.tls)
        return http.client.HTTPConnection(self.host, self.port, timeout=timeout)


class Answer:
    def __init__(self, status, headers, data, events=None):
        self.status = status
        self.headers = {name.lower(): value for name, value in headers}
        self.data = data
        try:
            self.json = events if events is not None else json.loads(data)
            self.text = json.dumps(self.json, ensure_ascii=False)
        except ValueError:
            self.json, self.text = None, data.decode("utf-8", "replace")

    def __str__(self):
        return f"{self.status} {self.text[:1500]}"


def letters(count):
    return "".join(random.choices(string.ascii_lowercase, k=count))


class Replay:
    """One case. Threads: none."""

    def __init__(self, server, case):
        self.server, self.case = server, case
        self.variables = {"rand": letters(6)}

    def run(self):
        """Raises Mismatch at the first step whose answer is another one."""
        if self.case.get("namespace") is not False:
            self.variables.setdefault("ns", "ns-" + letters(6))
            made = self.ask({"method": "POST", "path": "/api/v1/namespaces", "body": {"metadata": {"name": self.variables["ns"]}}})
            if made.status != 201:
                raise Mismatch(f"the namespace cannot be made: {made}")
        try:
            for number, step in enumerate(self.case["steps"]):
                self.step(number, step)
        finally:
            self.clean()

    def clean(self):
        for step in self.case.get("cleanup", []):
            self.ask(self.filled(step))
        if "ns" in self.variables:
            self.ask({"method": "DELETE", "path": "/api/v1/namespaces/" + self.variables["ns"]})

    def step(self, number, step):
        step = self.filled(step)
        for left in range(step.get("retry", 1) - 1, -1, -1):
            answer = self.ask(step)
            problem = problem_of(answer, step.get("expect", {}))
            if not problem:
                break
            if left:
                time.sleep(RETRY_EVERY_S)
        if problem:
            raise Mismatch(f"step {number} {step['method']} {step['path']}: {problem}\nanswer: {answer}")
        for name, path in step.get("save", {}).items():
            self.variables[name] = value_at(answer.json, path)

    def filled(self, value):
        if isinstance(value, str):
            return NAMESPACED.sub(lambda m: str(self.variables.get(m[1], m[0])), value)
        if isinstance(value, list):
            return [self.filled(item) for item in value]
        if isinstance(value, dict):
            return {self.filled(key): self.filled(item) for key, item in value.items()}
        return value

    def ask(self, step):
        watch = step.get("watch")
        connection = self.server.connect(watch["timeout_s"] if watch else PATIENCE_S)
        target = urllib.parse.quote(step["path"], safe="/%:@!$&'()*+,;=~-._")
        if step.get("query"):
            target += "?" + urllib.parse.urlencode(step["query"], doseq=True)
        body = body_of(step)
        try:
            connection.request(step["method"], target, body=body, headers=self.headers_of(step, body))
            response = connection.getresponse()
            events = read_events(response, watch) if watch and response.status == 200 else None
            return Answer(response.status, response.getheaders(), b"" if events is not None else response.read(), events)
        finally:
            connection.close()

    def headers_of(self, step, body):
        token = self.server.tokens.get(step.get("auth", "admin"))
        headers = {"Accept": "application/json"}
        if token:
            headers["Authorization"] = "Bearer " + token
        if body is not None:
            headers["Content-Type"] = "application/json"
        for name, value in (step.get("headers") or {}).items():
            headers.pop(name, None)
            if value is not None:
                headers[name] = value
        return headers


def body_of(step):
    if "body" in step:
        return json.dumps(step["body"]).encode()
    if "raw" in step:
        return step["raw"].encode("latin1" if step.get("latin1") else "utf-8")
    if "gen" in step:
        gen = step["gen"]
        text = gen.get("prefix", "") + gen.get("unit", "") * gen["count"] + gen.get("mid", "")
        return (text + gen.get("unit_end", "") * gen["count"] + gen.get("suffix", "")).encode()
    return None


def read_events(response, watch):
    """So many lines, or those that came in the time."""
    events, end = [], time.monotonic() + watch["timeout_s"]
    try:
        while len(events) < watch["collect"] and time.monotonic() < end:
            line = response.readline()
            if not line:
                break
            events.append(json.loads(line))
    except TimeoutError:
        pass
    return events


# ---- expectations

def value_at(whole, path):
    """"a.b[0].c", keys with dots as ["k"]; KeyError when there is nothing."""
    value = whole
    for field, index, key in re.findall(r"([^.\[\]\"]+)(?![^\[]*\])|\[(\d+)\]|\[\"([^\"]+)\"\]", path):
        try:
            value = value[int(index)] if index else value[key or field]
        except (IndexError, TypeError) as e:
            raise KeyError(path) from e
    return value


def number_of(value):
    return float(value)


def holds(operator, operand, value):
    if operator == "$match":
        return re.search(operand, value if isinstance(value, str) else json.dumps(value), re.S) is not None
    if operator == "$contains":
        return operand in value
    if operator == "$len":
        return len(value) == operand
    if operator == "$ne":
        return value != operand
    if operator == "$gt":
        return number_of(value) > number_of(operand)
    if operator == "$in":
        return value in operand
    if operator == "$empty":
        return (not value) == operand
    if operator == "$type":
        return isinstance(value, TYPES[operand])
    raise ValueError(f"an operator that is not known: {operator}")


def differs(whole, path, wanted):
    """None when the value is as wanted, else the value."""
    try:
        value = value_at(whole, path)
    except KeyError:
        absent_is_right = isinstance(wanted, dict) and (wanted.get("$exists") is False or wanted.get("$empty") is True)
        return None if absent_is_right else "absent"
    if not isinstance(wanted, dict) or not any(key.startswith("$") for key in wanted):
        return None if value == wanted and isinstance(value, bool) == isinstance(wanted, bool) else json.dumps(value)
    for operator, operand in wanted.items():
        right = operand is True if operator == "$exists" else holds(operator, operand, value)
        if not right:
            return json.dumps(value)
    return None


def problem_of(answer, expect):
    """None, or the first expectation that does not hold."""
    wanted = expect.get("status")
    if wanted is not None and answer.status not in (wanted if isinstance(wanted, list) else [wanted]):
        return f"status {answer.status} instead of {wanted}"
    for name, value in expect.get("headers", {}).items():
        if differs(answer.headers, f'["{name.lower()}"]', value) is not None:
            return f"header {name} is {answer.headers.get(name.lower())!r}, expected {value!r}"
    if "text" in expect and differs([answer.text], "[0]", expect["text"]) is not None:
        return f"the text is not as expected: {expect['text']!r}"
    for path, value in expect.get("body", {}).items():
        if (found := differs(answer.json, path, value)) is not None:
            return f"{path or 'the answer'} is {found[:500]}, expected {json.dumps(value)}"
    return None
