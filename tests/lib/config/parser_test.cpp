#include <catch2/catch.hpp>

#include <harbinger/config.h>

#include <map>
#include <string>
#include <vector>

using namespace harbinger;
using namespace harbinger::config;

namespace {

struct Disk {
  std::map<std::string, std::string> files;
  std::map<std::string, std::string> variables;

  Sources sources() const {
    return {[this](const std::filesystem::path& path) -> Result<std::string> {
              const auto found = files.find(path.string());
              if (found == files.end()) return fail(ErrorCode::not_found, "cannot read `" + path.string() + "`");
              return found->second;
            },
            [this](const std::string& pattern) {
              // Enough of a glob for these tests: one `*` at the end of a folder. Newest first, as a disk might.
              std::vector<std::filesystem::path> found;
              const auto folder = pattern.substr(0, pattern.find('*'));
              for (const auto& [name, text] : files)
                if (name.starts_with(folder)) found.insert(found.begin(), name);
              return found;
            },
            [this](const std::string& name) {
              const auto found = variables.find(name);
              return found == variables.end() ? std::string() : found->second;
            }};
  }
};

std::string show(const Directive& directive) {
  std::string text = directive.word.text;
  for (const auto& word : directive.arguments)
    text += (word.quoted ? " '" : " ") + word.text + (word.quoted ? "'" : "");
  if (!directive.has_body) return text;
  text += " {";
  for (const auto& inner : directive.body) text += " " + show(inner) + ";";
  return text + " }";
}

// One line for each block, `global` first: short enough to compare by eye.
std::vector<std::string> show(const File& file) {
  std::vector<std::string> lines;
  if (!file.global.empty()) lines.push_back("global:");
  for (const auto& directive : file.global) lines.back() += " " + show(directive) + ";";
  for (const auto& block : file.blocks) {
    std::string line;
    for (const auto& key : block.keys) line += (line.empty() ? "" : " ") + key.text;
    line += ":";
    for (const auto& directive : block.directives) line += " " + show(directive) + ";";
    lines.push_back(line);
  }
  return lines;
}

using Lines = std::vector<std::string>;

Lines parsed(std::string_view text, const Disk& disk = {}) {
  const auto file = parse(text, "Harbingerfile", disk.sources());
  if (file) return show(*file);
  Lines errors{"ERRORS"};
  for (const auto& error : file.error()) errors.push_back(error.to_string());
  return errors;
}

Lines errors_of(std::string_view text, const Disk& disk = {}) {
  const auto file = parse(text, "H", disk.sources());
  Lines errors;
  if (!file)
    for (const auto& error : file.error()) errors.push_back(error.to_string());
  return errors;
}

}  // namespace

TEST_CASE("a server block has keys and directives") {
  CHECK(parsed(". {\n  whoami\n}\n") == Lines{".: whoami;"});
  CHECK(parsed("dns://example.org:5300 10.0.0.0/24 {\n forward . 9.9.9.9 8.8.8.8 {\n  policy random\n }\n log\n}") ==
        Lines{"dns://example.org:5300 10.0.0.0/24: forward . 9.9.9.9 8.8.8.8 { policy random; }; log;"});
  CHECK(parsed("a {\n}\nb {\n}") == Lines{"a:", "b:"});
  CHECK(parsed("").empty());
  CHECK(parsed("# nothing here\n\n").empty());
}

TEST_CASE("keys are parted by blanks or commas, and a comma goes on to the next line") {
  CHECK(parsed("a, b,\nc {\n}") == Lines{"a b c:"});
  CHECK(parsed("a,b {\n}") == Lines{"a b:"});
  CHECK(parsed("a\n{\n}") == Lines{"a:"});
  CHECK(parsed("tls://a https://b grpc://c:1 {\n}") == Lines{"tls://a https://b grpc://c:1:"});
}

TEST_CASE("a block may stand on one line") {
  CHECK(parsed("a { whoami }\nb { log { x y } }") == Lines{"a: whoami;", "b: log { x y; };"});
}

TEST_CASE("a first block without keys is the global one") {
  CHECK(parsed("{\n workers 4\n}\n. {\n whoami\n}") == Lines{"global: workers 4;", ".: whoami;"});
  CHECK(parsed("(s) {\n x\n}\n{\n workers 4\n}") == Lines{"global: workers 4;"});
}

TEST_CASE("bodies nest") {
  CHECK(parsed("a {\n b {\n  c {\n   d e\n  }\n  f\n }\n}") == Lines{"a: b { c { d e; }; f; };"});
}

TEST_CASE("comments end with their line and begin only a word") {
  CHECK(parsed("a { # one {\n b#c # two\n # three }\n}") == Lines{"a: b#c;"});
}

