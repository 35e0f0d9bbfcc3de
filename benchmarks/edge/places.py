"""Where the programs of a run live: a network namespace for each, joined by a bridge; or, where these are not allowed, an address of 127/8 for each."""

import os
import re
import subprocess
from pathlib import Path

NAMES = ("origin", "distance", "dns", "clients", "edge-1", "edge-2", "edge-3")


def ip(*words):
    done = subprocess.run(["ip", *words], capture_output=True, text=True)
    if done.returncode:
        raise OSError(f"ip {' '.join(words)}: {done.stderr.strip()}")


def remove_leftovers():
    """Namespaces of runs that were killed."""
    listed = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True).stdout
    for namespace, process in re.findall(r"^(hbedge(\d+)-\S+)", listed, re.M):
        if not Path(f"/proc/{process}").exists():
            subprocess.run(["ip", "netns", "del", namespace], capture_output=True)


class Loopback:
    """Everybody on this machine's loopback: no rights needed."""

    note = "All programs share the loopback, with an address for each."
    clients_prefix = "127.100"

    def address(self, name):
        return f"127.0.1.{1 + NAMES.index(name)}"

    def command(self, _, command):
        return command

    def close(self):
        pass


class Namespaces:
    """Each place is a namespace with an interface of its own; the bridge between them is in one more. Clients have a whole network of addresses."""

    note = "Each program is in a network namespace of its own."
    clients_prefix = "10.215"

    def __init__(self):
        remove_leftovers()
        self.mark = f"hbedge{os.getpid()}"
        self.made = []
        try:
            self.make(self.name("road"))
            ip("-n", self.name("road"), "link", "add", "road", "type", "bridge")
            ip("-n", self.name("road"), "link", "set", "road", "up")
            for place in NAMES:
                self.join(place)
            self.route_clients()
        except OSError:
            self.close()
            raise

    def name(self, place):
        return f"{self.mark}-{place}"

    def address(self, name):
        return f"10.214.0.{1 + NAMES.index(name)}"

    def command(self, place, command):
        return ["ip", "netns", "exec", self.name(place), *command]

    def make(self, namespace):
        ip("netns", "add", namespace)
        self.made.append(namespace)
        ip("-n", namespace, "link", "set", "lo", "up")

    def join(self, place):
        namespace, road = self.name(place), self.name("road")
        self.make(namespace)
        ip("-n", road, "link", "add", place, "type", "veth", "peer", "name", "eth0", "netns", namespace)
        ip("-n", road, "link", "set", place, "master", "road", "up")
        ip("-n", namespace, "address", "add", f"{self.address(place)}/24", "dev", "eth0")
        ip("-n", namespace, "link", "set", "eth0", "up")

    def route_clients(self):
        network = f"{self.clients_prefix}.0.0/16"
        ip("-n", self.name("clients"), "route", "add", "local", network, "dev", "lo")
        for place in NAMES:
            if place != "clients":
                ip("-n", self.name(place), "route", "add", network, "via", self.address("clients"))

    def close(self):
        for namespace in self.made:
            subprocess.run(["ip", "netns", "del", namespace], capture_output=True)
        self.made = []


def find_places(loopback=False):
    if not loopback:
        try:
            return Namespaces()
        except OSError:
            pass
    return Loopback()
