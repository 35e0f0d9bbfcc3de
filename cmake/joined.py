"""Which sources may be compiled as one. Reads lines `TARGET:SOURCE`, and prints `TARGET:NUMBER:SOURCE` for each source that has company.

What a source keeps to itself (an unnamed namespace, static functions, names that `using` brings) is seen by the others when they are one. So those come
together of which none uses a word that another keeps to itself, nor includes a header that does, that use namespaces of which the ones of one are all
among the other's, that do nothing with the preprocessor but include, and that are not main.
"""
import collections
import functools
import pathlib
import re
import sys

MOST_SOURCES = 16
MOST_OCTETS = 96 << 10
END = "// namespace"
HEADER_FOLDERS = [pathlib.Path(__file__).resolve().parent.parent / folder for folder in ("lib", "lib/include", ".", "server/include")]
INCLUDED = re.compile(r'^\s*#\s*include ["<]([\w/.]+\.h)[">]', re.M)
SHARED_NAME = re.compile(r"(?<!\w)(?:[A-Z]\w*[a-z]\w*|k[A-Z]\w*)")
NOT_CODE = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"', re.S)
NOT_NAMES = {"TEST_CASE", "alignof", "decltype", "int", "noexcept", "operator", "requires", "sizeof", "void"}


def code_of(text):
    return NOT_CODE.sub(lambda found: found[0] if found[0] == END else '""', text)


def declared_by(line):
    """The names that a declaration at the left edge declares, and a few more rather than one less."""
    if found := re.match(r"(?:struct|class|union|enum(?: class)?) (\w+)|(?:using|namespace) (\w+) =|using [\w:]*::(\w+);", line):
        return {name for name in found.groups() if name}
    if re.match(r"[^A-Za-z_\[]|using |namespace |template|public|private", line):
        return set()
    head = re.split(r"[={]", line, maxsplit=1)[0]
    if "(" in head:
        return set(re.findall(r"(?<![:\w])(\w+)\s*\(", head)) - NOT_NAMES
    return set(re.findall(r"\w+", re.sub(r"\[[^]]*\]", "", head))[-1:]) | set(re.findall(r", (\w+)\s*[={;]", line))


@functools.cache
def names_in_header(name):
    """The names of types and constants in a header of ours, and in those that it includes."""
    path = next((folder / name for folder in HEADER_FOLDERS if (folder / name).is_file()), None)
    if path is None:
        return frozenset()
    text = path.read_text()
    return frozenset(SHARED_NAME.findall(code_of(text))).union(*map(names_in_header, INCLUDED.findall(text)))


class Source:
    def __init__(self, path):
        self.path = path
        text = pathlib.Path(path).read_text()
        self.header_names = frozenset().union(*map(names_in_header, INCLUDED.findall(text)))
        self.octets = len(text)
        code = code_of(text)
        self.alone = re.search(r"^\s*#\s*(?!include\b)\w|^int main\(", code, re.M) is not None
        self.spaces = set(re.findall(r"^\s*using namespace ([\w:]+);", code, re.M))
        self.words = set(re.findall(r"(?<![.\w])(?<!->)[A-Za-z_]\w*", code))
        self.own = set()
        unnamed = False
        for line in code.splitlines():
            if line.startswith("namespace {"):
                unnamed = True
            elif line.startswith("}") and line.endswith(END):
                unnamed = False
            elif unnamed or re.match(r"static |using |namespace \w+ =", line):
                self.own |= declared_by(line)

    def goes_with(self, other):
        if self.own & other.header_names or other.own & self.header_names:
            return False
        alike = self.spaces <= other.spaces or other.spaces <= self.spaces
        return alike and not other.alone and not self.own & other.words and not other.own & self.words


def joined(sources):
    """Groups of sources: each goes to the first that it goes with and that has room."""
    groups = []
    for source in sources:
        room = (group for group in groups if len(group) < MOST_SOURCES and sum(each.octets for each in group) + source.octets <= MOST_OCTETS)
        company = None if source.alone else next((group for group in room if all(source.goes_with(each) for each in group)), None)
        if company:
            company.append(source)
        else:
            groups.append([source])
    return groups


def main():
    targets = collections.defaultdict(list)
    for line in sys.stdin:
        target, path = line.strip().split(":", 1)
        targets[target].append(Source(path))
    for target, sources in targets.items():
        for number, group in enumerate(group for group in joined(sources) if len(group) > 1):
            for source in group:
                print(f"{target}:{number}:{source.path}")


if __name__ == "__main__":
    main()
