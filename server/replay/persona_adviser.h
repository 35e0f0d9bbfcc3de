// Who gives the clients of a trace their personas while it is replayed.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include <harbinger/persona_engine.h>
#include "server/replay/trace.h"

namespace harbinger::replay {

/// Sees the visits of a trace one after the other.
class PersonaAdviser {
 public:
  virtual ~PersonaAdviser() = default;
  /// Of the client that makes this visit, from what it did before.
  virtual PersonaId persona_of(const Visit& visit) = 0;
  /// The client did this.
  virtual void saw(const Visit& visit) = 0;
  /// What it expects after places that the model may know little of, since it was asked last; see SequenceModel::suggest.
  virtual std::vector<PersonaUpdate::Successors> expected() { return {}; }
};

/// Classes of clients that want alike: an online k-means over the words in the names that each wanted lately.
std::unique_ptr<PersonaAdviser> make_topic_adviser(const Trace& trace, std::size_t personas);
/// Classes of clients that act alike, whatever they want: how fast, how evenly, how often the same.
std::unique_ptr<PersonaAdviser> make_manner_adviser(const Trace& trace, std::size_t personas);

/// One class for each kind of machine that clients say they are.
std::unique_ptr<PersonaAdviser> make_device_adviser();

}  // namespace harbinger::replay
