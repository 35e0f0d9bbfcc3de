// A plugin's README tells all there is to configure, under the same headings everywhere.
#include <catch2/catch.hpp>

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

TEST_CASE("every plugin says in one sentence what it is for") {
  for (const auto& plugin : all_plugins()) {
    INFO(plugin.name);
    CHECK_FALSE(plugin.summary.empty());
  }
}

}  // namespace harbinger::test
