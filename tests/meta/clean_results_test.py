#!/usr/bin/env python3
"""What .ci/clean_results.py promises to the checks that use it."""
import os
import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / ".ci"))
import clean_results  # noqa: E402


class CleanResults(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        os.environ["CCACHE_DIR"] = self.scratch.name + "/ccache"
        self.root = pathlib.Path(self.scratch.name, "one")
        self.write(self.root)

    @staticmethod
    def write(root, header="int a;\n"):
        root.mkdir(exist_ok=True)
        (root / "a.cpp").write_text('#include "a.h"\n')
        (root / "a.h").write_text(header)

    def results(self, root=None):
        """As a later run would see them."""
        return clean_results.CleanResults("trial", root or self.root)

    def remember(self):
        results = self.results()
        results.remember(results.key("a.cpp", "-O2"), ["a.cpp", str(self.root / "a.h")])

    def is_clean(self, *what, root=None):
        results = self.results(root)
        return results.is_clean(results.key(*(what or ("a.cpp", "-O2"))))

    def test_nothing_is_clean_before_it_was_checked(self):
        self.assertFalse(self.is_clean())

    def test_what_was_clean_is_clean_until_it_or_an_include_changes(self):
        self.remember()
        self.assertTrue(self.is_clean())
        self.write(self.root, "int a;  // NOLINT\n")
        self.assertFalse(self.is_clean())
        self.write(self.root)
        self.assertTrue(self.is_clean())
        (self.root / "a.h").unlink()
        self.assertFalse(self.is_clean())

    def test_other_flags_or_settings_are_another_check(self):
        self.remember()
        self.assertFalse(self.is_clean("a.cpp", "-O0"))
        self.assertFalse(self.is_clean("b.cpp", "-O2"))

    def test_another_checkout_with_the_same_files_shares_what_is_known(self):
        self.remember()
        other = pathlib.Path(self.scratch.name, "other")
        self.write(other)
        self.assertTrue(self.is_clean(root=other))
        self.write(other, "int b;\n")
        self.assertFalse(self.is_clean(root=other))

    def test_branches_that_are_checked_in_turn_stay_known(self):
        for header in ("int a;\n", "int b;\n"):
            self.write(self.root, header)
            self.remember()
        for header in ("int a;\n", "int b;\n"):
            self.write(self.root, header)
            self.assertTrue(self.is_clean())

    def test_a_damaged_memory_is_none(self):
        self.remember()
        for place in self.results().folder.iterdir():
            place.write_bytes(b"damaged")
        self.assertFalse(self.is_clean())

    def test_names_in_rules_may_have_spaces_and_stand_on_several_lines(self):
        rule = "a.o: a.cpp \\\n  /usr/include/my\\ own.h \\\n b.h\n"
        self.assertEqual(clean_results.files_of_rule(rule), ["a.cpp", "/usr/include/my own.h", "b.h"])


if __name__ == "__main__":
    unittest.main()
