"""Segmented video as a workload: viewers who start a film, fill their buffer, watch on, jump, and leave."""

import random

from workload import Request, Session, Workload

HOST = "video.example.org"
FILMS, SEGMENTS = 40, 30
STARTED_AT_ONCE = 2  # segments for the buffer
LEAVES, JUMPS = 0.03, 0.015  # the chance after each segment
SEED = 5
DAY, LEARNT_IN = 86400, 5  # seconds


def viewer(chance, number, popularity, every):
    film = chance.choices(range(FILMS), popularity)[0]
    wanted = [Request(0, HOST, f"/video/{film}/index.m3u8")]
    segment, since_jump, has = 0, 0, set()
    while segment < SEGMENTS:
        if segment not in has:
            wait = every if since_jump >= STARTED_AT_ONCE else 0
            wanted.append(Request(wait, HOST, f"/video/{film}/seg-{segment}.ts", len(wanted)))
            has.add(segment)
        segment, since_jump = segment + 1, since_jump + 1
        if chance.random() < LEAVES:
            break
        if chance.random() < JUMPS:
            segment, since_jump = chance.randrange(SEGMENTS), 0
    return Session(number, wanted)


def workload(viewers, segment_octets, every):
    """Viewers want a segment every `every` seconds."""
    chance = random.Random(SEED)
    popularity = [1 / (1 + film) for film in range(FILMS)]
    sessions = [viewer(chance, number, popularity, every) for number in range(viewers)]
    catalogue = {f"{HOST}/video/{film}/index.m3u8": 2000 for film in range(FILMS)}
    catalogue |= {f"{HOST}/video/{film}/seg-{segment}.ts": segment_octets for film in range(FILMS) for segment in range(SEGMENTS)}
    half = viewers // 2
    return Workload(
        "video", "segmented video", [
            f"{viewers} viewers of {FILMS} films of {SEGMENTS} segments of {segment_octets / 1000:g} kB; film *n* is chosen as often as 1/*n* says. A viewer fetches the playlist and "
            f"{STARTED_AT_ONCE} segments at once, then one every {every:g} s; after each, {LEAVES:.0%} leave and {JUMPS:.1%} jump anywhere. The first half of the viewers is learnt from. Nothing expires."
        ], catalogue, sessions[:half], [], sessions[half:], (DAY, DAY), LEARNT_IN, f"http://{HOST}", ".ts")
