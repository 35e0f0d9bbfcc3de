// What the network knows about contexts that tables know little of, as resources.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <harbinger/persona_engine.h>
#include <harbinger/wanted_by.h>
#include "persona/network.h"

namespace harbinger::persona {

/// Remembers which resources stand for each of the network's targets, and where clients stand who did something rare. One thread.
class Distiller {
 public:
  static constexpr std::size_t kMostAtOnce = 32;  ///< contexts that are told of in one call
  static constexpr std::uint16_t kRareUpTo = 16;  ///< a context that was seen more often, the tables know themselves

  Distiller();

  /// A client did this and has this state after it.
  void note(const BehaviourEvent& act, std::uint8_t target, PersonaId persona, std::span<const float> hidden);
  /// Asks the network what follows the rare contexts that clients stand in, and appends what is likely enough and was wanted by
  /// several clients: what one alone wanted is for no other to hear of.
  void distil(Network& network, UnixMillis now, std::vector<PersonaUpdate::Successors>& out);

 private:
  struct Popular {
    std::uint64_t hash = 0;
    std::uint32_t count = 0;
    WantedBy wanted{};
    std::string text;
  };
  struct Target {
    std::array<Popular, 8> popular;
    std::uint32_t total = 0;
    void note(const BehaviourEvent& act, std::uint64_t hash);
  };
  struct Context {
    std::uint64_t hash = 0;
    std::uint16_t seen = 0;
    UnixMillis told = 0;
  };
  struct Standing {
    std::uint64_t hash = 0;
    PersonaId persona = 0;
    std::string context;
    std::array<float, kHidden> hidden{};
  };
  using Next = std::vector<std::pair<std::string, float>>;

  bool rare(std::uint64_t hash);
  Next likely(std::span<const float> log_p, std::uint64_t context) const;

  std::vector<Target> targets_;
  std::vector<Context> contexts_;
  std::vector<Standing> standing_;  // a ring of the latest
  std::size_t stood_ = 0;
};

}  // namespace harbinger::persona
