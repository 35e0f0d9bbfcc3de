#include "persona/asks.h"

namespace harbinger::persona {

namespace {

// What is longer says nothing that its beginning does not.
constexpr std::size_t kMostText = 512;

constexpr std::string_view PersonaAsk::* kTexts[] = {&PersonaAsk::name, &PersonaAsk::user_agent, &PersonaAsk::network};

}  // namespace

Asks::Asks(std::span<const PersonaAsk> given, PersonaEngine::Assigned then)
    : asks(given.begin(), given.end()), done(std::move(then)) {
  std::size_t size = 0;
  for (auto& ask : asks)
    for (const auto text : kTexts) size += (ask.*text = (ask.*text).substr(0, kMostText)).size();
  text_.reserve(size);  // so that nothing moves
  for (auto& ask : asks)
    for (const auto text : kTexts) {
      const auto at = text_.size();
      text_ += ask.*text;
      ask.*text = std::string_view(text_).substr(at);
    }
}

}  // namespace harbinger::persona
