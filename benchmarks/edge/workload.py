"""What clients want: sessions of requests, a first part that everything learns from and a second one that is measured."""

from dataclasses import dataclass

SHORT = 12  # requests of a session, for a quick look


@dataclass
class Request:
    after: float  # seconds after the one before was sent, as the clients will wait
    host: str
    target: str
    page: int = 0  # requests of a session with the same number make one page


@dataclass
class Session:
    client: int
    requests: list[Request]


@dataclass
class Workload:
    name: str
    title: str
    remarks: list[str]
    catalogue: dict[str, int]  # octets by host and target
    learnt: list[Session]
    just_before: list[Session]  # learnt from, too; what it fetched is fresh still when measuring begins
    measured: list[Session]
    max_age: tuple[int, int]  # seconds, of what is fetched in the part that is learnt, and later
    learnt_in: float  # seconds
    site: str
    segment_like: str = ""  # what a target ends with that counts as a segment

    def plan(self, sessions, seconds, scale):
        """What clients.py reads: sessions begin evenly within `seconds`, in their order; waits are `scale` times as long."""
        step = seconds / max(1, len(sessions))
        return {"scale": scale, "sessions": [
            {"client": session.client, "begin": number * step,
             "requests": [[request.after, request.host, request.target] for request in session.requests]}
            for number, session in enumerate(sessions)]}

    def cut(self, most):
        """For a quick look: about so many requests in all, most of them measured, of short sessions."""
        self.learnt, self.just_before, self.learnt_in = first_of(self.learnt, most // 4), [], 1
        self.measured = first_of(self.measured, most - most // 4)


def first_of(sessions, most):
    kept = []
    for session in sessions:
        if most <= 0:
            break
        kept.append(Session(session.client, session.requests[:min(most, SHORT)]))
        most -= len(kept[-1].requests)
    return kept
