"""What is asked: zones and query files, made once in a folder and always the same (the random numbers are seeded)."""

import itertools
import random
from pathlib import Path

ZONE = "bench.example"
MILLION = "million.example"
WILD = "wild.example"
TINY = "tiny.example"

SMALL_NAMES = 10_000
MILLION_NAMES = 1_000_000
MISS_NAMES = 1_500_000
QUERIES = 400_000

WORKLOADS = {
    "zone_hit": "authoritative, zone of 10,000 names, Zipf",
    "cache_hit": "from cache, 10,000 names, Zipf",
    "forward_miss": "forwarded, every name asked once",
    "tcp": "over 8 TCP connections, 10,000 names, Zipf",
    "zone_1m": "authoritative, zone of 1,000,000 names, uniform",
}


def zone_head(zone):
    return (f"$ORIGIN {zone}.\n$TTL 86400\n"
            "@ SOA ns1 hostmaster 2024010101 7200 3600 1209600 3600\n"
            "@ NS ns1\n@ NS ns2\nns1 A 192.0.2.1\nns2 A 192.0.2.2\n")


def host(number):
    return f"host-{number:06d}"


def address(number):
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def write_zone(path, zone, names):
    with open(path, "w") as out:
        out.write(zone_head(zone))
        out.writelines(f"{host(n)} A {address(n)}\n" for n in range(names))


def write_queries(path, zone, numbers):
    with open(path, "w") as out:
        out.writelines(f"{host(n)}.{zone} A\n" for n in numbers)


def zipf(names, count, rng):
    """Name numbers, the one of rank r as often as 1/r says; ranks are spread over the zone."""
    order = list(range(names))
    rng.shuffle(order)
    weights = list(itertools.accumulate(1 / rank for rank in range(1, names + 1)))
    return rng.choices(order, cum_weights=weights, k=count)


class Files:
    """Zones and query files in `folder`; each is made when first asked for and kept for the next run."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    def _made(self, name, make):
        path = self.folder / name
        if not path.exists():
            part = path.with_suffix(".part")
            make(part)
            part.rename(path)
        return path

    def zone(self, zone):
        def make(path):
            if zone == WILD:
                path.write_text(zone_head(zone) + "* A 192.0.2.3\n")
            else:
                write_zone(path, zone, {ZONE: SMALL_NAMES, MILLION: MILLION_NAMES, TINY: 10}[zone])
        return self._made(f"{zone}.zone", make)

    def queries(self, workload):
        rng = random.Random(53)
        makers = {
            "zone_hit": lambda path: write_queries(path, ZONE, zipf(SMALL_NAMES, QUERIES, rng)),
            "zone_1m": lambda path: write_queries(path, MILLION, rng.choices(range(MILLION_NAMES), k=QUERIES)),
            "forward_miss": lambda path: write_queries(path, WILD, range(MISS_NAMES)),
            "forward_miss_slow": lambda path: write_queries(path, WILD, range(MISS_NAMES, MISS_NAMES + 200_000)),
        }
        name = {"cache_hit": "zone_hit", "tcp": "zone_hit"}.get(workload, workload)
        return self._made(f"{name}.queries", makers[name])

    def queries_for_latency(self, workload):
        """The same kind of queries; other names where a second asking would be another workload."""
        return self.queries("forward_miss_slow" if workload == "forward_miss" else workload)

    def every_name_once(self):
        """For filling caches."""
        return self._made("warm.queries", lambda path: write_queries(path, ZONE, range(SMALL_NAMES)))


def zone_of(workload):
    return {"zone_1m": MILLION, "forward_miss": WILD, "idle": TINY}.get(workload, ZONE)
