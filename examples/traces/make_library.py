#!/usr/bin/env python3
"""Makes library.log.gz: three days of a made-up library's web site, as a combined access log. Nobody's real traffic.

usage: make_library.py [FILE]     (default library.log.gz beside this script; the same octets every time)

What is in it to be foreseen, and what is not:
  * readers go from the start page over a search or a subject to books, and from a book to its chapters in their order, most of them
    giving up on the way; the next chapter of a book that nobody opened before can be named only from the shape of its name;
  * some readers come back every day to read on, and look at their loans first;
  * the exhibition of the second day draws everybody for some hours;
  * images and styles ride along with pages, a crawler walks through everything, and a monitor asks for one page every five minutes.
"""
import gzip
import io
import pathlib
import random
import sys
import time

BEGIN = 1788220800  # 1 September 2026, 00:00 UTC
DAYS = 3
SUBJECTS = ["history", "music", "physics", "poetry", "travel", "gardening", "law", "cinema"]
BROWSERS = [
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
]
CRAWLER = "Mozilla/5.0 (compatible; examplebot/1.0; +https://bot.example/)"
MONITOR = "uptime-check/2.1"


class Library:
    def __init__(self, seed=7):
        self.random = random.Random(seed)
        self.lines = []
        self.books = {subject: [1000 * (i + 1) + n for n in range(40)] for i, subject in enumerate(SUBJECTS)}

    def log(self, at, client, agent, path, status=200, size=None):
        size = size if size is not None else 4000 + (sum(path.encode()) * 37) % 30000
        stamp = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(at))
        self.lines.append((at, f'{client} - - [{stamp}] "GET {path} HTTP/1.1" {status} {size} "-" "{agent}"\n'))

    def page(self, at, client, agent, path):
        self.log(at, client, agent, path)
        if self.random.random() < 0.15:
            self.log(at, client, agent, "/static/site.css", 304, 0)
        if "/book/" in path and path.endswith("/") and self.random.random() < 0.5:
            self.log(at, client, agent, path + "cover.jpg", 200, 52000)

    def popular(self, items):
        return items[min(int(self.random.paretovariate(0.9)) - 1, len(items) - 1)]

    def read(self, at, client, agent, book, chapter, patience):
        """Chapter after chapter; returns when and where the reader stopped."""
        while chapter <= 12:
            self.page(at, client, agent, f"/book/{book}/chapter/{chapter}")
            at += self.random.expovariate(1 / 140) + 15
            chapter += 1
            if self.random.random() > patience:
                break
        return at, chapter

    def visit(self, at, client, agent, favourite):
        self.page(at, client, agent, "/")
        at += self.random.expovariate(1 / 12) + 2
        for _ in range(self.random.choice([1, 1, 1, 2, 2, 3])):
            subject = favourite if self.random.random() < 0.6 else self.random.choice(SUBJECTS)
            if self.random.random() < 0.35:
                self.page(at, client, agent, f"/search?q={subject}+{self.random.randrange(900)}")
            else:
                self.page(at, client, agent, f"/subject/{subject}/")
                if self.random.random() < 0.2:
                    at += self.random.expovariate(1 / 10) + 2
                    self.page(at, client, agent, f"/subject/{subject}/new")
            at += self.random.expovariate(1 / 15) + 3
            book = self.popular(self.books[subject])
            self.page(at, client, agent, f"/book/{book}/")
            at += self.random.expovariate(1 / 20) + 4
            if self.random.random() < 0.55:
                at, _ = self.read(at, client, agent, book, 1, 0.7)
            elif self.random.random() < 0.5:
                self.page(at, client, agent, f"/book/{book}/reserve")
                at += self.random.expovariate(1 / 8) + 2
                self.page(at, client, agent, "/account/loans")
                at += self.random.expovariate(1 / 20) + 2

    def exhibition(self, at, client, agent):
        for path in ("/exhibition/", "/exhibition/maps", "/exhibition/tickets"):
            self.page(at, client, agent, path)
            at += self.random.expovariate(1 / 20) + 3
            if self.random.random() < 0.3:
                break

    def hour(self):
        return min(max(self.random.gauss(16, 4), 0), 23.9) * 3600

    def people(self):
        for reader in range(260):
            client = f"192.0.2.{reader % 250}" if reader < 250 else f"198.51.100.{reader}"
            agent = BROWSERS[reader % len(BROWSERS)]
            favourite = SUBJECTS[reader % len(SUBJECTS)]
            for day in range(DAYS):
                if self.random.random() < 0.55:
                    self.visit(BEGIN + day * 86400 + self.hour(), client, agent, favourite)
                if day == 1 and self.random.random() < 0.35:
                    self.exhibition(BEGIN + day * 86400 + self.random.uniform(12, 15) * 3600, client, agent)

    def regulars(self):
        for reader in range(40):
            client, agent, chapter = f"203.0.113.{reader}", BROWSERS[reader % len(BROWSERS)], 1
            book = self.random.choice(self.books[self.random.choice(SUBJECTS)])
            for day in range(DAYS):
                at = BEGIN + day * 86400 + self.hour()
                self.page(at, client, agent, "/")
                self.page(at + 6, client, agent, "/account/loans")
                self.page(at + 15, client, agent, f"/book/{book}/")
                _, chapter = self.read(at + 30, client, agent, book, chapter, 0.75)

    def machines(self):
        at = BEGIN + 3600.0
        for subject in SUBJECTS[:4]:
            for book in self.books[subject][:25]:
                self.log(at, "198.51.100.66", CRAWLER, f"/book/{book}/")
                at += self.random.uniform(5, 60)
        for tick in range(0, DAYS * 86400, 300):
            self.log(BEGIN + tick, "198.51.100.77", MONITOR, "/status", 200, 12)

    def text(self):
        self.people()
        self.regulars()
        self.machines()
        return "".join(line for _, line in sorted(self.lines, key=lambda entry: entry[0]))


def main():
    target = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).with_name("library.log.gz"))
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0) as file:
        file.write(Library().text().encode())
    target.write_bytes(packed.getvalue())


if __name__ == "__main__":
    main()
