"""What is measured: requests, answers, and how the proxies are set up for them."""
import dataclasses

HOST = "app.example.com"
ANSWER_BYTES = {"/s": 100, "/m": 10 * 1024, "/l": 1024 * 1024}

USUAL_FIELDS = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Accept": "application/json, text/plain, */*;q=0.8",
    "Accept-Language": "en-GB,en;q=0.7,de;q=0.3",
    "Accept-Encoding": "gzip, deflate, br, zstd",
}
# With these, a request has 20 fields.
MORE_FIELDS = {
    "Cookie": "session=8d1f0c6b5a7e4d239f10; theme=dark; consent=necessary.statistics; ab_home=variant-b; cart=3f2a91",
    "Referer": f"http://{HOST}/catalogue/list?page=3&sort=price",
    "Origin": f"http://{HOST}",
    "Authorization": "Bearer eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiI0MiIsInNjb3BlIjoicmVhZCJ9.c2lnbmF0dXJlLW9mLW5vLXVzZQ",
    "Cache-Control": "no-cache",
    "Pragma": "no-cache",
    "DNT": "1",
    "Sec-Fetch-Dest": "empty",
    "Sec-Fetch-Mode": "cors",
    "Sec-Fetch-Site": "same-origin",
    "If-None-Match": '"5f3c-61a2b7"',
    "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "X-Requested-With": "XMLHttpRequest",
    "X-Client-Version": "web/2026.7.1",
}


@dataclasses.dataclass(frozen=True)
class Scenario:
    name: str
    title: str
    path: str = "/s"
    hosts: int = 1
    post_bytes: int = 0
    many_fields: bool = False
    keep_alive: bool = True
    access_log: bool = False
    sides: tuple = ("floor", "graylane", "nginx", "haproxy", "envoy")
    own_cost: bool = True  # whether the floor stands for the same kernel's work
    # side -> (goal, limit): ours / its own cost; over the limit the bench fails
    own_goals: dict = dataclasses.field(default_factory=dict)
    total_goals: dict = dataclasses.field(default_factory=dict)  # side -> so many times ours

    @property
    def answer_bytes(self):
        return ANSWER_BYTES[self.path]

    def host_names(self):
        return [HOST] if self.hosts == 1 else [f"app{n:03}.example.com" for n in range(self.hosts)]

    def request(self, host):
        fields = {"Host": host, **USUAL_FIELDS, **(MORE_FIELDS if self.many_fields else {})}
        fields["Connection"] = "keep-alive" if self.keep_alive else "close"
        if self.post_bytes:
            fields |= {"Content-Type": "application/octet-stream", "Content-Length": str(self.post_bytes)}
        lines = [f"{'POST' if self.post_bytes else 'GET'} {self.path} HTTP/1.1"] + [f"{k}: {v}" for k, v in fields.items()]
        return "\r\n".join(lines) + "\r\n\r\n" + "b" * self.post_bytes

    def requests(self):
        """Taken in turn; the step is coprime to the number of hosts, so that neighbours differ."""
        names = self.host_names()
        return [self.request(names[n * 37 % len(names)]) for n in range(len(names))]


GOALS = {"nginx": (0.12, 0.20), "haproxy": (0.15, 0.25)}
PROXIES = ("graylane", "nginx", "haproxy")

SCENARIOS = [
    Scenario("100b", "100 B answers", own_goals=GOALS, total_goals={"envoy": 6}),
    Scenario("10k", "10 KB answers", path="/m", own_goals=GOALS, total_goals={"envoy": 6}),
    Scenario("1m", "1 MiB answers", path="/l", own_cost=False, total_goals={"nginx": 6}),
    Scenario("log", "access log on, 100 B", access_log=True, sides=("floor", "graylane", "nginx"), own_goals={"nginx": (0.20, None)}),
    Scenario("hosts", "100 hosts, 100 B", hosts=100, sides=("floor",) + PROXIES),
    Scenario("fields", "20 fields with cookies, 100 B", many_fields=True, sides=("floor",) + PROXIES),
    Scenario("post1k", "POST of 1 KB, 100 B back", post_bytes=1024, sides=("floor",) + PROXIES),
    Scenario("post64k", "POST of 64 KB, 100 B back", post_bytes=65536, sides=("floor",) + PROXIES),
    # The floor opens a connection to the backend for each request, which no proxy here does.
    Scenario("close", "keep-alive off, 100 B", keep_alive=False, own_cost=False, sides=("floor",) + PROXIES),
]
