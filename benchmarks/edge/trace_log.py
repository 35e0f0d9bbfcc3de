"""The ezproxy trace as a workload: real clients, what they wanted in which order and how large it was, from a day's log."""

import datetime
import gzip
import os
import re
from pathlib import Path

from workload import Request, Session, Workload

LINE = re.compile(r'(\S+) \S+ \S+ \[([^\]]+)\] "GET https?://([^/" ]+)([^" ]*)[^"]*" ([23]\d\d) (\d+|-)')
DECORATION = re.compile(r"\.(gif|jpe?g|png|bmp|ico|svg|webp|xbm|avif|css|m?js|woff2?|ttf|eot)$", re.I)
GAP = 1800  # seconds without a request, after which a client's next one begins a session
ONE_PAGE = 1  # seconds: what follows so soon belongs to the same page (redirects, frames)
MEASURED_FROM = 0.8  # of the accesses


class Missing(Exception):
    pass


def folder(root):
    told = os.environ.get("HARBINGER_DATA")
    return (Path(told) if told else root.parent / "shared" / "data") / "ezproxy-2012"


def read(files, parts):
    """(time, client, host, target, octets) of pages, and of their parts if wanted; query strings are cut off, as the predictors never see them."""
    rows = []
    for path in files:
        with gzip.open(path, "rt", errors="replace") as lines:
            for found in filter(None, map(LINE.match, lines)):
                client, time, host, target, _, octets = found.groups()
                target = target.partition("?")[0] or "/"
                if parts or not DECORATION.search(target):
                    seconds = datetime.datetime.strptime(time, "%d/%b/%Y:%H:%M:%S %z").timestamp()
                    rows.append((seconds, client, host.removesuffix(":80"), target, 0 if octets == "-" else int(octets)))
    rows.sort(key=lambda row: row[0])
    return rows


class Sessions:
    """Cuts the stream of accesses into sessions. What a client fetched once it has: its own cache keeps as long as the edge's does."""

    def __init__(self, speed, longest_wait):
        self.speed, self.longest_wait = speed, longest_wait
        self.numbers, self.open, self.has, self.all = {}, {}, {}, []

    def add(self, row):
        time, client, host, target, _ = row
        number = self.numbers.setdefault(client, len(self.numbers))
        begun, latest, sent, page = self.open.get(client, (None, None, None, 0))
        if latest is None or time - latest > GAP:
            begun, sent = Session(number, []), time
            self.all.append(begun)
        elif time - latest > ONE_PAGE:
            page += 1
        self.open[client] = (begun, time, sent, page)
        if (host, target) in self.has.setdefault(client, set()):
            return
        self.has[client].add((host, target))
        begun.requests.append(Request(min(time - sent, self.longest_wait) / self.speed, host, target, page))
        self.open[client] = (begun, time, time, page)

    def take(self):
        """The sessions so far; whoever is within one begins another."""
        taken = [session for session in self.all if session.requests]
        self.all, self.open = [], {}
        return taken


def catalogue_of(rows, largest):
    sizes = {}
    for _, _, host, target, octets in rows:
        sizes[host + target] = max(sizes.get(host + target, 0), min(octets, largest))
    return sizes


def workload(root, speed, longest_wait, largest, parts):
    files = sorted(folder(root).glob("*.log.gz"))
    if not files:
        raise Missing(f"no trace in {folder(root)}; HARBINGER_DATA can name the folder with ezproxy-2012")
    rows = read(files, parts)
    sessions = Sessions(speed, longest_wait)
    measured_from = int(len(rows) * MEASURED_FROM)
    for row in rows[:measured_from]:
        sessions.add(row)
    learnt = sessions.take()
    for row in rows[measured_from:]:
        sessions.add(row)
    sizes = catalogue_of(rows, largest)
    return Workload(
        "ezproxy", "pages of a library's proxy, a real day", [
            f"The ezproxy trace: {len(rows):,} GET requests{'' if parts else ' for pages (no images, styles, scripts, fonts)'} of {len(sessions.numbers):,} "
            "clients, query strings cut off, answers as large as in the trace"
            f" ({sum(size == largest for size in sizes.values())} resources are cut to {largest / 1e6:g} MB). The first {MEASURED_FROM:.0%} are learnt from, the rest is "
            "measured, and learnt from too, after it was served.",
            "Clients have caches: what one has fetched it does not ask for again. Nothing expires during a run, at the edges neither, so prefetching "
            "never wins by refreshing.",
            f"Waits within a session are {speed:g} times shorter than in the trace, those above {longest_wait:g} s count as {longest_wait:g} s; sessions begin evenly, in the "
            "trace's order. Distance is not shortened, so a prefetch has that much less time than in life.",
        ], sizes, learnt, sessions.take(), "http://www.sciencedirect.com")
