"""One run: origin, distance, three edges with their agents, the DNS server; then clients. All are started anew for each contender."""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import edge

HERE = Path(__file__).resolve().parent
EDGES = ("edge-1", "edge-2", "edge-3")
ORIGIN_PORT, LINKS_PORT, DNS_PORT = 8000, 8001, 5300
LEARNT_SCALE = 0.1  # the first part is replayed so much faster, distance and thinking of the origin shortened alike


class Trouble(Exception):
    """A program that did not start, or ended. Says what it wrote."""


def end_with_the_run():
    """What the kernel sends when this run is killed: nginx takes its workers along."""
    set_parent_death_signal = 1
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)


class Program:
    """Something that was started in a place, with what it wrote. Ends with the `with` block."""

    def __init__(self, places, place, command, log, talks=False):
        self.log, self.name = Path(log), Path(log).stem
        out = open(self.log, "a")
        self.process = subprocess.Popen(places.command(place, command), text=True, stderr=out, start_new_session=True, preexec_fn=end_with_the_run,
                                        stdin=subprocess.PIPE if talks else subprocess.DEVNULL,
                                        stdout=subprocess.PIPE if talks else out)
        out.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def ask(self, line):
        self.say(line)
        return json.loads(self.process.stdout.readline())

    def must_run(self):
        if self.process.poll() is not None:
            raise Trouble(f"{self.name} ended with {self.process.returncode}: {self.log.read_text()[-2000:]}")

    def listens(self, protocol, address, port, patience=30):
        """Waits until somebody in its place listens there."""
        wanted = f"{little_endian(address)}:{port:04X}"
        begun = time.monotonic()
        while time.monotonic() - begun < patience:
            self.must_run()
            sockets = Path(f"/proc/{self.process.pid}/net/{protocol}").read_text().splitlines()[1:]
            if any(wanted == line.split()[1] and line.split()[3] in ("0A", "07") for line in sockets):
                return self
            time.sleep(0.02)
        raise Trouble(f"{self.name} does not listen on {address}:{port} after {patience} s: {self.log.read_text()[-2000:]}")

    def cpu_seconds(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def little_endian(address):
    return "".join(f"{int(part):02X}" for part in reversed(address.split(".")))


class World:
    """`distance`: rtt_ms, mbit, think_ms. Without `agent` there is nobody to prefetch."""

    def __init__(self, places, folder, workload, distance, cache, daemon, agent, predictor, more, dns_lines):
        self.places, self.folder, self.workload, self.distance = places, Path(folder), workload, distance
        self.cache, self.daemon, self.agent, self.predictor = cache, daemon, agent, predictor
        self.more, self.dns_lines = ([line.replace("{dns}", places.address("dns")) for line in lines] for lines in (more, dns_lines))
        self.folder.mkdir(parents=True)
        self.stack, self.agents = ExitStack(), []

    def __enter__(self):
        with ExitStack() as until_all_run:
            until_all_run.callback(self.stack.close)
            self.start_origin()
            for number, name in enumerate(EDGES):
                self.start_edge(number, name)
            self.start_dns()
            until_all_run.pop_all()
        return self

    def __exit__(self, *_):
        self.stack.close()

    def start(self, place, name, command, talks=False):
        return self.stack.enter_context(Program(self.places, place, [str(word) for word in command], self.folder / f"{name}.out", talks))

    def python(self, program, *arguments):
        return [sys.executable, "-B", HERE / program, *arguments]

    def start_origin(self):
        catalogue = self.folder / "catalogue.json"
        catalogue.write_text(json.dumps(self.workload.catalogue))
        at, far = self.places.address("origin"), self.places.address("distance")
        self.origin = self.start("origin", "origin", self.python("origin.py", at, ORIGIN_PORT, catalogue, self.distance["think_ms"]), True)
        self.origin.listens("tcp", at, ORIGIN_PORT)
        self.far = self.start("distance", "distance", self.python(
            "distance.py", far, LINKS_PORT, len(EDGES), at, ORIGIN_PORT, self.distance["rtt_ms"], self.distance["mbit"]), True)
        self.far.listens("tcp", far, LINKS_PORT + len(EDGES) - 1)

    def start_edge(self, number, name):
        address = self.places.address(name)
        cache = edge.CACHES[self.cache](name, self.folder / name, address, (self.places.address("distance"), LINKS_PORT + number))
        for program, command in enumerate(cache.commands()):
            started = self.start(name, f"{name}-cache-{program}", command)
            if program == 0:
                started.listens("tcp", address, edge.PORT)
        if self.agent:
            agent = self.start(name, f"{name}-agent", edge.agent_command(self.agent, cache, self.predictor, self.workload.site, self.more))
            self.agents.append(agent.listens("tcp", address, edge.AGENT_PORT))

    def start_dns(self):
        endpoints = "\n".join(f"        endpoint {name} address {self.places.address(name)} port {edge.PORT} probe tcp" for name in EDGES)
        more = "\n".join(f"    {line}" for line in self.dns_lines)
        config = self.folder / "Harbingerfile"
        config.write_text(f"""
{{
    workers 1
}}
edge.example:{DNS_PORT} {{
    bind {self.places.address("dns")}
    errors
    cdn_select {{
{endpoints}
        pool edges endpoint {' '.join(EDGES)}
        filter edges up
        filter edges sticky
        filter edges select_first 1
        application www pool edges template www.edge.example
    }}
{more}
}}
""")
        self.start("dns", "dns", [self.daemon, "-conf", config]).listens("udp", self.places.address("dns"), DNS_PORT)

    def learn(self):
        """The first part, fast."""
        self.set(LEARNT_SCALE, self.workload.max_age[0])
        self.replay("learnt", self.workload.plan(self.workload.learnt, self.workload.learnt_in, LEARNT_SCALE))
        if self.workload.just_before:
            self.set(LEARNT_SCALE, self.workload.max_age[1])
            part = len(self.workload.just_before) / (len(self.workload.learnt) + 1)
            self.replay("just_before", self.workload.plan(self.workload.just_before, self.workload.learnt_in * part, LEARNT_SCALE))

    def measure(self, seconds):
        """(rows of clients.py, what the origin counted, processor seconds of the agents)"""
        self.set(1, self.workload.max_age[1])
        self.origin.say("mark")
        before = self.agents_cpu()
        rows = self.replay("measured", self.workload.plan(self.workload.measured, seconds, 1))
        time.sleep(1)  # what was begun comes to its end
        return rows, self.origin.ask("report"), self.agents_cpu() - before

    def set(self, scale, max_age):
        self.origin.say(f"max-age {max_age}")
        for program in (self.origin, self.far):
            program.say(f"scale {scale}")

    def agents_cpu(self):
        return sum(agent.cpu_seconds() for agent in self.agents)

    def replay(self, name, plan):
        plan_file, rows_file = self.folder / f"{name}.plan", self.folder / f"{name}.rows"
        plan_file.write_text(json.dumps(plan))
        clients = self.start("clients", f"clients-{name}", self.python(
            "clients.py", plan_file, rows_file, self.places.clients_prefix, self.places.address("dns"), DNS_PORT, edge.PORT))
        clients.process.wait()
        if clients.process.returncode:
            raise Trouble(f"the clients ended with {clients.process.returncode}: {clients.log.read_text()[-2000:]}")
        for agent in self.agents:
            agent.must_run()
        return json.loads(rows_file.read_text())

    def edge_of(self, address):
        return next(name for name in EDGES if self.places.address(name) == address)
