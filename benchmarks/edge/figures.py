"""From what clients and origin saw to a row of figures."""

from dataclasses import dataclass

SHARES = (0.50, 0.95, 0.99)


@dataclass
class Served:
    """One request of one client, as it was served."""

    edge: str
    resource: str
    first: bool  # of its session
    page: tuple
    begun: float
    ttfb: float
    took: float
    status: int
    octets: int
    hit: bool


def served(workload, rows, edge_of):
    found = []
    for number, step, address, begun, ttfb, took, status, octets, cache in rows:
        request = workload.measured[number].requests[step]
        found.append(Served(edge_of(address), request.host + request.target, step == 0, (number, request.page), begun, ttfb, took, status, octets,
                            cache.upper() == "HIT"))
    return found


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None


def percentiles_ms(seconds, name):
    return {f"{name}_p{round(share * 100)}": None if not seconds else percentile(seconds, share) * 1000 for share in SHARES}


def page_times(requests):
    """From a page's first request to the last octet of its last one, of pages that do not begin a session."""
    pages = {}
    for request in requests:
        begun, ended, first = pages.get(request.page, (request.begun, 0, False))
        pages[request.page] = (min(begun, request.begun), max(ended, request.begun + request.took), first or request.first)
    return [ended - begun for begun, ended, first in pages.values() if not first]


def share(part, whole):
    return part / whole if whole else None


def row(workload, requests, origin, agents_cpu):
    within = [request for request in requests if not request.first]
    counted = [request for request in within if request.resource.endswith(workload.segment_like)]
    # What came too late for the client that wanted it, and was of use to none after it, counts as unused.
    of_use = {(request.edge, request.resource) for request in requests if request.hit}
    prefetched = [(octets, (edge, resource) in of_use) for edge, resource, octets in origin["prefetched"]]
    return {
        "requests": len(requests), "failed": sum(request.status not in (200, 206) for request in requests), "within": len(within),
        **percentiles_ms([request.ttfb for request in within], "ttfb"), **percentiles_ms(page_times(requests), "page"),
        "hits": share(sum(request.hit for request in requests), len(requests)),
        "hits_within": share(sum(request.hit for request in counted), len(counted)),
        "origin_mb": origin["octets"] / 1e6, "origin_requests": origin["requests"],
        "prefetched": len(prefetched), "prefetched_mb": sum(octets for octets, _ in prefetched) / 1e6,
        "unused": share(sum(not used for _, used in prefetched), len(prefetched)),
        "unused_octets": share(sum(octets for octets, used in prefetched if not used), sum(octets for octets, _ in prefetched)),
        "agents_cpu_s": agents_cpu, "ttfbs_ms": sorted(request.ttfb * 1000 for request in within),
    }


def ratio(row, off, key):
    return None if not off or not row.get(key) or not off.get(key) else row[key] / off[key]


GOALS = {  # (what, the figure of a row and its run without prediction, at most or at least)
    "ezproxy": [("first byte p50, of off's", lambda row, off: ratio(row, off, "ttfb_p50"), "at most", 0.5),
                ("first byte p95, of off's", lambda row, off: ratio(row, off, "ttfb_p95"), "at most", 0.75),
                ("origin bytes, of off's", lambda row, off: ratio(row, off, "origin_mb"), "at most", 1.25)],
    "video": [("segments after the first from the cache", lambda row, _: row["hits_within"], "at least", 0.9),
              ("prefetched segments unused", lambda row, _: row["unused"], "at most", 0.1)],
}


def judged(workload, row, off):
    """(what, figure, bound in words, whether it holds) of a row that has such figures."""
    for what, figure_of, side, bound in GOALS[workload]:
        figure = figure_of(row, off)
        if figure is not None:
            yield what, figure, f"{side} {bound:g}", figure <= bound if side == "at most" else figure >= bound
