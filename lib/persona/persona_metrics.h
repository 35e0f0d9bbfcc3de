// What can be counted of personas: harbinger_persona_*.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include <harbinger/clock.h>
#include <harbinger/metrics.h>
#include <harbinger/persona.h>
#include <harbinger/rcu.h>

namespace harbinger::persona {

/// What became of the persona option of a query.
enum class ShownToken : std::uint8_t {
  wanted,     ///< no token in it: "assign me one"
  valid,      ///< the client's own
  expired,    ///< the client's own, too old
  foreign,    ///< another one than the client has
  malformed,  ///< neither 0 nor 16 octets
  unproved,   ///< `require_cookie`, and the address is not proved
  given,      ///< replies that carried a token
  limit
};
std::string_view to_string(ShownToken outcome) noexcept;

class PersonaMetrics {
 public:
  explicit PersonaMetrics(Metrics& metrics);

  // The query path; no lock, no allocation.
  void token(ShownToken outcome) const noexcept { tokens_[static_cast<std::size_t>(outcome)].add(); }
  void query(PersonaId persona, bool known) const noexcept;

  void assigned(bool written) const noexcept { (written ? assigned_ : no_room_).add(); }
  void events(std::uint64_t count) const noexcept { events_.add(count); }
  void dropped(std::uint64_t count) const noexcept {
    if (count != 0) dropped_.add(count);
  }
  void answered(Duration took, bool good) const noexcept;

  /// Queries are counted by these names from now on. Names are many over time and series are few: after a while new ones share "other".
  void name(const std::vector<PersonaProfile>& personas);

 private:
  using ByPersona = std::array<Counter, 256>;
  Counter counter_of(const std::string& persona);

  Metrics& metrics_;
  Counter unknown_, assigned_, no_room_, events_, dropped_, failed_;
  Histogram latency_;
  std::array<Counter, static_cast<std::size_t>(ShownToken::limit)> tokens_;
  std::mutex naming_;
  std::set<std::string> names_;
  rcu::Published<ByPersona> queries_;
};

}  // namespace harbinger::persona
