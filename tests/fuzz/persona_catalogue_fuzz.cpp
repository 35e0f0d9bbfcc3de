// Any text is a catalogue of personas that keeps its promises, or a list of errors that say where; whoever is asked about is matched or not.
#include "persona/catalogue.h"

#include <cmath>
#include <cstdlib>
#include <set>

using namespace harbinger;
using namespace harbinger::persona;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

// No file but the fuzzer's own text.
config::Sources no_disk() {
  return {
      [](const std::filesystem::path&) -> Result<std::string> { return fail(ErrorCode::not_found, "no such file"); },
      [](const std::string&) { return std::vector<std::filesystem::path>(); },
      [](const std::string&) { return std::string("value"); }};
}

void check_errors(const config::Errors& errors) {
  require(!errors.empty() && errors.size() <= 2000);
  for (const auto& error : errors) {
    require(!error.message.empty() && !error.position.file.empty());
    require(error.position.line > 0 && error.position.column > 0);
  }
}

void check_entries(const Catalogue& catalogue) {
  std::set<std::string> names;
  require(!catalogue.entries().empty() && catalogue.entries().size() <= 200);
  for (const auto& entry : catalogue.entries()) {
    require(names.insert(entry.profile.name).second && entry.profile.name != kDefaultPersonaName);
    require(!entry.profile.name.empty() && entry.profile.name.size() <= 31);
    require(!entry.ranges.empty() || !entry.rules.empty());
    for (const auto& range : entry.ranges) require(range.low <= range.high && range.weight > 0);
  }
}

// Numbers and texts of a client, made of the same octets.
void ask_about(const Catalogue& catalogue, std::string_view text) {
  Features features;
  for (std::size_t i = 0; i < features.size(); ++i) {
    const auto octet = text.empty() ? 0 : static_cast<unsigned char>(text[i % text.size()]);
    features[i] = octet == 'n' ? NAN : octet == 'i' ? INFINITY : (static_cast<float>(octet) - 32) / 64;
  }
  const auto match = catalogue.match(features);
  require(match.entry ? match.fit >= 0.5F && match.fit <= 1 : match.fit == 0);
  PersonaAsk ask;
  ask.user_agent = text;
  ask.name = text.substr(0, 20);
  catalogue.by_rule(ask);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto catalogue = Catalogue::parse(text, "catalogue", no_disk());
  if (!catalogue) {
    check_errors(catalogue.error());
    return 0;
  }
  check_entries(*catalogue);
  ask_about(*catalogue, text);
  return 0;
}
