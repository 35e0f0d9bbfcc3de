#!/usr/bin/env python3
"""How benchmarks/edge cuts a trace into sessions and judges what was served."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks" / "edge"))
sys.dont_write_bytecode = True

import figures
import origin
from trace_log import Sessions
from workload import Request, Session, Workload

HOUR = 3600


def accesses(*times_and_targets, client="a"):
    return [(time, client, "www.example.org", target, 1000) for time, target in times_and_targets]


def sessions_of(rows, speed=10, longest_wait=5, max_age=HOUR):
    return Sessions(speed, longest_wait, max_age).take(rows)


def targets(session):
    return [request.target for request in session.requests]


def world(requests, **more):
    return Workload("ezproxy", "", [], {}, [], [], [Session(0, requests)], (1, 1), 1, "http://www.example.org", **more)


def row_of(workload, rows, prefetched=(), octets=0):
    requests = figures.served(workload, rows, lambda address: address)
    return figures.row(workload, requests, {"octets": octets, "requests": 0, "prefetched": list(prefetched)}, 0)


class TraceSessions(unittest.TestCase):
    def test_half_an_hour_without_a_request_ends_a_session(self):
        found = sessions_of(accesses((0, "/1"), (1800, "/2"), (3601, "/3")))
        self.assertEqual([targets(session) for session in found], [["/1", "/2"], ["/3"]])

    def test_a_client_does_not_ask_for_what_it_has_fresh(self):
        found = sessions_of(accesses((0, "/1"), (60, "/2"), (120, "/1"), (180, "/3")))
        self.assertEqual(targets(found[0]), ["/1", "/2", "/3"])

    def test_a_client_asks_again_for_what_is_stale(self):
        found = sessions_of(accesses((0, "/1"), (60, "/2"), (120, "/1")), max_age=100)
        self.assertEqual(targets(found[0]), ["/1", "/2", "/1"])

    def test_waits_are_shortened_and_have_a_longest(self):
        found = sessions_of(accesses((0, "/1"), (3, "/2"), (100, "/3")), speed=10, longest_wait=5)
        self.assertEqual([request.after for request in found[0].requests], [0, 0.3, 0.5])

    def test_a_wait_spans_what_was_not_asked_for(self):
        found = sessions_of(accesses((0, "/1"), (2, "/1"), (4, "/2")))
        self.assertEqual([request.after for request in found[0].requests], [0, 0.4])

    def test_what_follows_within_a_second_is_one_page(self):
        found = sessions_of(accesses((0, "/1"), (1, "/2"), (2, "/3"), (9, "/4")))
        self.assertEqual([request.page for request in found[0].requests], [0, 0, 0, 1])


class Figures(unittest.TestCase):
    def test_the_first_request_of_a_session_is_not_within_it(self):
        workload = world([Request(0, "h", "/1", 0), Request(1, "h", "/2", 1)])
        row = row_of(workload, [[0, 0, "edge-1", 0, 9.0, 9.0, 200, 1, "MISS"], [0, 1, "edge-1", 1, 0.1, 0.2, 200, 1, "HIT"]])
        self.assertEqual(row["within"], 1)
        self.assertAlmostEqual(row["ttfb_p99"], 100)
        self.assertAlmostEqual(row["page_p50"], 200)
        self.assertEqual((row["hits"], row["hits_within"]), (0.5, 1))

    def test_a_page_lasts_from_its_first_request_to_the_end_of_its_last(self):
        workload = world([Request(0, "h", "/1", 0), Request(1, "h", "/2", 1), Request(0, "h", "/3", 1)])
        row = row_of(workload, [[0, 0, "e", 0, 1, 1, 200, 1, ""], [0, 1, "e", 10, 0.1, 0.5, 200, 1, ""], [0, 2, "e", 10.5, 0.1, 0.25, 200, 1, ""]])
        self.assertAlmostEqual(row["page_p50"], 750)

    def test_a_prefetch_that_came_too_late_counts_as_unused(self):
        workload = world([Request(0, "h", "/1"), Request(0, "h", "/2"), Request(0, "h", "/3")])
        rows = [[0, 0, "e", 0, 1, 1, 200, 1, "MISS"], [0, 1, "e", 0, 1, 1, 200, 1, "HIT"], [0, 2, "e", 0, 1, 1, 200, 1, "MISS"]]
        row = row_of(workload, rows, [["e", "h/2", 300], ["e", "h/3", 100], ["other", "h/2", 100], ["e", "h/4", 100]])
        self.assertEqual((row["prefetched"], row["unused"], row["unused_octets"]), (4, 0.75, 0.5))

    def test_only_segments_count_where_a_workload_has_them(self):
        workload = world([Request(0, "h", "/index"), Request(0, "h", "/1.ts"), Request(0, "h", "/other")], segment_like=".ts")
        row = row_of(workload, [[0, 0, "e", 0, 1, 1, 200, 1, "MISS"], [0, 1, "e", 0, 1, 1, 200, 1, "HIT"], [0, 2, "e", 0, 1, 1, 200, 1, "MISS"]])
        self.assertEqual(row["hits_within"], 1)

    def test_goals_are_judged_against_the_run_without_prediction(self):
        off = {"ttfb_p50": 100, "ttfb_p95": 200, "origin_mb": 10}
        row = {"ttfb_p50": 40, "ttfb_p95": 190, "origin_mb": 12}
        self.assertEqual([holds for *_, holds in figures.judged("ezproxy", row, off)], [True, False, True])


class Origin(unittest.TestCase):
    def test_ranges_end_where_the_resource_ends(self):
        self.assertEqual(origin.wanted_range("bytes=0-1048575", 1000), (0, 1000))
        self.assertEqual(origin.wanted_range("bytes=500-", 1000), (500, 1000))
        self.assertEqual(origin.wanted_range("bytes=10-19", 1000), (10, 20))
        for whole in (None, "bytes=1000-", "bytes=-5", "bytes=0-1,3-4", "lines=1-2"):
            self.assertIsNone(origin.wanted_range(whole, 1000))

    def test_it_thinks_as_long_for_a_resource_in_every_run(self):
        self.assertEqual(origin.thinking_time("h/1", 0.04), origin.thinking_time("h/1", 0.04))
        times = sorted(origin.thinking_time(f"h/{number}", 0.04) for number in range(1001))
        self.assertAlmostEqual(times[500], 0.04, delta=0.004)


if __name__ == "__main__":
    unittest.main()
