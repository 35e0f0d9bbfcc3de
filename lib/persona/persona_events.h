// What workers hand to the feeding thread: plain octets, so that handing one on allocates nothing.
#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include <harbinger/clock.h>
#include <harbinger/persona_engine.h>

namespace harbinger::persona {

/// Text of bounded length; what does not fit is cut.
template <std::size_t most>
class ShortText {
 public:
  void set(std::string_view text) {
    size_ = static_cast<std::uint8_t>(std::min(text.size(), most));
    std::memcpy(octets_.data(), text.data(), size_);
  }
  std::string_view view() const { return {octets_.data(), size_}; }

 private:
  static_assert(most <= 255);
  std::uint8_t size_ = 0;
  std::array<char, most> octets_;  // not written before it is used: an event is made for a query
};

/// A PersonaAsk that owns its texts. Servers know no user agents.
struct Asked {
  PersonaAsk ask;  ///< without its texts
  ShortText<255> name;
  ShortText<31> network;

  void fill(const PersonaAsk& from) {
    ask = from;
    name.set(from.name);
    network.set(from.network);
  }
  /// Borrows from this.
  PersonaAsk view() const {
    PersonaAsk whole = ask;
    whole.name = name.view();
    whole.network = network.view();
    whole.user_agent = {};
    return whole;
  }
};

/// A BehaviourEvent that owns its text.
struct Acted {
  BehaviourEvent event;  ///< without its text
  ShortText<BehaviourEvent::kMostText> resource;

  void fill(const BehaviourEvent& from) {
    event = from;
    resource.set(from.resource);
  }
  /// Borrows from this.
  BehaviourEvent view() const {
    BehaviourEvent whole = event;
    whole.resource = resource.view();
    return whole;
  }
};

}  // namespace harbinger::persona
