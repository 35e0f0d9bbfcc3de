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
MEASURED_FROM, MEASURED_TO = 0.6, 0.8  # of the accesses: two busy hours, at which the day goes by evenly
LEARNT_IN = 15  # seconds, about


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
    """Cuts the stream of accesses into sessions. What a client fetched it has for `max_age`: its own cache keeps things as the edge's does."""

    def __init__(self, speed, longest_wait, max_age):
        self.speed, self.longest_wait, self.max_age = speed, longest_wait, max_age
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
        fetched = self.has.setdefault(client, {})
        if time - fetched.get((host, target), -self.max_age) < self.max_age:
            return
        fetched[host, target] = time
        begun.requests.append(Request(min(time - sent, self.longest_wait) / self.speed, host, target, page))
        self.open[client] = (begun, time, time, page)

    def take(self, rows):
        """The sessions of these accesses; whoever is within one at their end begins another."""
        for row in rows:
            self.add(row)
        taken = [session for session in self.all if session.requests]
        self.all, self.open = [], {}
        return taken


def catalogue_of(rows, largest):
    sizes = {}
    for _, _, host, target, octets in rows:
        sizes[host + target] = max(sizes.get(host + target, 0), min(octets, largest))
    return sizes


def workload(root, speed, longest_wait, largest, parts, max_age, seconds):
    """`max_age`: seconds in life. `seconds`: within which the measured sessions begin."""
    files = sorted(folder(root).glob("*.log.gz"))
    if not files:
        raise Missing(f"no trace in {folder(root)}; HARBINGER_DATA can name the folder with ezproxy-2012")
    rows = read(files, parts)
    begin, end = int(len(rows) * MEASURED_FROM), int(len(rows) * MEASURED_TO)
    from_when, till_when = rows[begin][0], rows[end][0]
    fresh = next(i for i, row in enumerate(rows) if row[0] > from_when - max_age)
    sessions = Sessions(speed, longest_wait, max_age)
    learnt, just_before, measured = sessions.take(rows[:fresh]), sessions.take(rows[fresh:begin]), sessions.take(rows[begin:end])
    day = (till_when - from_when) / seconds
    real_age = max(1, round(max_age / day))
    sizes = catalogue_of(rows, largest)
    return Workload(
        "ezproxy", "pages of a library's proxy, a real day", [
            f"The ezproxy trace: GET requests{'' if parts else ' for pages (no images, styles, scripts, fonts)'} of {len(sessions.numbers):,} clients, query strings cut off, "
            f"answers as large as in the trace ({sum(size == largest for size in sizes.values())} resources are cut to {largest / 1e6:g} MB). The first {begin:,} are learnt from, the "
            f"next {end - begin:,}, of {(till_when - from_when) / 3600:.1f} hours, are measured, and learnt from after they were served.",
            f"Responses are fresh for {max_age / 60:g} minutes, which are {real_age} s here, as sessions begin evenly and the day goes by {day:.0f} times faster than in life. Clients have caches: what "
            "they have fresh they do not ask for.",
            f"Waits within a session are {speed:g} times shorter than in the trace, those above {longest_wait:g} s count as {longest_wait:g} s. Distance is not shortened, "
            "so a prefetch has that much less time than in life, and must be of use much sooner before it is stale.",
        ], sizes, learnt, just_before, measured, (1, real_age), LEARNT_IN, "http://www.sciencedirect.com")

