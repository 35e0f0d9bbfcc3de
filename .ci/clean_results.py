"""Remembers what was found clean, so that it need not be checked again while nothing that went into it has changed.

A check of one source depends on the checker, its settings and the contents of every file that the source includes. What was clean is kept
as the list of these files with a hash over their contents, in ccache's folder: machines that keep that keep both. Faults are never remembered.
"""
import hashlib
import json
import os
import pathlib
import re
import subprocess
import time
import zlib

STATES = 4  # of one source: a few branches that are checked in turn
UNUSED_DAYS = 60


def folder_of(kind):
    found = subprocess.run(["ccache", "--get-config", "cache_dir"], capture_output=True, text=True, check=False)
    ccache = found.stdout.strip() or os.environ.get("CCACHE_DIR") or pathlib.Path.home() / ".cache/ccache"
    return pathlib.Path(ccache) / "harbinger-clean" / kind


def files_of_rule(rule):
    """The files that a make rule, as -M and -MD write it, names behind its colon."""
    names = rule.replace("\\\n", " ").split(":", 1)[1]
    return [name.replace("\\ ", " ") for name in re.split(r"(?<!\\)\s+", names) if name]


class CleanResults:
    """Any thread. Paths below `root` are kept relative to it, so that another checkout shares what is known."""

    def __init__(self, kind, root):
        self.root = str(root) + "/"
        self.folder = folder_of(kind)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.digests = {}
        for place in self.folder.iterdir():
            if place.stat().st_mtime < time.time() - UNUSED_DAYS * 86400:
                place.unlink(missing_ok=True)

    def key(self, *what):
        """One for each source, checker and settings; `what` are strings."""
        text = "\0".join(what).replace(self.root, "")
        return hashlib.sha256(text.encode()).hexdigest()[:40]

    def is_clean(self, key):
        known = any(self.fingerprint(state["files"]) == state["fingerprint"] for state in self.states(key))
        if known:
            os.utime(self.folder / key)
        return known

    def remember(self, key, files):
        names = sorted({os.path.normpath(os.path.join(self.root, name)).removeprefix(self.root) for name in files})
        fingerprint = self.fingerprint(names)
        if fingerprint is None:
            return
        states = [{"files": names, "fingerprint": fingerprint}, *self.states(key)][:STATES]
        written = self.folder / f"{key}.{os.getpid()}"
        written.write_bytes(zlib.compress(json.dumps(states).encode(), 3))
        written.replace(self.folder / key)

    def states(self, key):
        try:
            return json.loads(zlib.decompress((self.folder / key).read_bytes()))
        except (OSError, ValueError, zlib.error):
            return []

    def fingerprint(self, names):
        """Over names and contents; None when a file is not there."""
        whole = hashlib.sha256()
        for name in names:
            digest = self.digest(name)
            if digest is None:
                return None
            whole.update(name.encode() + b"\0" + digest)
        return whole.hexdigest()

    def digest(self, name):
        if name not in self.digests:
            try:
                self.digests[name] = hashlib.sha256(pathlib.Path(self.root, name).read_bytes()).digest()
            except OSError:
                self.digests[name] = None
        return self.digests[name]
