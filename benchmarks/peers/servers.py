"""Who is measured: one class per server, which writes its configuration and says how it is started.

Each gets one core, so each gets one worker, and no logging. Where a server has a setting that makes it faster
here and that an operator would choose too, it is set.
"""

import shutil
from pathlib import Path

LOOPBACK = "127.0.0.1"


class Server:
    """A server for one zone: from a file (`zone_file`), or from a `backend` port that it forwards to."""

    name = ""
    program = ""

    def __init__(self, folder, port, zone, zone_file=None, backend=None):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port, self.zone, self.zone_file, self.backend = port, zone, zone_file, backend

    @classmethod
    def path(cls):
        return shutil.which(cls.program, path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")

    def config(self):
        raise NotImplementedError

    def arguments(self, config):
        raise NotImplementedError

    def command(self):
        config = self.folder / f"{self.name}.conf"
        config.write_text(self.config())
        return [str(self.path()), *self.arguments(config)]


class Knot(Server):
    name, program = "knot", "knotd"

    def config(self):
        return f"""
server:
    rundir: "{self.folder}"
    listen: {LOOPBACK}@{self.port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
    tcp-reuseport: on
database:
    storage: "{self.folder}"
log:
  - target: stderr
    any: error
zone:
  - domain: {self.zone}
    file: "{self.zone_file}"
    zonefile-sync: -1
    journal-content: none
    semantic-checks: off
"""

    def arguments(self, config):
        return ["-c", str(config)]


class Nsd(Server):
    name, program = "nsd", "nsd"

    def config(self):
        return f"""
server:
    ip-address: {LOOPBACK}@{self.port}
    server-count: 1
    database: ""
    username: ""
    chroot: ""
    zonesdir: "{self.folder}"
    pidfile: "{self.folder}/nsd.pid"
    xfrdfile: "{self.folder}/xfrd.state"
    zonelistfile: "{self.folder}/zone.list"
    xfrdir: "{self.folder}"
    logfile: "/dev/null"
    verbosity: 0
    minimal-responses: yes
    rrl-ratelimit: 0
remote-control:
    control-enable: no
zone:
    name: {self.zone}
    zonefile: "{self.zone_file}"
"""

    def arguments(self, config):
        return ["-d", "-c", str(config)]


class Unbound(Server):
    name, program = "unbound", "unbound"

    def config(self):
        return f"""
server:
    interface: {LOOPBACK}
    port: {self.port}
    num-threads: 1
    so-reuseport: yes
    directory: "{self.folder}"
    username: ""
    chroot: ""
    pidfile: ""
    use-syslog: no
    logfile: "/dev/null"
    verbosity: 0
    do-not-query-localhost: no
    module-config: "iterator"
    minimal-responses: yes
    msg-cache-size: 64m
    rrset-cache-size: 128m
    outgoing-range: 8192
    num-queries-per-thread: 4096
    incoming-num-tcp: 64
    so-rcvbuf: 4m
    so-sndbuf: 4m
remote-control:
    control-enable: no
forward-zone:
    name: {self.zone}
    forward-addr: {LOOPBACK}@{self.backend}
"""

    def arguments(self, config):
        return ["-d", "-c", str(config)]


class Dnsdist(Server):
    name, program = "dnsdist", "dnsdist"

    def config(self):
        return f"""
setLocal("{LOOPBACK}:{self.port}", {{reusePort=true}})
setSecurityPollSuffix("")
setMaxUDPOutstanding(65535)
setUDPMultipleMessagesVectorSize(64)
newServer({{address="{LOOPBACK}:{self.backend}", healthCheckMode="up"}})
getPool(""):setCache(newPacketCache(100000, {{maxTTL=86400, numberOfShards=1}}))
"""

    def arguments(self, config):
        return ["--supervised", "--disable-syslog", "-C", str(config)]


class Harbinger(Server):
    name = "harbinger"
    binary = None  # set by run

    @classmethod
    def path(cls):
        return cls.binary if cls.binary and Path(cls.binary).exists() else None

    more = ""

    def config(self):
        source = f"file {self.zone_file}" if self.zone_file else f"forward . {LOOPBACK}:{self.backend}"
        return f"""
{{
    workers 1
}}
{self.zone}:{self.port} {{
    bind {LOOPBACK}
    acl {{
        block net 198.51.100.0/24
        allow net 127.0.0.0/8
        block
    }}
    metrics {LOOPBACK}:0
    errors
    {self.more}
    {source}
}}
"""

    def arguments(self, config):
        return ["-conf", str(config)]


class HarbingerPrefetch(Harbinger):
    """The same, learning what comes next. dnsperf is one client, whose every query shall be learnt from as if it were many."""

    name = "harbinger_prefetch"
    more = "prefetch {\n        flood 4000000000\n    }"

    @classmethod
    def path(cls):
        return Harbinger.path()


class Reflector(Server):
    """The limit: what the kernel takes to receive and send, and nothing else."""

    name = "reflector"
    binary = None  # set by run

    @classmethod
    def path(cls):
        return cls.binary if cls.binary and Path(cls.binary).exists() else None

    def command(self):
        return [str(self.path()), str(self.port)]


ALL = {server.name: server for server in (Knot, Nsd, Unbound, Dnsdist, Harbinger, HarbingerPrefetch, Reflector)}

# Who takes part in what, in the order of each round. `knot` stands in cache_hit as the line to compare with.
TAKES_PART = {
    "zone_hit": ["reflector", "knot", "nsd", "harbinger"],
    "cache_hit": ["knot", "unbound", "dnsdist", "harbinger", "harbinger_prefetch"],
    "forward_miss": ["unbound", "harbinger"],
    "tcp": ["knot", "unbound", "harbinger"],
    "zone_1m": ["knot", "nsd", "harbinger"],
    "idle": ["knot", "nsd", "unbound", "dnsdist", "harbinger"],
}


def forwards(name, workload):
    """Whether this server gets its answers from a backend in this workload."""
    return name in ("unbound", "dnsdist") or (name in ("harbinger", "harbinger_prefetch") and workload in ("cache_hit", "forward_miss"))
