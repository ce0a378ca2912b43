"""What /metrics says of the two versions of a route: requests, errors, and how long they took. For one route; a scrape is a dict as
Up.metrics() returns it, and the difference of two says what came between.
"""
import re

LABEL = re.compile(r'(\w+)="([^"]*)"')


def series(metrics, name, **wanted):
    """(labels, value) of each series of that name with these labels."""
    for key, value in metrics.items():
        if key.partition("{")[0] == name:
            labels = dict(LABEL.findall(key))
            if all(labels.get(k) == v for k, v in wanted.items()):
                yield labels, value


def between(before, after):
    return {key: value - before.get(key, 0) for key, value in after.items()}


def requests(metrics, **wanted):
    return int(sum(value for _, value in series(metrics, "graylane_requests_total", **wanted)))


def share(metrics, **wanted):
    """Of the canary, among all requests."""
    return requests(metrics, role="canary", **wanted) / max(1, requests(metrics, **wanted))


def error_rate(metrics, **wanted):
    errors = sum(value for labels, value in series(metrics, "graylane_requests_total", **wanted) if labels["status"] >= "500")
    return errors / max(1, requests(metrics, **wanted))


def quantile_seconds(metrics, q, **wanted):
    """The upper bound of the bucket that holds the quantile."""
    counts = {}
    for labels, value in series(metrics, "graylane_request_duration_seconds_bucket", **wanted):
        counts[float(labels["le"])] = counts.get(float(labels["le"]), 0) + value
    total = max(counts.values(), default=0)
    return next((bound for bound in sorted(counts) if counts[bound] >= q * total), None) if total else None
