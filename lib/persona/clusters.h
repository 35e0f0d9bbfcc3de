// From what clients do to classes of behaviour: profiles of clients, clusters of profiles, personas of clusters.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/persona.h>
#include <harbinger/persona_engine.h>
#include "persona/catalogue.h"
#include "persona/network.h"

namespace harbinger::persona {

/// What is remembered of one client: the network's state, what it asks for, how it acts, how surprising it is of late. Plain octets of fixed size, so
/// that a million fit into 600 MB with all around them; zeros are a new client. The fields are clusters.cpp's own.
struct ClientProfile {
  static constexpr std::size_t kOctets = 384;
  alignas(16) std::array<std::uint8_t, kOctets> octets{};

  /// The network's state, [kHidden], for Network::step (kept as 16-bit floats).
  void read_hidden(std::span<float> out) const noexcept;
  void write_hidden(std::span<const float> hidden) noexcept;
};

/// Clusters clients online and says who is of which persona. One thread at a time.
class Clusters {
 public:
  struct Settings {
    std::size_t most = 128;               ///< personas, at most 255
    std::uint32_t first_events = 5;       ///< a client is placed from its so-manieth event on
    double false_alarms_per_hour = 0.01;  ///< of an active client that does not change
  };
  virtual ~Clusters() = default;

  /// The client did this; `profile` already holds the network's state after it (write_hidden), and `surprise` is the network's of it.
  struct Verdict {
    PersonaId persona = 0;  ///< of the client now
    float confidence = 0;   ///< 0..1
    bool changed = false;   ///< another persona than before this act
    bool alarm = false;     ///< its surprise left its persona's usual range: take the token back
    float steadiness = 0;   ///< 0..1: how steadily the client behaves; its tokens live longer
  };
  virtual Verdict take(ClientProfile& profile, const BehaviourEvent& event, const EventCode& code, float surprise) = 0;
  /// What is said of the client without a new act; also by the catalogue's rules, when `ask` is given.
  virtual Verdict look(const ClientProfile& profile, const PersonaAsk* ask) const = 0;
  /// What the client did before its last act, for EventCode::gap; 0: nothing.
  virtual UnixMillis last_at(const ClientProfile& profile) const = 0;

  /// Merges what has become alike, splits what has come apart, matches clusters to the catalogue and names them. Every second or so.
  /// True when the list of personas changed.
  virtual bool tend(UnixMillis now) = 0;

  virtual std::vector<PersonaProfile> personas() const = 0;
  virtual PersonaExplanation explain(const ClientProfile& profile) const = 0;

  virtual Result<void> rename(std::string_view persona, std::string_view name) = 0;
  virtual Result<void> pin(std::string_view persona, bool pinned) = 0;
  virtual Result<void> split(std::string_view persona, std::string_view name) = 0;
  virtual Result<void> merge(std::string_view from, std::string_view into) = 0;

  /// Everything but the clients, for a checkpoint. `malformed` changes nothing.
  virtual std::vector<std::uint8_t> save() const = 0;
  virtual Result<void> load(std::span<const std::uint8_t> octets) = 0;
};

/// The catalogue outlives it.
std::unique_ptr<Clusters> make_clusters(const Clusters::Settings& settings, const Catalogue& catalogue);

}  // namespace harbinger::persona
