#!/usr/bin/env python3
"""Writes the first inputs of the message, name, tsig and update targets: one small file for each thing a message can have in it."""
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


# What kdig, nsupdate and knsupdate sent, signed with the key upd.example.
KDIG = bytes.fromhex(
    "0e4f01200001000000000001" "076578616d706c65036f72670000060001" "03757064076578616d706c65000" "0fa00ff00000000003d"
    "0b686d61632d7368613235360000006b089237012c0020a06537924cbb9d9b3862135426e1be8d34251ffa45218ceccb67ad34416e9bf20e4f"
    "00000000")
NSUPDATE = bytes.fromhex(
    "095228000001000200040001076578616d706c65036f726700000600010161c00c00ff00fe000000000000c00c000200ff0000000000000162"
    "c00c000100ff0000000000000163c00c00ff00ff000000000000c01d000100010000003c0004c00002010164c00c000100fe000000000004c0"
    "00020203757064076578616d706c650000fa00ff00000000005d0b686d61632d7368613531320000006b089237012c00408f4a594032057978"
    "cb6c7218413f15cd03992ef3bda38e14da61dadc394e4f32abc6d913b4cae6951abec476c05ec767610bed4c74c4ff8e0b6364d130d8322e09"
    "5200000000")
KNSUPDATE = bytes.fromhex(
    "f4fe28000001000300020001076578616d706c65036f72670000060001076578616d706c65036f7267c00c00ff00ff0000000000000161c00c"
    "000100fe000000000000c00c00020001000000000006036e7331c00c0161c00c004100010000003c000a000100000100030268320162c00c00"
    "0100ff00000000000003757064076578616d706c650000fa00ff00000000004d0b686d61632d7368613338340000006b089237012c0030e7f8"
    "fcb256aee39622346d7f5af302d3ad63a35e0b649db667117062545f4adf00a8510b8f49a1fecdd36cee6ccb456af4fe00000000")
NO_MAC = b"\x0bhmac-sha256\x00" + bytes(6) + struct.pack("!5H", 300, 0, 7, 17, 0)


def signatures():
    write("tsig", "kdig", KDIG)
    write("tsig", "nsupdate", NSUPDATE)
    write("tsig", "knsupdate", KNSUPDATE)
    write("tsig", "unsigned", header(flags=0x0100) + question())
    write("tsig", "cut", KDIG[:-9])
    write("tsig", "no_mac", header(1, 0, 0, 1) + question() + record(250, NO_MAC, owner=ORG, klass=255, ttl=0))
    write("tsig", "not_last", header(1, 0, 0, 2) + question() + record(250, NO_MAC, klass=255, ttl=0) + opt())
    write("tsig", "file", b"upd:MDEyMzQ1Njc4OWFiY2RlZg== # ours\nhmac-md5:old:MDEyMzQ1Njc4OWFiY2RlZg==\n")


def updates():
    def update(prerequisites, changes, additionals=()):
        return (header(1, len(prerequisites), len(changes), len(additionals), flags=0x2800) + question(6) +
                b"".join(prerequisites) + b"".join(changes) + b"".join(additionals))
    address = b"\xc0\x00\x02\x01"
    write("update", "nsupdate", NSUPDATE)
    write("update", "knsupdate", KNSUPDATE)
    write("query", "nsupdate", NSUPDATE)
    write("query", "knsupdate", KNSUPDATE)
    write("query", "transfer", header(flags=0) + question(252))
    write("query", "notify", header(flags=0x2400) + question(6))
    write("update", "each_prerequisite", update(
        [record(255, b"", klass=255, ttl=0), record(255, b"", klass=254, ttl=0), record(1, b"", klass=255, ttl=0),
         record(1, b"", klass=254, ttl=0), record(1, address, ttl=0), record(1, address, ttl=0)], []))
    write("update", "each_change", update(
        [], [record(1, address), record(1, address, klass=254, ttl=0), record(1, b"", klass=255, ttl=0),
             record(255, b"", klass=255, ttl=0)] + [record(kind, data) for kind, data in DATA.values()]))
    write("update", "lease", update([], [], [opt(option(2, struct.pack("!2I", 60, 600)))[:5] + bytes(4) +
                                            struct.pack("!H", 12) + option(2, struct.pack("!2I", 60, 600))]))
    write("update", "classes", update([record(1, b"", klass=3, ttl=0)], [record(1, address, klass=4)]))
    write("update", "not_zone", update([], [record(1, address, owner=b"\x03org\0")]))


if __name__ == "__main__":
    messages()
    names()
    signatures()
    updates()