TEST_CASE("quotes keep blanks, newlines, braces and comment signs together") {
  CHECK(parsed("a {\n text \"x  y\" \"line\nbreak\" \"}\" \"# no\" \"\"\n}") ==
        Lines{"a: text 'x  y' 'line\nbreak' '}' '# no' '';"});
  CHECK(parsed(R"(a { text "say \"hi\" \046 \\" })") == Lines{R"(a: text 'say "hi" \046 \\';)"});
  CHECK(parsed("a { text b\"c }") == Lines{"a: text b\"c;"});
}

TEST_CASE("a backslash at the end continues a line") {
  CHECK(parsed("a {\n forward . \\\n   1.1.1.1 \\\r\n 2.2.2.2\\\n 3.3.3.3\n}") ==
        Lines{"a: forward . 1.1.1.1 2.2.2.2 3.3.3.3;"});
}

TEST_CASE("other newlines and a byte order mark do no harm") {
  CHECK(parsed("\xef\xbb\xbf"
               "a {\r\n b c\r\n}\r\n") == Lines{"a: b c;"});
}

TEST_CASE("environment variables are replaced inside one word") {
  const Disk disk{{}, {{"HOST", "10.0.0.1"}, {"WORDS", "a b { }"}, {"OPEN", "{"}}};
  CHECK(parsed("a {\n x {$HOST} {%HOST%}:53 {$NONE:8.8.8.8} {$HOST:no} {$PORT:a b}c\n}", disk) ==
        Lines{"a: x 10.0.0.1 10.0.0.1:53 8.8.8.8 10.0.0.1 a bc;"});
  CHECK(parsed("a {\n x {$WORDS} \"{$HOST} {$NONE:z}\" {$OPEN}\n}", disk) == Lines{"a: x a b { } '10.0.0.1 z' {;"});
}

TEST_CASE("every word knows its place") {
  const auto file = parse("# head\nexample.org, b {\n\tforward  \"x y\" \\\n z\n}\n", "H");
  REQUIRE(file);
  const auto& block = file->blocks.at(0);
  CHECK(block.position == Position{"H", 2, 1});
  CHECK(block.keys.at(1).position == Position{"H", 2, 14});
  const auto& forward = block.directives.at(0);
  CHECK(forward.word.position == Position{"H", 3, 2});
  CHECK(forward.arguments.at(0).position == Position{"H", 3, 11});
  CHECK(forward.arguments.at(1).position == Position{"H", 4, 2});
}

TEST_CASE("columns count characters") {
  const auto file = parse("a {\n \"äöü\" b\n}", "H");
  REQUIRE(file);
  CHECK(file->blocks.at(0).directives.at(0).arguments.at(0).position == Position{"H", 2, 8});
}

TEST_CASE("snippets stand for their lines, also before they are written") {
  CHECK(parsed("(common) {\n errors\n log\n}\na {\n import common\n whoami\n}") == Lines{"a: errors; log; whoami;"});
  CHECK(parsed("a {\n import late\n}\n(late) {\n x { y }\n}") == Lines{"a: x { y; };"});
  CHECK(parsed("(two) {\n a { x }\n b { y }\n}\nimport two\n") == Lines{"a: x;", "b: y;"});
  CHECK(parsed("(in) { p }\n(out) {\n import in\n q\n}\na { import out }") == Lines{"a: p; q;"});
}

TEST_CASE("snippets take arguments") {
  CHECK(parsed("(up) {\n forward {args.0} {args.1}:53 \"{args.0}\"\n}\na {\n import up . 10.0.0.1\n import up b "
               "10.0.0.2\n}") == Lines{"a: forward . 10.0.0.1:53 '.'; forward b 10.0.0.2:53 'b';"});
}

TEST_CASE("files are imported relative to the file that names them") {
  const Disk disk{
      {{"conf/more", "a {\n import parts/one\n}\n"}, {"conf/parts/one", "import two\nx"}, {"conf/parts/two", "y"}}, {}};
  CHECK(parsed("import conf/more", disk) == Lines{"a: y; x;"});

  const auto file = parse("import conf/more", "Harbingerfile", disk.sources());
  REQUIRE(file);
  CHECK(file->sources ==
        std::vector<std::filesystem::path>{"Harbingerfile", "conf/more", "conf/parts/one", "conf/parts/two"});
  CHECK(file->blocks.at(0).directives.at(0).word.position == Position{"conf/parts/two", 1, 1});
}

TEST_CASE("globs are imported in sorted order, and may find nothing") {
  const Disk disk{{{"zones/b", "b { }"}, {"zones/a", "a { }"}, {"zones/c", "c { }"}}, {}};
  CHECK(parsed("import zones/*", disk) == Lines{"a:", "b:", "c:"});
  CHECK(parsed("import none/*\nx { }", disk) == Lines{"x:"});
}

