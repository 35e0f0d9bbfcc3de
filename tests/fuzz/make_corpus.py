#!/usr/bin/env python3
"""Writes the first inputs of the message and name targets: one small file for each thing a message can have in it."""
import pathlib
import struct

HERE = pathlib.Path(__file__).parent / "corpus"
ORG = b"\x07example\x03org\x00"
POINTER = b"\xc0\x0c"


def header(questions=1, answers=0, authorities=0, additionals=0, flags=0x8400):
    return struct.pack("!6H", 0x1234, flags, questions, answers, authorities, additionals)


def question(kind=1):
    return ORG + struct.pack("!2H", kind, 1)


def record(kind, data, owner=POINTER, klass=1, ttl=60):
    return owner + struct.pack("!2HIH", kind, klass, ttl, len(data)) + data


def option(code, data):
    return struct.pack("!2H", code, len(data)) + data


def opt(options=b""):
    return record(41, options, owner=b"\0", klass=1232, ttl=0x8000)


TIMES = struct.pack("!2I", 1048354263, 1045762263)
DATA = {  # type: data, names compressed where a peer might
    "a": (1, b"\xc0\x00\x02\x01"),
    "aaaa": (28, bytes.fromhex("20010db8000000000000000000000001")),
    "ns": (2, b"\x03ns1" + POINTER),
    "cname": (5, b"\x01x" + POINTER),
    "soa": (6, b"\x02ns" + POINTER + b"\x06master" + POINTER + struct.pack("!5I", 1, 7200, 3600, 86400, 300)),
    "ptr": (12, POINTER),
    "hinfo": (13, b"\x03amd\x05linux"),
    "mx": (15, b"\x00\x0a\x04mail" + POINTER),
    "txt": (16, b"\x05hello\x00\x03\"\\\xff"),
    "srv": (33, struct.pack("!3H", 0, 5, 5060) + b"\x03sip" + POINTER),
    "naptr": (35, struct.pack("!2H", 100, 50) + b"\x01s\x04http\x07!^.*$!x" + POINTER),
    "dname": (39, b"\x03new\x03net\x00"),
    "ds": (43, struct.pack("!HBB", 60485, 8, 2) + bytes(range(32))),
    "rrsig": (46, struct.pack("!HBBI", 1, 13, 2, 3600) + TIMES + struct.pack("!H", 2642) + ORG + bytes(64)),
    "nsec": (47, b"\x04host" + ORG + bytes.fromhex("0006400100000003")),
    "dnskey": (48, struct.pack("!HBB", 257, 3, 13) + bytes(range(64))),
    "nsec3": (50, bytes.fromhex("0100000c04aabbccdd14") + bytes(range(20)) + bytes.fromhex("0006400000000002")),
    "nsec3param": (51, bytes.fromhex("0100000c00")),
    "tlsa": (52, bytes.fromhex("030101") + bytes(range(32))),
    "svcb": (64, b"\x00\x01\x03svc" + ORG + bytes.fromhex("0000000400010003" "000100060268320268 33" "000300020035")),
    "https": (65, bytes.fromhex("000100" "00010003026832" "00040004c0000201" "00050003010203"
                                "0006001020010db8000000000000000000000001" "0007000a2f7b3f646e737d2f2f2f" "ff220002abcd")),
    "caa": (257, b"\x00\x05issueca.example; x=1"),
    "unknown": (731, bytes.fromhex("abcdef012345")),
}
OPTIONS = b"".join([
    option(3, b"server-1"), option(8, bytes.fromhex("00011800c00002")), option(10, bytes(range(24))),
    option(11, b"\x00\x79"), option(12, bytes(16)), option(15, b"\x00\x03upstream silent"), option(65314, b"\x01\xab"),
])


def write(folder, name, data):
    path = HERE / folder
    path.mkdir(parents=True, exist_ok=True)
    (path / name).write_bytes(data)


def messages():
    for name, (kind, data) in DATA.items():
        write("message", name, header(1, 1) + question(kind) + record(kind, data))
    write("message", "query", header(flags=0x0100) + question())
    write("message", "edns_options", header(1, 0, 0, 1) + question() + opt(OPTIONS))
    write("message", "everything", header(1, len(DATA), 0, 1) + question(255) +
          b"".join(record(kind, data) for kind, data in DATA.values()) + opt(OPTIONS))
    write("message", "update", header(1, 1, 1, flags=0x2800) + question(6) + record(1, b"", klass=255, ttl=0) +
          record(1, b"\xc0\x00\x02\x01"))
    write("message", "tsig", header(1, 0, 0, 1) + question() + record(250, bytes(20), owner=ORG, klass=255, ttl=0))
    write("message", "loop", header(1) + b"\x01a\xc0\x0c" + b"\0\1\0\1")
    write("message", "two_opt", header(1, 0, 0, 2) + question() + opt() + opt())


def names():
    write("name", "plain", header() + ORG)
    write("name", "pointers", header() + ORG + b"\x03www" + POINTER + b"\x01a\xc0\x19" + b"\xc0\x14")
    write("name", "longest", header() + b"\x01a" * 127 + b"\0" + b"\x3f" + b"b" * 63 + POINTER)
    write("name", "wire", ORG)
    write("name", "text", rb"a\.b\000\255.Example.org")
    write("name", "forward", header() + b"\xc0\x0e\x01a\x00")


if __name__ == "__main__":
    messages()
    names()
