"""The figures as text: for a terminal, and as Markdown."""
import math

import sides
from rounds import cpu_us, spread

OURS = "graylane"


def label(name):
    return sides.SIDES[name].label


def number(value, digits=2):
    return "-" if value is None or math.isnan(value) else f"{value:,.{digits}f}"


def with_spread(values, digits=2):
    middle, low, high = spread(values)
    return f"{number(middle, digits)} ({number(low, digits)} to {number(high, digits)})"


def verdicts(outcome):
    """(text, "reached" | "not reached" | "failed") for each goal of the scenario that was measured."""
    found = []
    if not outcome.rounds or OURS not in outcome.names:
        return found
    for name, (goal, limit) in outcome.scenario.own_goals.items():
        if name in outcome.names:
            ratio = spread(outcome.own_ratios(name))[0]
            word = "reached" if ratio <= goal else "failed" if limit is not None and not ratio <= limit else "not reached"
            found.append((f"own cost at most {goal:.2f} of {label(name)}'s: {number(ratio)}", word))
    for name, goal in outcome.scenario.total_goals.items():
        if name in outcome.names:
            ratio = spread(outcome.total_ratios(name))[0]
            found.append((f"{label(name)} at least {goal} times dearer in total: {number(ratio, 1)}", "reached" if ratio >= goal else "not reached"))
    return found


def text_table(rows):
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths))).rstrip()
                     for row in rows)


def markdown_table(rows):
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|---" * len(rows[0]) + "|"] + lines[1:])


def row_of(outcome, name):
    p50 = outcome.median(name, lambda r: r["p50_us"])
    p99 = outcome.median(name, lambda r: r["p99_us"])
    rate = outcome.median(name, lambda r: r["requests"] / r["seconds"])
    compared = name not in (OURS, "floor") and OURS in outcome.names
    own = outcome.scenario.own_cost and "floor" in outcome.names and name != "floor"
    return [label(name), number(outcome.median(name, cpu_us)), number(outcome.own_cost(name)) if own else "-",
            with_spread(outcome.own_ratios(name)) if own and compared else "-",
            with_spread(outcome.total_ratios(name)) if compared else "-",
            number(rate, 0), number(p50 / 1000), number(p99 / 1000)]


HEADS = ["", "CPU us/request", "own cost us", "ours / own cost", "CPU / ours", "requests/s", "p50 ms", "p99 ms"]


def scenario_text(outcome):
    lines = [f"{outcome.scenario.title}: {len(outcome.rounds)} rounds, {len(outcome.dropped)} dropped"]
    if outcome.rounds:
        lines.append(text_table([HEADS] + [row_of(outcome, name) for name in outcome.names]))
    lines += [f"dropped: {reason}" for reason in outcome.dropped] + [f"note: {note}" for note in outcome.notes]
    lines += [f"goal {word}: {text}" for text, word in verdicts(outcome)]
    return "\n".join(lines)


def scenarios_markdown(outcomes):
    rows = [["scenario"] + HEADS]
    for outcome in outcomes:
        for i, name in enumerate(outcome.names if outcome.rounds else []):
            rows.append([outcome.scenario.title if i == 0 else ""] + row_of(outcome, name))
    return markdown_table(rows)


def figures_markdown(figures):
    return markdown_table([["figure", "goal", "measured"]] + [[f.what, f.goal, f.measured] for f in figures])


def figures_text(figures):
    return text_table([["", "goal", "measured"]] + [[f.what, f.goal or "-", f.measured] for f in figures])
