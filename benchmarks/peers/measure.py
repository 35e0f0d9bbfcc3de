"""How it is measured: processes on their cores, questions of our own until a server answers, dnsperf, and /proc."""

import os
import re
import socket
import statistics
import struct
import subprocess
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
LOOPBACK = "127.0.0.1"


class Trouble(Exception):
    """A server that did not start, or answered wrongly. Says what it wrote."""


def free_port():
    for _ in range(100):
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            tcp.bind((LOOPBACK, 0))
            try:
                udp.bind(tcp.getsockname())
                return tcp.getsockname()[1]
            except OSError:
                continue
    raise Trouble("found no free port")


def a_query(name):
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return struct.pack("!6H", 0x1234, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!2H", 1, 1)


class Running:
    """A server that was started, with all of its children. Ends with the `with` block."""

    def __init__(self, command, core, log):
        self.log = Path(log)
        self.started = time.monotonic()
        with open(self.log, "w") as out:
            self.process = subprocess.Popen(["taskset", "-c", str(core), *command], stdin=subprocess.DEVNULL,
                                            stdout=out, stderr=out, start_new_session=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        tree = self.tree()
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for pid in tree[1:]:
            try:
                os.kill(pid, 9)
            except ProcessLookupError:
                pass

    def first_answer(self, port, name, patience=120):
        """Milliseconds from the start to the first NOERROR answer for `name`."""
        query = a_query(name)
        while time.monotonic() - self.started < patience:
            if self.process.poll() is not None:
                raise Trouble(f"ended at once: {self.log.read_text()[-2000:]}")
            with socket.socket(type=socket.SOCK_DGRAM) as udp:
                udp.connect((LOOPBACK, port))
                udp.settimeout(0.05)
                try:
                    udp.send(query)
                    reply = udp.recv(4096)
                    if reply[2] & 0x80 and reply[3] & 0x0F == 0:
                        return (time.monotonic() - self.started) * 1000
                except OSError:
                    pass
            time.sleep(0.0005)
        raise Trouble(f"no answer after {patience} s: {self.log.read_text()[-2000:]}")

    def tree(self):
        """Process ids, the first one first."""
        parents = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(stat.parent.name)] = int(fields[1])
        found = [self.process.pid]
        for pid in found:
            found += [child for child, parent in parents.items() if parent == pid]
        return found

    def cpu_seconds(self):
        """User and system time of the whole tree so far."""
        total = 0
        for pid in self.tree():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICKS

    def rss_mb(self):
        """Resident memory of the largest process, and what the others have for themselves."""
        sizes = []
        for pid in self.tree():
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
            field = {key: int(kb) for key, kb in re.findall(r"^(\w+):\s+(\d+) kB", rollup, re.M)}
            sizes.append((field["Rss"], field["Private_Clean"] + field["Private_Dirty"]))
        sizes.sort(reverse=True)
        return (sizes[0][0] + sum(private for _, private in sizes[1:])) / 1024


class Load:
    """dnsperf on its own core."""

    def __init__(self, core, port, queries, tcp=False):
        self.base = ["taskset", "-c", str(core), "dnsperf", "-s", LOOPBACK, "-p", str(port), "-d", str(queries),
                     "-T", "1"] + (["-m", "tcp"] if tcp else [])

    def _run(self, *options):
        done = subprocess.run(self.base + list(options), capture_output=True, text=True)
        if done.returncode:
            raise Trouble(f"dnsperf: {done.stderr.strip()}")
        return done.stdout

    def once_through(self):
        """Every query of the file once: fills caches."""
        self._run("-c", "1", "-q", "50", "-n", "1", "-t", "2")

    def full(self, server, seconds, once=False):
        """As fast as it goes. (queries/s, CPU microseconds per query, share answered NOERROR)"""
        before = server.cpu_seconds()
        text = self._run("-c", "8", "-q", "200", "-l", str(seconds), *(["-n", "1"] if once else []))
        cpu = server.cpu_seconds() - before
        completed = int(re.search(r"Queries completed:\s+(\d+)", text)[1])
        if not completed:
            raise Trouble("no query was answered")
        noerror = re.search(r"NOERROR (\d+)", text)
        return (float(re.search(r"Queries per second:\s+([\d.]+)", text)[1]), cpu / completed * 1e6,
                int(noerror[1]) / completed if noerror else 0.0)

    def latencies(self, rate, seconds):
        """Microseconds of every query, at a rate that leaves the server idle time."""
        text = self._run("-c", "8", "-q", "200", "-l", str(seconds), "-Q", str(rate), "-v")
        return [float(line.rsplit(None, 1)[1]) * 1e6 for line in text.splitlines() if line.startswith("> ")]


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None


def median(values):
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None
