#!/usr/bin/env python3
"""Popularity, Markov-1, dependency graph and PPM-2 once more, as plainly as possible: what harbinger-replay must agree with.

usage: reference.py COMBINED_LOG.gz     prints {model: {top1, top5}} for pages of human readers, judged on the last fifth
"""
import collections
import datetime
import gzip
import json
import re
import sys

LINE = re.compile(r'(\S+) \S+ \S+ \[([^]]+)\] "(\S+) (\S+) [^"]*" (\d+) \S+ "[^"]*" "([^"]*)"')
DECORATION = re.compile(r"\.(gif|jpg|jpeg|png|css|js)$")
GAP = 30 * 60
HALF_LIFE = 100_000


def pages(path):
    for line in gzip.open(path, "rt"):
        client, time, method, url, status, agent = LINE.match(line).groups()
        url = url.split("?")[0]
        if method != "GET" or status[0] not in "23" or DECORATION.search(url):
            continue
        if not agent.startswith("Mozilla/") or "bot" in agent:
            continue
        yield datetime.datetime.strptime(time, "%d/%b/%Y:%H:%M:%S %z").timestamp(), client, url


class Models:
    def __init__(self):
        self.popular, self.weight = collections.Counter(), 1.0
        self.pairs = collections.defaultdict(collections.Counter)
        self.arcs = collections.defaultdict(collections.Counter)
        self.triples = collections.defaultdict(collections.Counter)

    def learn(self, way, page):
        self.popular[page] += self.weight
        self.weight *= 2 ** (1 / HALF_LIFE)
        for before in dict.fromkeys(way[-4:]):
            if before != page:
                self.arcs[before][page] += 1
        if way:
            self.pairs[way[-1]][page] += 1
        if len(way) > 1:
            self.triples[way[-2], way[-1]][page] += 1

    def ppm2(self, way):
        chances, left = collections.Counter(), 1.0
        for context in (self.triples.get(tuple(way[-2:])), self.pairs.get(way[-1])):
            if context:
                total = sum(context.values()) + len(context)
                for page, count in context.items():
                    chances[page] += left * count / total
                left *= len(context) / total
        for page, count in self.popular.most_common(64):
            chances[page] += left * count / sum(self.popular.values())
        return [page for page, _ in chances.most_common()]

    def say(self, way):
        popular = [page for page, _ in self.popular.most_common(64)]
        ranked = lambda table: [page for page, _ in table.get(way[-1], collections.Counter()).most_common()]
        lists = {"popularity": popular, "markov1": ranked(self.pairs) + popular, "dg4": ranked(self.arcs) + popular,
                 "ppm2_online": self.ppm2(way)}
        return {name: [p for p in dict.fromkeys(pages) if p != way[-1]][:5] for name, pages in lists.items()}


def main():
    visits = sorted(pages(sys.argv[1]), key=lambda visit: visit[0])
    first = int(len(visits) * 0.8)
    models, ways, seen_at, said = Models(), {}, {}, {}
    hits, judged = collections.defaultdict(lambda: [0, 0]), 0
    for number, (at, client, page) in enumerate(visits):
        if client not in ways or at - seen_at[client] > GAP:
            ways[client] = []
        way, seen_at[client] = ways[client], at
        if way and way[-1] != page and number >= first:
            judged += 1
            for name, list_ in said[client].items():
                hits[name][0] += list_[:1] == [page]
                hits[name][1] += page in list_
        if not way or way[-1] != page:
            models.learn(way, page)
            way.append(page)
        said[client] = models.say(way) if number >= first * 0.75 else {}
    print(json.dumps({"steps": judged, "models": {
        name: {"top1": one / judged, "top5": five / judged} for name, (one, five) in hits.items()}}))


if __name__ == "__main__":
    main()
