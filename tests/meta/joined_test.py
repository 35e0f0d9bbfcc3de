#!/usr/bin/env python3
"""Which sources cmake/joined.py puts together, and which it keeps apart."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "cmake" / "joined.py"
HOUSE = "namespace harbinger {\n\nnamespace {\n\n%s\n\n}  // namespace\n\n%s\n\n}  // namespace harbinger\n"


class Joined(unittest.TestCase):
    def groups(self, *sources):
        """The numbers of the sources that come together, as sets."""
        with tempfile.TemporaryDirectory() as folder:
            paths = [pathlib.Path(folder, f"{number}.cpp") for number in range(len(sources))]
            for path, text in zip(paths, sources):
                path.write_text(text)
            lines = "".join(f"all:{path}\n" for path in paths)
            said = subprocess.run([sys.executable, str(SCRIPT)], input=lines, capture_output=True, text=True, check=True).stdout
        found = {}
        for line in said.splitlines():
            target, number, path = line.split(":")
            self.assertEqual(target, "all")
            found.setdefault(number, set()).add(int(pathlib.Path(path).stem))
        return sorted(found.values(), key=min)

    def test_sources_that_share_no_name_come_together(self):
        one = HOUSE % ("int lower(int a) { return a; }", "int one() { return lower(1); }")
        other = HOUSE % ("int upper = 2;", "int two() { return upper; }")
        self.assertEqual(self.groups(one, other), [{0, 1}])

    def test_what_a_source_keeps_to_itself_is_no_word_of_another(self):
        for own in ("int lower(int a) { return a; }", "constexpr int kA = 1, lower = 2;", "struct lower {};", "enum class lower { a };",
                    "std::array<int, sizeof(int)> lower(\n    int a);", "using lower = int;", "using other::lower;", "int lower[2];"):
            with self.subTest(own):
                self.assertEqual(self.groups(HOUSE % (own, ""), HOUSE % ("int b;", "int two() { return lower(2); }")), [])

    def test_words_that_are_said_and_not_used_keep_nobody_apart(self):
        for said in ("// lower", '"lower"', "a.lower()", "a->lower()", 'R"(lower)"', "/* lower */"):
            with self.subTest(said):
                self.assertEqual(self.groups(HOUSE % ("int lower;", ""), HOUSE % ("", f"auto b = {said};")), [{0, 1}])

    def test_a_name_that_a_header_shares_keeps_sources_apart(self):
        shared = '#include <harbinger/name.h>\n'
        self.assertEqual(self.groups(HOUSE % ("struct Name {};", ""), shared + HOUSE % ("", "int a();")), [])
        self.assertEqual(self.groups(HOUSE % ("struct NameOfNobody {};", ""), shared + HOUSE % ("", "int a();")), [{0, 1}])

    def test_namespaces_are_those_of_the_other_or_fewer(self):
        near, far = "using namespace near;\n", "using namespace far;\n"
        self.assertEqual(self.groups(near, far, near + far), [{0, 2}])

    def test_who_speaks_to_the_preprocessor_or_is_main_stays_alone(self):
        self.assertEqual(self.groups("#define A 1\n", "int a();\n", "int main() {}\n", "#include <a.h>\n"), [{1, 3}])

    def test_a_group_has_an_end(self):
        sizes = [len(group) for group in self.groups(*[f"int f{number}();\n" for number in range(40)])]
        self.assertEqual(sum(sizes), 40)
        self.assertLessEqual(max(sizes), 16)


if __name__ == "__main__":
    unittest.main()
