"""What is shown: a table and goals for each workload, a chart of first-byte times, and rows for other programs."""

import json
import math
from xml.sax.saxutils import escape

from figures import judged, ratio

MS, PERCENT, MB = "{:.1f}", "{:.1%}", "{:.1f}"
COLUMNS = [
    ("contender", "prediction", "{}"), ("cache", "cache", "{}"), ("within", "requests", "{:,}"),
    ("ttfb_p50", "first byte p50 ms", MS), ("ttfb_p95", "p95", MS), ("ttfb_p99", "p99", MS),
    ("page_p50", "page p50 ms", MS), ("page_p95", "p95", MS), ("page_p99", "p99", MS),
    ("hits", "hit rate", PERCENT), ("hits_within", "hits after the first", PERCENT),
    ("origin_mb", "origin MB", MB), ("of_off", "of off's", "{:.2f}"),
    ("prefetched", "prefetched", "{:,}"), ("unused", "unused", PERCENT), ("unused_octets", "unused bytes", PERCENT), ("agents_cpu_s", "agents CPU s", "{:.1f}"),
]
FEW = ("contender", "cache", "ttfb_p50", "ttfb_p95", "ttfb_p99", "page_p50", "page_p95", "page_p99", "hits_within", "origin_mb", "unused")


def cell(row, key, form):
    return "-" if row.get(key) is None else form.format(row[key])


def table(rows, keys=None):
    """Markdown that also reads well in a terminal."""
    columns = [column for column in COLUMNS if keys is None or column[0] in keys]
    lines = [[title for _, title, _ in columns]] + [[cell(row, key, form) for key, _, form in columns] for row in rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(columns))]
    texts = ["| " + " | ".join(word.ljust(w) if i < 2 else word.rjust(w) for i, (word, w) in enumerate(zip(line, widths))) + " |" for line in lines]
    rule = "|" + "|".join("-" * (w + 2) if i < 2 else "-" * (w + 1) + ":" for i, w in enumerate(widths)) + "|"
    return "\n".join([texts[0], rule, *texts[1:]])


def off_of(rows, row):
    """The run without prediction that `row` is compared with."""
    return next((other for other in rows if other["contender"] == "off" and all(other[key] == row[key] for key in ("workload", "cache"))), None)


def goals(rows):
    for row in rows:
        if row["contender"] not in ("off", "none"):
            for what, figure, bound, holds in judged(row["workload"], row, off_of(rows, row)):
                yield f"{row['contender']} ({row['cache']}): {what} {figure:.3f}, wanted {bound}: {'reached' if holds else '**missed**'}"


def section(workload, rows):
    mine = [row for row in rows if row["workload"] == workload.name]
    for row in mine:
        row["of_off"] = ratio(row, off_of(rows, row), "origin_mb")
    parts = [f"## {workload.name}: {workload.title}", "", *(f"- {remark}" for remark in workload.remarks), "", table(mine), ""]
    failed = [f"- {row['contender']} ({row['cache']}): {row['failed']} of {row['requests']} requests failed" for row in mine if row["failed"]]
    found = [f"- {line}" for line in goals(mine)]
    return "\n".join(parts + failed + ([""] if failed else []) + found + ([""] if found else []))


def markdown(workloads, rows, conditions):
    return "\n".join([section(workload, rows) for workload in workloads if any(row["workload"] == workload.name for row in rows)] + [conditions, ""])


def page(workloads, rows, conditions, chart_name):
    """docs/edge_benchmarks.md."""
    return "\n".join([
        "# Does an edge that prefetches serve faster?", "",
        "Written by `benchmarks/edge/run`; [benchmarks/README.md](../benchmarks/README.md) says what is done and what the columns mean. A figure means",
        "something beside the others of the same run.", "", f"![How many requests had their first byte after how long]({chart_name})", "",
        markdown(workloads, rows, conditions)])


def write_json(path, rows):
    path.write_text(json.dumps(rows, indent=1) + "\n")


# The chart: a panel for each workload, a curve for each run: the share of requests within sessions whose first octet came within so many milliseconds.

WIDTH, LEFT, RIGHT, HEIGHT = 860, 64, 230, 260
COLOURS = {"off": "#8a939c", "markov1": "#2a7f9e", "harbinger": "#d1495b"}
SHORTEST, LONGEST = 0.3, 2000


def text(x, y, words, size=12, anchor="start", weight="normal", colour="#222"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" font-weight="{weight}" '
            f'fill="{colour}">{escape(words)}</text>')


def across(ms):
    """Milliseconds to the right, by their logarithm."""
    ms = min(max(ms, SHORTEST), LONGEST)
    return LEFT + (WIDTH - LEFT - RIGHT) * math.log(ms / SHORTEST) / math.log(LONGEST / SHORTEST)


def curve(row, top):
    times = row["ttfbs_ms"]
    points = [(across(times[min(len(times) - 1, i * len(times) // 200)]), top + HEIGHT * (1 - i / 200)) for i in range(201)]
    dashes = ' stroke-dasharray="5 3"' if row["cache"] != "nginx" else ""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{COLOURS.get(row["contender"], "#444")}" stroke-width="2"{dashes}/>'


def grid(top):
    parts = []
    for ms in (1, 10, 100, 1000):
        x = across(ms)
        parts.append(f'<line x1="{x:.1f}" y1="{top}" x2="{x:.1f}" y2="{top + HEIGHT}" stroke="#ddd"/>')
        parts.append(text(x, top + HEIGHT + 16, f"{ms} ms", 11, "middle", colour="#666"))
    for part in (0, 0.25, 0.5, 0.75, 1):
        y = top + HEIGHT * (1 - part)
        parts.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(text(LEFT - 8, y + 4, f"{part:.0%}", 11, "end", colour="#666"))
    return parts


def panel(workload, rows, top):
    parts = [text(LEFT, top - 10, f"{workload.name}: {workload.title}", 14, weight="bold"), *grid(top)]
    for number, row in enumerate(rows):
        y = top + 16 + 38 * number
        parts += [curve(row, top), text(WIDTH - RIGHT + 16, y, f"{row['contender']}, {row['cache']}", 13, weight="bold", colour=COLOURS.get(row["contender"], "#444")),
                  text(WIDTH - RIGHT + 16, y + 15, f"p50 {row['ttfb_p50']:.1f}, p95 {row['ttfb_p95']:.1f} ms", 12, colour="#444")]
    return parts


def chart(workloads, rows, conditions):
    parts, top = [], 100
    for workload in workloads:
        mine = [row for row in rows if row["workload"] == workload.name and row["ttfbs_ms"]]
        if mine:
            parts += panel(workload, mine, top)
            top += HEIGHT + 70
    head = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top - 30}" width="{WIDTH}" height="{top - 30}" '
            'font-family="Helvetica, Arial, sans-serif" role="img">',
            "<title>Time to the first byte at edges that prefetch</title>", f'<rect width="{WIDTH}" height="{top - 30}" fill="#fff"/>',
            text(24, 28, "Share of requests within sessions that had their first byte after so long", 17, weight="bold"),
            text(24, 47, conditions.split(";")[0], 11, colour="#666")]
    return "\n".join([*head, *parts, "</svg>", ""])
