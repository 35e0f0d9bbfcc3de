"""The origin: answers every path of a catalogue with bytes that are always the same, and keeps count of who fetched what.

A program of its own, told what to do by lines on its standard input: `scale 0.1` makes it think a tenth as long, `max-age 9` says how
long responses are fresh, `mark` forgets what was counted, `report` writes the counts as one line of JSON.
"""

import asyncio
import hashlib
import json
import sys
from statistics import NormalDist

PATTERN = bytes(range(256)) * 512
SPREAD = 0.7  # of the logarithm of the time to think


def share_of(text):
    """A number between 0 and 1 that is the same for a text in every run."""
    return (int.from_bytes(hashlib.blake2b(text.encode(), digest_size=6).digest(), "big") + 0.5) / 2**48


def thinking_time(resource, median):
    """Seconds: log-normal over resources, as origins are quick with some pages and slow with others."""
    return median * 2.718281828 ** (SPREAD * NormalDist().inv_cdf(share_of(resource)))


def wanted_range(field, size):
    """First octet and the one after the last; None when the whole is wanted."""
    if not field or not field.startswith("bytes=") or "," in field or not size:
        return None
    first, _, last = field[6:].partition("-")
    if not first.isdigit() or int(first) >= size:
        return None
    return int(first), min(size, int(last) + 1 if last.isdigit() else size)


class Counts:
    def __init__(self):
        self.requests, self.octets, self.prefetched = 0, 0, {}

    def add(self, edge, resource, octets, prefetch):
        self.requests += 1
        self.octets += octets
        if prefetch:
            key = (edge, resource)
            self.prefetched[key] = self.prefetched.get(key, 0) + octets

    def report(self):
        rows = [[edge, resource, octets] for (edge, resource), octets in self.prefetched.items()]
        return json.dumps({"requests": self.requests, "octets": self.octets, "prefetched": rows})


class Origin:
    def __init__(self, catalogue, think):
        self.sizes, self.think, self.scale, self.max_age, self.counts = catalogue, think, 1.0, 0, Counts()

    async def serve(self, reader, writer):
        try:
            while True:
                await self.answer((await reader.readuntil(b"\r\n\r\n")).decode("latin-1"), writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def answer(self, head, writer):
        request, *lines = head.split("\r\n")
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        resource = fields.get("host", "") + request.split(" ")[1]
        size = self.sizes.get(resource)
        await asyncio.sleep(self.scale * thinking_time(resource, self.think))
        if size is None:
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nCache-Control: no-store\r\n\r\n")
            return await writer.drain()
        prefetch = "prefetch" in fields.get("sec-purpose", "")
        writer.write(self.response_head(size, fields.get("range")))
        begin, end = wanted_range(fields.get("range"), size) or (0, size)
        self.counts.add(fields.get("x-edge", ""), resource, end - begin, prefetch)
        for at in range(begin, end, 65536):
            writer.write(PATTERN[at % 256:at % 256 + min(65536, end - at)])
            await writer.drain()

    def response_head(self, size, range_field):
        part = wanted_range(range_field, size)
        lines = ["HTTP/1.1 206 Partial Content", f"Content-Range: bytes {part[0]}-{part[1] - 1}/{size}"] if part else ["HTTP/1.1 200 OK"]
        length = part[1] - part[0] if part else size
        lines += [f"Content-Length: {length}", f'ETag: "{size}"', f"Cache-Control: max-age={self.max_age}", "Content-Type: text/html", "", ""]
        return "\r\n".join(lines).encode()

    def told(self, line):
        word, *rest = line.split()
        if word == "scale":
            self.scale = float(rest[0])
        elif word == "max-age":
            self.max_age = int(rest[0])
        elif word == "mark":
            self.counts = Counts()
        elif word == "report":
            print(self.counts.report(), flush=True)


async def main(address, port, catalogue, think):
    with open(catalogue) as file:
        origin = Origin(json.load(file), float(think) / 1000)
    await asyncio.start_server(origin.serve, address, int(port), backlog=1000)
    await told_by_stdin(origin.told)


async def told_by_stdin(told):
    """Hands over lines until standard input ends."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := (await reader.readline()).decode().strip():
        told(line)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
