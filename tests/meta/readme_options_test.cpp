// A plugin's README tells all there is to configure, under the same headings everywhere.
#include <catch2/catch.hpp>

#include "chain/server_directives.h"
#include "plugins/all.h"
#include "tests/support/scratch.h"

namespace harbinger::test {
namespace {

std::string readme_of(const PluginSpec& plugin) {
  return read_text(std::filesystem::path(HARBINGER_SOURCE_DIR) / "plugins" / plugin.name / "README.md");
}

}  // namespace

TEST_CASE("every plugin has a README with the usual headings") {
  for (const auto& plugin : all_plugins())
    for (const std::string heading : {"## Name", "## Description", "## Syntax", "## Metrics", "## Examples"}) {
      INFO(plugin.name << ": " << heading);
      CHECK(readme_of(plugin).find(heading) != std::string::npos);
    }
}

TEST_CASE("every option of a plugin stands in its README") {
  for (const auto& plugin : all_plugins())
    for (const auto& option : plugin.options) {
      INFO(plugin.name << ": " << option.word);
      CHECK_THAT(readme_of(plugin), Catch::Contains(option.word, Catch::CaseSensitive::No));
    }
}

TEST_CASE("every option of the server and of its cache stands in docs/operating.md, with its default") {
  const auto text = read_text(std::filesystem::path(HARBINGER_SOURCE_DIR) / "docs/operating.md");
  for (const auto& table : {server_options(), cache_options()})
    for (const auto& option : table) {
      const auto row = text.find("\n| `" + option.word);
      INFO(option.word << " (" << option.default_value << ")");
      REQUIRE(row != std::string::npos);
      CHECK_THAT(text.substr(row, text.find('\n', row + 1) - row), Catch::Contains(option.default_value));
    }
}

TEST_CASE("every plugin says in one sentence what it is for") {
  for (const auto& plugin : all_plugins()) {
    INFO(plugin.name);
    CHECK_FALSE(plugin.summary.empty());
  }
}

}  // namespace harbinger::test