TEST_CASE("a file may be imported twice and is watched once") {
  const Disk disk{{{"part", "log\n(s) { x }"}}, {}};
  const auto file = parse("a {\n import part\n}\nb {\n import part\n import s\n}", "H", disk.sources());
  REQUIRE(file);
  CHECK(show(*file) == Lines{"a: log;", "b: log; x;"});
  CHECK(file->sources.size() == 2);
}

TEST_CASE("every error says where it is and what would be right") {
  const auto [text, errors] = GENERATE(table<std::string, Lines>({
      {"a {\n b\n", {"H:1:3: the `{` in line 1 is never closed, a `}` is missing"}},
      {"a {\n b {\n c\n}\n", {"H:1:3: the `{` in line 1 is never closed, a `}` is missing"}},
      {"a {\n}\n}\n", {"H:3:1: this `}` closes nothing, remove it or add the `{`"}},
      {"a\nb {\n}\n", {"H:1:1: `a` begins a server block, so a `{` belongs behind its zones"}},
      {"a\n", {"H:1:1: `a` begins a server block, so a `{` belongs behind its zones"}},
      {"a{\n b\n}\n", {"H:1:2: a space is missing in front of `{`"}},
      {"a {\n b\n {\n c\n }\n}\n", {"H:3:2: a `{` stands at the end of the line that it belongs to"}},
      {"a {\n}\n{\n x\n}\n",
       {"H:3:1: this block has no zone, write its zones in front of the `{` (only the first block may have none)"}},
      {"a {\n}\n, {\n}\n", {"H:3:1: a zone is missing in front of the `{`"}},
      {"a {\n b \"c\n}\n", {"H:2:4: this quote is never closed, a `\"` is missing"}},
      {"a {\n b {$\n}\n", {"H:2:4: an environment variable is written {$NAME} or {$NAME:default}"}},
      {"a {\n b {%X}\n}\n", {"H:2:4: an environment variable is written {%NAME%}"}},
      {"a {\n b \"{$X\" c}\n}\n", {"H:2:5: an environment variable is written {$NAME} or {$NAME:default}"}},
      {"a {\n b\x01"
       "c\n}\n",
       {"H:2:3: a control character does not belong here, remove it"}},
      {"a {\n import\n}\n", {"H:2:2: `import` needs the name of a snippet or a file"}},
      {"(comon) { x }\na {\n import common\n}\n",
       {"H:3:9: there is no snippet and no file `common`, did you mean the snippet `comon`?"}},
      {"a {\n import nowhere\n}\n", {"H:2:9: cannot read `nowhere`"}},
      {"(s) { x }\n(s) { y }\n", {"H:2:1: there is a snippet `s` already, at H:1"}},
      {"(s) a {\n}\n", {"H:1:1: a snippet stands alone, as in `(s) {`"}},
      {"(s) { import s }\na { import s }\n", {"H:1:14: imports in a circle: `(s)` imports `(s)`"}},
      {"import H\n", {"H:1:8: imports in a circle: `H` imports `H`"}},
      {"(s) {\n x {args.1}\n}\na { import s one }\n",
       {"H:2:4: the import of `s` in line 4 has 1 arguments, the first is {args.0}"}},
      {"(s) {\n x {args.x}\n}\na { import s one }\n", {"H:2:4: an argument of an import is written {args.0}"}},
  }));
  CAPTURE(text);
  CHECK(errors_of(text) == errors);
}

TEST_CASE("all errors are told at once, in the order of the file") {
  const Disk disk{{{"bad", "x {\n y \"z\n}"}}, {}};
  CHECK(errors_of("a{\n import bad\n import gone\n}\n}\nb {\n", disk) ==
        Lines{"H:1:2: a space is missing in front of `{`", "H:3:9: cannot read `gone`",
              "H:5:1: this `}` closes nothing, remove it or add the `{`",
              "H:6:3: the `{` in line 6 is never closed, a `}` is missing",
              "bad:2:4: this quote is never closed, a `\"` is missing"});
}

TEST_CASE("a file that cannot be read is one clear error") {
  const auto file = load("/nonexistent/Harbingerfile");
  REQUIRE_FALSE(file);
  REQUIRE(file.error().size() == 1);
  CHECK(file.error()[0].to_string() == "cannot read `/nonexistent/Harbingerfile`: No such file or directory");
  CHECK(file.error()[0].code == ErrorCode::not_found);
  CHECK(load("/").error().at(0).message == "cannot read `/`: Is a directory");
}

TEST_CASE("an endless file is told to be too large") {
  const auto file = load("/dev/zero");
  REQUIRE_FALSE(file);
  CHECK(file.error().at(0).to_string() == "/dev/zero: the file is larger than 16 MiB");
}
