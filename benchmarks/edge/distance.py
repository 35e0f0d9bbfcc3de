"""Distance between edges and the origin: a TCP proxy that delivers later, and no faster than a link allows.

Each port is the link of one edge. What is sent arrives after half of the round-trip time and after what was sent before it; what a new connection
sends first waits for a round trip more, as the handshake would take. Losses and TCP's slow start are left out.
`scale 0.1` on standard input makes the way a tenth as long and the link ten times as wide.
"""

import asyncio
import sys

from origin import told_by_stdin

CHUNK = 16384
MOST_UNDER_WAY = 512 * 1024  # octets of one connection and direction


class World:
    """What all links share."""

    def __init__(self, rtt, rate):
        self.rtt, self.rate, self.scale = rtt, rate, 1.0

    def told(self, line):
        word, _, number = line.partition(" ")
        if word == "scale":
            self.scale = float(number)


class Line:
    """One direction of a link: one octet after the other."""

    def __init__(self, world):
        self.world, self.free_at = world, 0.0

    def arrival(self, now, octets):
        self.free_at = max(now, self.free_at) + octets * self.world.scale / self.world.rate
        return self.free_at + self.world.rtt * self.world.scale / 2


class Link:
    def __init__(self, world, origin):
        self.world, self.origin = world, origin
        self.out, self.back = Line(world), Line(world)

    async def connected(self, reader, writer):
        try:
            there_reader, there_writer = await asyncio.open_connection(*self.origin, limit=CHUNK)
        except OSError:
            return writer.close()
        await asyncio.gather(carry(reader, there_writer, self.out, self.world.rtt * self.world.scale),
                             carry(there_reader, writer, self.back, 0))


async def carry(reader, writer, line, late):
    """Until the sender ends. `late`: seconds that the first octets wait more."""
    under_way = asyncio.Queue(MOST_UNDER_WAY // CHUNK)
    delivering = asyncio.ensure_future(deliver(under_way, writer))
    loop = asyncio.get_running_loop()
    try:
        while octets := await reader.read(CHUNK):
            await under_way.put((line.arrival(loop.time(), len(octets)) + late, octets))
            late = 0
    except ConnectionError:
        pass
    await under_way.put((loop.time(), b""))
    await delivering


async def deliver(under_way, writer):
    loop = asyncio.get_running_loop()
    while True:
        at, octets = await under_way.get()
        if (wait := at - loop.time()) > 0:
            await asyncio.sleep(wait)
        if not octets:
            return writer.close()
        try:
            writer.write(octets)
            await writer.drain()
        except ConnectionError:
            pass  # taken from the sender all the same, so that it ends


async def main(address, first_port, links, origin_address, origin_port, rtt_ms, mbit):
    world = World(float(rtt_ms) / 1000, float(mbit) * 1e6 / 8)
    for number in range(int(links)):
        link = Link(world, (origin_address, int(origin_port)))
        await asyncio.start_server(link.connected, address, int(first_port) + number, limit=CHUNK, backlog=1000)
    await told_by_stdin(world.told)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
