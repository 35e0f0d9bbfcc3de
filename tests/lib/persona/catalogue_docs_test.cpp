// docs/persona_catalogue.md keeps what it promises.
#include "persona/catalogue.h"

#include <catch2/catch.hpp>

#include <sstream>

#include "persona/catalogue_grammar.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::persona;
using namespace harbinger::test;

namespace {

std::string document() { return read_text(std::filesystem::path(HARBINGER_SOURCE_DIR) / "docs/persona_catalogue.md"); }

std::vector<std::string> examples() {
  std::vector<std::string> found;
  std::istringstream text(document());
  bool inside = false;
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with("```")) {
      inside = line == "```catalogue";
      if (inside) found.emplace_back();
    } else if (inside) {
      found.back() += line + '\n';
    }
  }
  return found;
}

}  // namespace

TEST_CASE("every example in the catalogue's document is a catalogue") {
  const auto all = examples();
  REQUIRE(all.size() >= 3);
  for (const auto& example : all) {
    const auto catalogue = Catalogue::parse(example, "example");
    INFO(example << (catalogue ? "" : catalogue.error().front().to_string()));
    CHECK(catalogue);
  }
}

TEST_CASE("the catalogue's document names every word, every feature and every built-in persona") {
  const auto text = document();
  const auto names = [&](const std::string& word) {
    INFO(word);
    CHECK((text.find('`' + word + '`') != std::string::npos || text.find('`' + word + ' ') != std::string::npos));
  };
  for (const auto& row : entry_options().table())
    if (!row.is_argument) names(row.word);
  for (std::size_t i = 0; i < static_cast<std::size_t>(Feature::limit); ++i)
    names(std::string(to_string(static_cast<Feature>(i))));
  for (const auto& entry : Catalogue::defaults().entries()) names(entry.profile.name);
}
