// All endpoints of the process and what is known of their state.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/clock.h>
#include <harbinger/result.h>
#include "steer/endpoint.h"

namespace harbinger::steer {

/// Any thread but a worker's (it locks). Names become ids here and keep them.
class EndpointBook {
 public:
  /// Who testifies about an endpoint. It is up unless one of them says that it is down.
  enum class Witness : std::uint8_t { probe, session, feed, operator_word, limit };

  /// `clock` must outlive it.
  explicit EndpointBook(const Clock& clock);
  ~EndpointBook();

  /// Adds or replaces an endpoint while the returned handle lives; several may define the same one in the same way, and the newest definition
  /// holds (a reload). Errors: malformed (a name or fact that cannot be), too_large (kMostEndpoints).
  Result<std::shared_ptr<void>> define(Endpoint endpoint);

  /// Testimony, until `until` (0: for ever); afterwards the witness has said nothing. Unknown names are remembered for who comes later.
  void say_up(std::string_view endpoint, Witness witness, bool up, std::string why, MonotonicTime until = {});
  /// Testimony that an endpoint is down, for as long as the returned handle lives. Several may say so at a time; each takes back its own. Null when there are
  /// kMostEndpoints names already.
  [[nodiscard]] std::shared_ptr<void> say_down(std::string_view endpoint, Witness witness, std::string why);
  /// Load 0 .. ; what is no number, or negative, is refused (false) and nothing changes.
  bool say_load(std::string_view endpoint, double load, MonotonicTime until = {});

  /// Whether somebody says so as this witness, and it still counts.
  bool says_down(std::string_view endpoint, Witness witness) const;
  std::optional<EndpointId> id_of(std::string_view name) const;
  /// What holds of an endpoint that is defined at present.
  std::optional<Endpoint> definition_of(std::string_view name) const;
  struct Entry {
    EndpointId id = kNoEndpoint;
    Endpoint endpoint{};
    EndpointState state{};
    struct Testimony {
      Witness witness{};
      bool up = true;
      std::string why{};
      MonotonicTime until{};
    };
    std::vector<Testimony> testimonies{};
  };
  /// Whether or not it is defined; nothing for an id that nobody has.
  std::optional<EndpointState> state_of(EndpointId endpoint) const;
  /// Those that are defined at present, by id.
  std::vector<Entry> entries() const;
  /// Those of a cluster.
  std::vector<Entry> in_cluster(std::string_view cluster) const;

  /// Called after each change that an answer could depend on (a definition, up, load), on the thread that made it. `urgent` where
  /// an endpoint went up or down. May ask the book, but not tell it anything. Not called any more once the handle is gone.
  struct Change {
    EndpointId endpoint = kNoEndpoint;
    bool urgent = false;
    bool up = true;
    bool redefined = false;  ///< it came, went, or its facts changed
  };
  using Listener = std::function<void(const Change& change)>;
  [[nodiscard]] std::shared_ptr<void> listen(Listener listener);
  /// Forgets testimony that is over; calls listeners. About four times a second.
  void tick();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

std::string_view to_string(EndpointBook::Witness witness);

}  // namespace harbinger::steer
