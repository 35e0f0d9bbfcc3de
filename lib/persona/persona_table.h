// Who is of which persona now: a table that all workers share, read while queries are answered.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include <harbinger/persona.h>

namespace harbinger::persona {

/// One cache line for each client, two places for each line. Fixed in size. Any thread; no lock, no allocation, nobody waits: who meets a writer
/// sees an unknown client, and asks again later.
class PersonaTable {
 public:
  /// An unknown client is asked for once in this time, not with every query.
  static constexpr UnixMillis kAskAgainMs = 5'000;
  /// So long before its end an assignment is asked for anew.
  static constexpr UnixMillis kRenewMs = 20'000;

  /// `clients` is rounded up to a power of two; 64 octets each.
  explicit PersonaTable(std::size_t clients);

  /// The client's line will be needed soon.
  void prepare(ClientKey client) const noexcept { __builtin_prefetch(&lines_[client & mask_], 1); }

  struct Look {
    PersonaId persona = 0;
    bool known = false;  ///< there is an assignment that has not expired
    bool ask = false;    ///< the caller, and no other, should have the engine asked
  };
  Look look(ClientKey client, UnixMillis now) noexcept;

  /// The assignment, expired or not.
  std::optional<PersonaAssignment> of(ClientKey client) const noexcept;

  /// Whether a client without a line gets one.
  enum class Place : std::uint8_t { make, only_known };
  /// Replaces what is known of a client; what expires first makes room. False when nothing was written: the client has no line and
  /// shall get none, or others wrote all the time.
  bool assign(const PersonaAssignment& assignment, Place place) noexcept;

  /// Lines with an assignment that has not expired. Reads the whole table.
  std::size_t count(UnixMillis now) const noexcept;

 private:
  static constexpr std::size_t kWays = 2;
  struct alignas(64) Line {
    std::atomic<std::uint32_t> version{0};   ///< odd while somebody writes
    std::atomic<std::uint32_t> asked_at{0};  ///< in seconds; 0: not asked for
    std::atomic<std::uint64_t> client{0};
    std::atomic<std::int64_t> expires{0};
    std::atomic<std::uint64_t> token[2]{0, 0};
    std::atomic<std::uint64_t> meaning{0};  ///< confidence and persona
  };
  static_assert(sizeof(Line) == 64);

  Line& line(ClientKey client, std::size_t way) const noexcept { return lines_[(client & mask_) ^ way]; }
  Line* find(ClientKey client) const noexcept;
  Look claim(ClientKey client, UnixMillis now) noexcept;
  static bool read(const Line& line, ClientKey client, PersonaAssignment& out) noexcept;
  static bool may_ask(Line& line, UnixMillis now) noexcept;
  static bool lock(Line& line, std::uint32_t& version) noexcept;

  struct Free {
    void operator()(Line* lines) const noexcept;
  };
  static Line* make(std::size_t count);

  const std::size_t mask_;
  const std::unique_ptr<Line[], Free> lines_;
};

}  // namespace harbinger::persona
