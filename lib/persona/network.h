// The neural part of the engine as the rest sees it: a GRU over what clients do. Nothing here knows LibTorch.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include <harbinger/behaviour.h>
#include <harbinger/result.h>

namespace harbinger::persona {

/// One act as the network reads it. Bucket numbers; what they stand for is in event_code.cpp.
struct EventCode {
  static constexpr std::uint16_t kResources = 4096, kSites = 1024, kTargets = 256;
  static constexpr std::uint8_t kGaps = 24, kDwells = 16, kLocations = 64;
  static constexpr std::uint8_t kHours = 168;

  std::uint16_t resource = 0;  ///< hash of the whole resource, < kResources
  std::uint16_t site = 0;      ///< hash of its site (the last labels of the host), < kSites
  std::uint8_t target = 0;     ///< what is to be predicted of the act: a class of resources and actions, < kTargets
  std::uint8_t action = 0;     ///< Action
  std::uint8_t gap = 0;        ///< logarithm of the time since the client's last act, < kGaps; 0: its first
  std::uint8_t dwell = 0;      ///< logarithm of the dwell time, < kDwells; 0: not known
  std::uint8_t hour = 0;       ///< hour of the week, UTC, < kHours
  std::uint8_t device = 0;     ///< DeviceClass
  std::uint8_t location = 0;   ///< < kLocations

  friend bool operator==(const EventCode&, const EventCode&) = default;
};

/// The last two labels of a resource's host; of one without a host, its first folder.
std::string_view site_of(std::string_view resource) noexcept;

/// `last_at`: the client's act before, 0 when there was none. Pure.
EventCode encode(const BehaviourEvent& event, UnixMillis last_at) noexcept;

/// The width of a client's state.
inline constexpr std::size_t kHidden = 64;

/// A GRU that reads a client's acts one after the other and predicts the target of the next one. Not thread-safe; a clone is independent.
class Network {
 public:
  virtual ~Network() = default;

  /// Takes clients one act further. `hidden` is [events.size()][kHidden], row-major, state before on entry and after on return; a new client's is
  /// all zeros. `surprise` (as many as events, or empty): -ln p(target | state before), nats. Best in batches of 256 to 2048.
  virtual void step(std::span<const EventCode> events, std::span<float> hidden, std::span<float> surprise) = 0;
  /// ln p(target) for each of [n][kHidden] states; `out` is [n][kTargets].
  virtual void predict(std::span<const float> hidden, std::span<float> out) = 0;

  using Sequence = std::span<const EventCode>;
  /// One gradient step on a batch of sequences (of at most 64 acts; longer ones are cut). Returns the mean loss before it, nats per act.
  virtual double train(std::span<const Sequence> batch) = 0;
  /// Mean loss without learning.
  virtual double loss(std::span<const Sequence> sequences) = 0;

  virtual std::unique_ptr<Network> clone() const = 0;
  /// Weights as octets with their own check sum, some hundred kB.
  virtual std::vector<std::uint8_t> save() const = 0;
  /// `malformed` for octets that are not whole or of another shape; nothing is changed then.
  virtual Result<void> load(std::span<const std::uint8_t> octets) = 0;
};

/// Defined by the library harbinger_network only, which brings LibTorch. `threads`: of LibTorch's own.
std::unique_ptr<Network> make_network(std::uint64_t seed, int threads = 1);

}  // namespace harbinger::persona
