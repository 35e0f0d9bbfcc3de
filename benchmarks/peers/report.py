"""What is shown: one table, one chart, and rows for other programs."""

import json
from xml.sax.saxutils import escape

from workloads import MILLION_NAMES, WORKLOADS

COLUMNS = [
    ("workload", "workload", "{}"), ("server", "server", "{}"), ("qps", "queries/s", "{:,.0f}"),
    ("cpu_us_per_query", "CPU us/query", "{:.2f}"), ("p50_us", "p50 us", "{:.0f}"), ("p99_us", "p99 us", "{:.0f}"),
    ("rss_mb", "RSS MB", "{:.1f}"), ("start_ms", "first answer ms", "{:,.0f}"),
]


def cell(row, key, form):
    return "-" if row.get(key) is None else form.format(row[key])


def table(rows):
    """Markdown that also reads well in a terminal."""
    lines = [[title for _, title, _ in COLUMNS]]
    lines += [[cell(row, key, form) for key, _, form in COLUMNS] for row in rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(COLUMNS))]
    texts = ["| " + " | ".join(word.ljust(w) if i < 2 else word.rjust(w)
                               for i, (word, w) in enumerate(zip(line, widths))) + " |" for line in lines]
    rule = "|" + "|".join("-" * (w + 2) if i < 2 else "-" * (w + 1) + ":" for i, w in enumerate(widths)) + "|"
    return "\n".join([texts[0], rule, *texts[1:]])


def notes(rows):
    """Sentences about what the table has no column for."""
    found = []
    for row in rows:
        if row.get("bytes_per_name") is not None:
            found.append(f"{row['server']} loads {MILLION_NAMES:,} names in {row['start_ms'] / 1000:.1f} s and takes "
                         f"{row['bytes_per_name']:.0f} bytes a name above the zone file's text.")
    by_key = {(row["workload"], row["server"]): row for row in rows}
    for workload, other in (("zone_hit", "knot"), ("cache_hit", "knot"), ("forward_miss", "unbound"), ("tcp", "unbound")):
        ours, theirs = by_key.get((workload, "harbinger")), by_key.get((workload, other))
        if ours and theirs:
            found.append(f"{workload}: harbinger takes {ours['cpu_us_per_query'] / theirs['cpu_us_per_query']:.2f} x the "
                         f"CPU per query of {other} and answers {ours['qps'] / theirs['qps']:.2f} x its queries/s.")
    off, on = by_key.get(("cache_hit", "harbinger")), by_key.get(("cache_hit", "harbinger_prefetch"))
    if off and on:
        found.append(f"cache_hit: with prefetch on, harbinger takes {on['cpu_us_per_query'] / off['cpu_us_per_query']:.2f} x the "
                     "CPU per query that it takes without, learning included.")
    return found


def markdown(rows, conditions):
    return "\n".join([table(rows), "", *(f"- {note}" for note in notes(rows)), "", conditions, ""])


def page(rows, conditions, chart_name):
    """A page of its own: what docs/benchmarks.md is."""
    return "\n".join(["# Beside other servers", "",
                      "Written by `benchmarks/peers/run`; [benchmarks/README.md](../benchmarks/README.md) says what is asked and how it is",
                      "measured. A figure means something beside the others of the same run.", "",
                      f"![CPU per query of each server in each workload]({chart_name})", "", markdown(rows, conditions)])


MARKS = "<!-- benchmarks/peers/run --publish: from here -->", "<!-- to here -->"


def summary(rows, conditions):
    """CPU per query, a line per workload and a column per server: what README.md shows."""
    names = [name for name in ("harbinger", "knot", "nsd", "unbound", "dnsdist", "reflector")
             if any(row["server"] == name for row in rows)]
    by_key = {(row["workload"], row["server"]): row for row in rows}
    lines = ["| CPU per query, microseconds | " + " | ".join(names) + " |", "|---|" + "--:|" * len(names)]
    for workload, words in WORKLOADS.items():
        cells = [cell(by_key.get((workload, name), {}), "cpu_us_per_query", "{:.2f}") for name in names]
        lines.append(f"| {words} | " + " | ".join(cells) + " |")
    return "\n".join([*lines, "", conditions])


