// What workers hand to the feeding thread: plain octets, so that handing one on allocates nothing.
#pragma once

#include <algorithm>
#include <array>
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
    std::copy_n(text.begin(), size_, octets_.begin());  // no memcpy: an empty text may have no address
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

/// A BehaviourEvent of kind `query`: what servers see. With a usual name it is one cache line.
struct alignas(64) Acted {
  ClientKey client;
  UnixMillis at;
  std::uint16_t type;
  Outcome outcome;
  ShortText<BehaviourEvent::kMostText> resource;

  void fill(const BehaviourEvent& from) {
    client = from.client;
    at = from.at;
    type = from.type;
    outcome = from.outcome;
    resource.set(from.resource);
  }
  /// Borrows from this.
  BehaviourEvent view() const {
    BehaviourEvent whole;
    whole.client = client;
    whole.at = at;
    whole.resource = resource.view();
    whole.outcome = outcome;
    whole.type = type;
    return whole;
  }
};

}  // namespace harbinger::persona
