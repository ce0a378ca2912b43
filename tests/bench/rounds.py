"""Rounds: in each, every side is measured once, one after the other, so that what changes on the machine meets all of them; what
is compared are the sides of the same round."""
import math
import statistics

import sides

CANARY_SHARE = 0.10
ADDED_FIELDS = {"x-request-id", "x-real-ip", "x-forwarded-for", "x-forwarded-host", "x-forwarded-port", "x-forwarded-proto",
                "x-forwarded-scheme", "x-scheme"}


def cpu_us(result):
    return result["cpu_ns"] / 1000 / result["requests"]


def fault_of(name, result):
    """Why a result does not count; None: it does."""
    if result["failed"] or result["wrong"]:
        return f"{result['failed']} requests failed, {result['wrong']} wrong answers {result['first_failure'].strip()}".strip()
    if result["requests"] == 0:
        return "no request was answered"
    reached = result["stable"] + result["canary"]
    share = result["canary"] / max(reached, 1)
    # 5 standard deviations of independent draws
    if name != "floor" and abs(share - CANARY_SHARE) > 0.002 + 5 * math.sqrt(CANARY_SHARE * (1 - CANARY_SHARE) / max(reached, 1)):
        return f"{share:.1%} of the requests reached the canary"
    return None


def field_names(head):
    return {line.split(":")[0].lower() for line in head.split("\r\n")[1:] if line}


def difference_of_fields(scenario, result):
    """What the backend is told that it is not on the other sides, and what is missing; "" when it is the same."""
    sent = field_names(scenario.request("h").split("\r\n\r\n")[0])
    wanted = (sent | ADDED_FIELDS) - {"connection"}
    told = field_names(result["backend_head"].split("\r\n\r\n")[0]) - {"connection"}
    return ", ".join([f"+{name}" for name in sorted(told - wanted)] + [f"-{name}" for name in sorted(wanted - told)])


class Outcome:
    """The good rounds of a scenario: lists of {side: result}; and what was not good."""

    def __init__(self, scenario, names):
        self.scenario, self.names = scenario, names
        self.rounds, self.dropped, self.notes = [], [], []

    def numbers(self, name, of):
        return [of(results[name]) for results in self.rounds]

    def median(self, name, of):
        return statistics.median(self.numbers(name, of))

    def own_cost(self, name):
        return statistics.median(cpu_us(r[name]) - cpu_us(r["floor"]) for r in self.rounds)

    def own_ratios(self, name):
        """Ours by its own cost, of each round in which there is a cost of its own."""
        pairs = [(cpu_us(r["graylane"]) - cpu_us(r["floor"]), cpu_us(r[name]) - cpu_us(r["floor"])) for r in self.rounds]
        return [ours / its for ours, its in pairs if its > 0]

    def total_ratios(self, name):
        """Its by ours."""
        return [cpu_us(r[name]) / cpu_us(r["graylane"]) for r in self.rounds]


def spread(values):
    """Median, and the quartiles."""
    if len(values) < 2:
        return (values + [math.nan])[0], math.nan, math.nan
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return middle, low, high


class Session:
    """The sides of a scenario, running."""

    def __init__(self, rig, scenario, names):
        self.rig, self.scenario = rig, scenario
        self.requests = rig.requests_file(scenario)
        self.running = {}
        self.names = names

    def __enter__(self):
        try:
            for name in self.names:
                side = sides.SIDES[name](self.rig, self.scenario, self.rig.core)
                self.running[name] = side
                side.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for side in self.running.values():
            side.stop()

    def measure(self, name, window_ms):
        side = self.running[name]
        return self.rig.peer.ask("run", port=side.port, requests=self.requests, clients=64, warm_up_ms=250, window_ms=window_ms,
                                 answer_bytes=self.scenario.answer_bytes, closes=int(not self.scenario.keep_alive),
                                 pids=",".join(map(str, side.pids())))

    def round(self, number, window_ms):
        """Who is first changes from round to round."""
        turn = number % len(self.names)
        return {name: self.measure(name, window_ms) for name in self.names[turn:] + self.names[:turn]}


def run(rig, scenario, names, count, window_ms, progress):
    """`count` good rounds, or what comes of half as many again."""
    outcome = Outcome(scenario, names)
    with Session(rig, scenario, names) as session:
        for number in range(count + (count + 1) // 2):
            results = session.round(number, window_ms)
            faults = [f"{sides.SIDES[n].label}: {fault}" for n in names if (fault := fault_of(n, results[n]))]
            if faults:
                outcome.dropped.append("; ".join(faults))
            else:
                outcome.rounds.append(results)
            progress(outcome)
            if len(outcome.rounds) == count:
                break
        for name in names:
            if name != "floor" and outcome.rounds and (told := difference_of_fields(scenario, outcome.rounds[-1][name])):
                outcome.notes.append(f"{sides.SIDES[name].label} tells the backend other fields: {told}")
    return outcome