def put_into_readme(path, rows, conditions):
    before, _, rest = path.read_text().partition(MARKS[0])
    path.write_text("\n".join([before + MARKS[0], summary(rows, conditions), MARKS[1]]) + rest.partition(MARKS[1])[2])


def write_json(path, rows):
    with open(path, "w") as out:
        json.dump(rows, out, indent=1)
        out.write("\n")


# The chart: one panel per workload, one bar per server, CPU per query to the right.

WIDTH, LEFT, RIGHT, BAR, GAP = 860, 110, 240, 18, 7
COLOURS = {"harbinger": "#d1495b", "reflector": "#b8c0c8"}
OTHERS = "#5b7c99"


def nice_step(most):
    for step in (0.25, 0.5, 1, 2, 5, 10, 20, 50, 100):
        if most / step <= 8:
            return step
    return most / 8


def text(x, y, words, size=13, anchor="start", weight="normal", colour="#222"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" font-weight="{weight}" '
            f'fill="{colour}">{escape(words)}</text>')


def panel(workload, rows, top):
    """SVG of one workload and the height it takes."""
    most = max(row["cpu_us_per_query"] for row in rows) * 1.02
    scale = (WIDTH - LEFT - RIGHT) / most
    bottom = top + 26 + len(rows) * (BAR + GAP)
    parts = [text(LEFT, top + 12, f"{workload}: {WORKLOADS[workload]}", 14, weight="bold")]
    step = nice_step(most)
    for tick in range(int(most / step) + 1):
        x = LEFT + tick * step * scale
        parts.append(f'<line x1="{x:.1f}" y1="{top + 22}" x2="{x:.1f}" y2="{bottom}" stroke="#ddd"/>')
        parts.append(text(x, bottom + 15, f"{tick * step:g}", 11, "middle", colour="#666"))
    for i, row in enumerate(rows):
        y = top + 26 + i * (BAR + GAP)
        length = row["cpu_us_per_query"] * scale
        colour = COLOURS.get(row["server"], OTHERS)
        parts.append(text(LEFT - 8, y + 14, row["server"], anchor="end",
                          weight="bold" if row["server"] == "harbinger" else "normal"))
        parts.append(f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR}" rx="2" fill="{colour}"/>')
        p99 = "" if row.get("p99_us") is None else f", p99 {row['p99_us']:.0f} us"
        parts.append(text(LEFT + length + 8, y + 14,
                          f"{row['cpu_us_per_query']:.2f} us, {row['qps'] / 1000:,.0f}k/s{p99}", 12, colour="#444"))
    parts.append(text(LEFT, bottom + 31, "CPU per query, microseconds (shorter is better)", 11, colour="#666"))
    return "\n".join(parts), bottom + 50 - top


def chart(rows, conditions):
    parts, top = [], 62
    for workload in WORKLOADS:
        measured = [row for row in rows if row["workload"] == workload and row.get("cpu_us_per_query")]
        if measured:
            drawn, height = panel(workload, sorted(measured, key=lambda row: row["cpu_us_per_query"]), top)
            parts.append(drawn)
            top += height
    head = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" width="{WIDTH}" height="{top}" '
            'font-family="Helvetica, Arial, sans-serif" role="img">',
            "<title>CPU per query of DNS servers</title>",
            f'<rect width="{WIDTH}" height="{top}" fill="#fff"/>',
            text(24, 28, "CPU per query, one core for the server and one for the load", 17, weight="bold"),
            text(24, 47, conditions, 11, colour="#666")]
    return "\n".join([*head, *parts, "</svg>", ""])
