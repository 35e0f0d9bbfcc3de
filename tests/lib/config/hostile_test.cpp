// Text that was written to do harm ends with an error, soon and in bounded memory.
#include <catch2/catch.hpp>

#include <harbinger/config.h>

#include <string>

using namespace harbinger;
using namespace harbinger::config;

namespace {

std::string repeat(std::string_view what, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += what;
  return text;
}

Sources no_sources() {
  return {[](const auto&) -> Result<std::string> { return fail(ErrorCode::not_found, "no file"); },
          [](const auto&) { return std::vector<std::filesystem::path>(); },
          [](const auto& name) { return name == "BIG" ? std::string(1 << 20, 'x') : std::string(); }};
}

std::string first_error(const std::string& text) {
  const auto file = parse(text, "H", no_sources());
  REQUIRE_FALSE(file);
  CHECK(file.error().size() <= 1000);
  return file.error().front().message;
}

constexpr auto kTooLarge =
    "the configuration grows too large here: with all imports it may have 2000000 words and 64 MiB";

}  // namespace

TEST_CASE("a hundred nested bodies are fine, more are refused") {
  CHECK(parse(repeat("a {\n", 100) + repeat("}\n", 100), "H", no_sources()));
  CHECK(first_error(repeat("a {\n", 101) + repeat("}\n", 101)) == "braces are nested deeper than 100");
  CHECK(first_error(repeat("a {\n", 100000) + repeat("}\n", 100000)) == "braces are nested deeper than 100");
  CHECK(first_error(repeat("{ ", 500000)) == "the `{` in line 1 is never closed, a `}` is missing");
}

TEST_CASE("snippets that multiply are stopped") {
  std::string text = "(s0) { x }\n";
  for (int i = 1; i < 30; ++i) {
    const auto inner = "import s" + std::to_string(i - 1) + "\n";
    text += "(s" + std::to_string(i) + ") {\n" + inner + inner + "}\n";
  }
  CHECK(first_error(text + "a {\nimport s29\n}\n") == kTooLarge);
}

TEST_CASE("empty snippets that multiply are stopped") {
  std::string text = "(s0) { }\n";
  for (int i = 1; i < 30; ++i) {
    const auto inner = "import s" + std::to_string(i - 1) + "\n";
    text += "(s" + std::to_string(i) + ") {\n" + inner + inner + "}\n";
  }
  CHECK(first_error(text + "a {\nimport s29\n}\n") == kTooLarge);
}

TEST_CASE("arguments that multiply are stopped") {
  const auto argument = std::string(1 << 20, 'x');
  CHECK(first_error("(s) {\n y " + repeat("{args.0}", 100000) + "\n}\na {\nimport s " + argument + "\n}\n") ==
        kTooLarge);
}

TEST_CASE("environment variables that multiply are stopped") {
  CHECK(first_error("a {\n x " + repeat("{$BIG}", 100000) + "\n}\n") == kTooLarge);
}

TEST_CASE("imports in imports end at a limit") {
  std::string text;
  for (int i = 0; i < 40; ++i) text += "(s" + std::to_string(i) + ") { import s" + std::to_string(i + 1) + " }\n";
  CHECK(first_error(text + "(s40) { x }\na { import s0 }\n") == "imports are nested deeper than 32");
}

TEST_CASE("a thousand errors are enough") {
  const auto file = parse(repeat("}\n", 1'000'000), "H", no_sources());
  REQUIRE_FALSE(file);
  CHECK(file.error().size() == 1000);
}

TEST_CASE("many words are too many") { CHECK(first_error("a {\n" + repeat("b\n", 3'000'000) + "}\n") == kTooLarge); }

TEST_CASE("a file of more than 16 MiB is refused") {
  CHECK(first_error(std::string((16 << 20) + 1, '\n')) == "the file is larger than 16 MiB");
}

TEST_CASE("bytes of every value are survived") {
  std::string text;
  for (int c = 0; c < 256; ++c) text += static_cast<char>(c);
  CHECK_FALSE(parse(text, "H", no_sources()));
  CHECK_FALSE(parse(text + text, "H", no_sources()));
}
