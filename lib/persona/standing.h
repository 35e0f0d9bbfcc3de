// How often an assignment of such a margin stands: what confidence is.
#pragma once

#include <array>
#include <cstdint>

#include "persona/client_state.h"

namespace harbinger::persona {

/// An assignment is marked when it is made and judged ten minutes later, or when it falls. One thread at a time.
class Standing {
 public:
  static constexpr std::size_t kBuckets = 8;

  /// The client got its persona with this margin (nats to the next one).
  void mark(ClientState& state, float margin, UnixMillis now) noexcept;
  /// The client acts, still with its persona.
  void stands(ClientState& state, UnixMillis now) noexcept;
  /// It has another one.
  void fell(ClientState& state) noexcept;
  /// The share of such assignments that stood so far.
  float of(float margin) const noexcept;

  struct Count {
    float stood = 0, all = 0;
  };
  std::array<Count, kBuckets>& counts() { return counts_; }
  const std::array<Count, kBuckets>& counts() const { return counts_; }

 private:
  static std::size_t bucket_of(float margin) noexcept;
  void judge(ClientState& state, float stood) noexcept;
  std::array<Count, kBuckets> counts_{};
};

}  // namespace harbinger::persona
