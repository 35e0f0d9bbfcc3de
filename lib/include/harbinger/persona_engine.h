// The persona engine as its users see it: in this process, or behind gRPC.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/behaviour.h>
#include <harbinger/persona.h>
#include <harbinger/result.h>

namespace harbinger {

/// Somebody of whom no persona is known (any more). Views are borrowed for the call.
struct PersonaAsk {
  ClientKey client = 0;
  UnixMillis at = 0;
  std::string_view name;        ///< that is asked for
  std::string_view user_agent;  ///< where known
  std::string_view
      network;  ///< the operator's word for the network that the client is in; empty: none. Addresses never get here
  DeviceClass device = DeviceClass::unknown;
  std::uint16_t location = 0;  ///< as BehaviourEvent::location
  std::uint8_t transport = 0;  ///< 0 not known, 1 UDP, 2 TCP, 3 TLS, 4 HTTPS
  bool edns = false, dnssec_ok = false, asks_hints = false;
  PersonaToken token{};  ///< that the client presented; zeros: none
};

/// What the engine pushes to whoever watches it. Everything is a whole replacement for what it names.
struct PersonaUpdate {
  /// The present personas, when they changed; `has_catalogue` tells an empty one from none.
  std::vector<PersonaProfile> catalogue;
  bool has_catalogue = false;
  /// Clients whose persona is another from now on; persona 0 takes a token back.
  std::vector<PersonaAssignment> assignments;
  /// What the network expects after contexts that the tables know little of; see SequenceModel::suggest.
  struct Successors {
    std::string context;  ///< a resource
    PersonaId persona = 0;
    std::vector<std::pair<std::string, float>> next;  ///< resource and probability, likeliest first
  };
  std::vector<Successors> successors;
};

/// Why a client is what it is.
struct PersonaExplanation {
  PersonaAssignment assignment;
  std::string persona;                                    ///< its name
  std::uint32_t events = 0;                               ///< that the client's persona rests on
  std::vector<std::pair<std::string, float>> candidates;  ///< personas and how well they fit, 0..1, best first
  float surprise = 0, usual_surprise = 0,
        alarm_at = 0;  ///< nats per event of late, of its persona usually, and where a token is taken back
  std::vector<std::string> reasons;  ///< plain sentences
};

/// Infers personas. All functions may be called by any thread, return at once, and answer on a thread of the engine's. A callback must not
/// block, and comes exactly once, also when the engine ends.
class PersonaEngine {
 public:
  virtual ~PersonaEngine() = default;

  /// One assignment for each ask, in the same order. `unreachable`, `timeout` or `denied` when there is no engine to say so. An engine
  /// answers at once with what it knows; persona 0 comes with a token, too.
  using Assigned = std::function<void(Result<std::vector<PersonaAssignment>>)>;
  virtual void assign(std::span<const PersonaAsk> asks, Assigned done) = 0;

  /// What became of a batch of events. taken + rejected + shed = handed over.
  struct Receipt {
    std::uint64_t taken = 0, rejected = 0, shed = 0;
  };
  using Reported = std::function<void(Result<Receipt>)>;
  virtual void report(std::span<const BehaviourEvent> events, Reported done) = 0;

  /// Calls `update` with everything once, and with what changes from then on, while the handle lives. One call at a time.
  using Watcher = std::function<void(const PersonaUpdate&)>;
  [[nodiscard]] virtual std::shared_ptr<void> watch(Watcher update) = 0;

  using Explained = std::function<void(Result<PersonaExplanation>)>;
  virtual void explain(ClientKey client, Explained done) = 0;

  struct State {
    std::uint64_t clients = 0, events = 0, rejected = 0, shed = 0, invalidations = 0, bytes = 0;
    std::uint64_t models_published = 0, models_refused = 0;  ///< trained models that were better, and that were not
    double held_out_loss = 0;   ///< nats per act of the present model, on what it was not trained on
    double untrained_loss = 0;  ///< the same of a popularity count, to compare with
    bool reachable = true;
    std::string trouble;  ///< one sentence; empty when all is well
  };
  virtual State state() const = 0;
};

/// What an operator may change. Errors name what would be right; `not_found` for an unknown persona, `conflict` for a name that is taken.
class PersonaAdmin {
 public:
  virtual ~PersonaAdmin() = default;
  virtual std::vector<PersonaProfile> list() const = 0;
  virtual Result<void> rename(std::string_view persona, std::string_view name) = 0;
  virtual Result<void> pin(std::string_view persona, bool pinned) = 0;
  /// Makes two of one; the new one's name is `name`. `conflict` when its clients are too few or too alike to be told apart.
  virtual Result<void> split(std::string_view persona, std::string_view name) = 0;
  /// `from` is gone; its clients are of `into`.
  virtual Result<void> merge(std::string_view from, std::string_view into) = 0;
};

}  // namespace harbinger
