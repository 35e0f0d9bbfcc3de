"""The clients: each replays its sessions from an address of its own, through the edge that the DNS server names to it.

Within a session one request follows the other, over one connection. A request is sent when the one before it is done and its time has
come, which is told as seconds after the one before was sent. Reads a plan (see workload.py), writes a row for each request.
"""

import asyncio
import json
import os
import socket
import struct
import sys
import time

PATIENCE = 30
NAME = "www.edge.example"


class Failed(Exception):
    pass


def address_of(prefix, number):
    return f"{prefix}.{1 + number // 250}.{1 + number % 250}"


def a_query():
    labels = b"".join(bytes([len(label)]) + label.encode() for label in NAME.split("."))
    return os.urandom(2) + struct.pack("!5H", 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!2H", 1, 1)


async def edge_of(client, dns):
    """Asks the DNS server, as this client, for the edge to go to."""
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.setblocking(False)
        udp.bind((client, 0))
        udp.connect(dns)
        for _ in range(5):
            query = a_query()
            await loop.sock_sendall(udp, query)
            try:
                reply = await asyncio.wait_for(loop.sock_recv(udp, 4096), 1)
            except asyncio.TimeoutError:
                continue
            if reply[:2] == query[:2] and reply[3] & 15 == 0 and reply[7]:
                return socket.inet_ntoa(reply[len(query) + 12:len(query) + 16])
            raise Failed(f"the DNS server names no edge to {client}: rcode {reply[3] & 15}, {reply[7]} answers")
    raise Failed(f"the DNS server does not answer {client}")


class Connection:
    """HTTP to an edge, made again when the edge ended it."""

    def __init__(self, client, edge):
        self.client, self.edge, self.reader, self.writer = client, edge, None, None

    async def get(self, host, target):
        """(seconds to the first octet, seconds to the last, status, octets, what the cache said)"""
        fresh = self.writer is None
        try:
            return await self.exchange(host, target)
        except (ConnectionError, asyncio.IncompleteReadError):
            self.close()
            if fresh:
                raise
            return await self.exchange(host, target)

    async def exchange(self, host, target):
        begun = time.monotonic()
        if not self.writer:
            self.reader, self.writer = await asyncio.open_connection(*self.edge, local_addr=(self.client, 0))
        self.writer.write(f"GET {target} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: Mozilla/5.0 (replay)\r\n\r\n".encode())
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first = time.monotonic() - begun
        status, *lines = head.split("\r\n")
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        octets = await self.body(fields)
        if fields.get("connection", "").lower() == "close":
            self.close()
        return first, time.monotonic() - begun, int(status.split(" ")[1]), octets, fields.get("x-cache", "")

    async def body(self, fields):
        if "chunked" not in fields.get("transfer-encoding", ""):
            return await self.skip(int(fields.get("content-length", 0)))
        octets = 0
        while size := int((await self.reader.readline()).split(b";")[0], 16):
            octets += await self.skip(size)
            await self.reader.readline()
        await self.reader.readline()
        return octets

    async def skip(self, octets):
        left = octets
        while left:
            got = await self.reader.read(min(left, 65536))
            if not got:
                raise asyncio.IncompleteReadError(b"", left)
            left -= len(got)
        return octets

    def close(self):
        if self.writer:
            self.writer.close()
        self.writer = None


class Replay:
    def __init__(self, plan, prefix, dns, port):
        self.plan, self.prefix, self.dns, self.port = plan, prefix, dns, port
        self.edges, self.rows, self.begun = {}, [], time.monotonic() + 0.2

    async def run(self):
        latest, tasks = {}, []
        for number, session in enumerate(self.plan["sessions"]):
            await sleep_until(self.begun + session["begin"])
            tasks.append(asyncio.ensure_future(self.session(number, session, latest.get(session["client"]))))
            latest[session["client"]] = tasks[-1]
        await asyncio.gather(*tasks)
        return self.rows

    async def session(self, number, session, before):
        if before:
            await asyncio.wait([before])
        client = address_of(self.prefix, session["client"])
        if client not in self.edges:
            self.edges[client] = await edge_of(client, self.dns)
        connection = Connection(client, (self.edges[client], self.port))
        due = time.monotonic()
        for step, (after, host, target) in enumerate(session["requests"]):
            due = max(time.monotonic(), due + after * self.plan["scale"])
            await sleep_until(due)
            self.rows.append([number, step, connection.edge[0], due - self.begun, *await self.fetch(connection, host, target)])
        connection.close()

    async def fetch(self, connection, host, target):
        try:
            return await asyncio.wait_for(connection.get(host, target), PATIENCE)
        except (OSError, asyncio.TimeoutError, asyncio.IncompleteReadError) as trouble:
            connection.close()
            return PATIENCE, PATIENCE, 0, 0, f"failed: {trouble!r}"


async def sleep_until(at):
    if (wait := at - time.monotonic()) > 0:
        await asyncio.sleep(wait)


def main(plan, rows, prefix, dns_address, dns_port, edge_port):
    with open(plan) as file:
        replay = Replay(json.load(file), prefix, (dns_address, int(dns_port)), int(edge_port))
    found = asyncio.run(replay.run())
    with open(rows, "w") as out:
        json.dump(found, out)


if __name__ == "__main__":
    main(*sys.argv[1:])
