// What is wanted next: a model that learns from every access as it comes, and tables that workers read without locks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <harbinger/access.h>
#include <harbinger/result.h>

namespace harbinger {

/// A resource as the model knows it; small, valid until forgotten. One that nobody wanted yet may get another number with each prediction:
/// compare texts. 0: none.
using ResourceId = std::uint32_t;

/// A resource that is likely wanted by a client.
struct Guess {
  ResourceId resource = 0;
  float next = 0;  ///< probability that it is the next distinct resource, calibrated
  /// Probability that it is wanted before the session ends (and within its next 64 steps), calibrated; at least `next`. Said of what the
  /// client has not wanted in this session yet.
  float soon = 0;
  std::uint32_t in_ms = 0;  ///< usual time until it is wanted
};

/// What workers read on the query path: for each context its best successors. Written by the model's thread only.
class ServedTable {
 public:
  /// One successor, ready to become a hint. `text` is valid until the reading thread is next quiescent (rcu.h).
  struct Successor {
    std::string_view text;
    float next = 0, soon = 0;
    std::uint32_t size_bytes = 0;  ///< 0 when not known
    std::uint32_t in_ms = 0;
    /// The only client that may hear of it; 0: everybody may, since several wanted it. What no client wanted yet may be heard of by whom all of
    /// its words may: see WantedBy.
    ClientKey only = 0;

    bool is_for(ClientKey client) const noexcept { return only == 0 || only == client; }
  };

  virtual ~ServedTable() = default;
  /// Successors of `current` for a client that wanted `previous` before it (0: not known), most likely first; returns how many. Hashes are
  /// those of resource_hash. Where nothing is known of `current`, what clients of the persona want wherever they are. Any thread that is an rcu::Reader; no lock, no allocation, a handful of cache lines.
  virtual std::size_t find(std::uint64_t current, std::uint64_t previous, PersonaId persona,
                           std::span<Successor> out) const noexcept = 0;
};

/// Learns online, test-then-train, with no training phase: contexts of order one to three, distance-decayed successor rules, each client's
/// own habits and the structure of names, blended by weights that follow recent success. Forgets by decay; memory is bounded.
/// One thread at a time for everything except `served`.
class SequenceModel {
 public:
  struct Settings {
    std::size_t contexts = 1'000'000;       ///< about 128 bytes each when full; the least useful make room
    std::uint32_t session_gap_s = 30 * 60;  ///< a longer pause ends a client's session
    bool learn_structure = true;  ///< whether names that were never seen may be predicted from the shape of others
    /// Every how many accesses are judged, which adjusts the blend, the shapes of names and the served table; between them contexts are counted
    /// at half the detail. 1 learns best; 256 is for a million accesses a second. The first 32768 accesses are always judged.
    std::uint32_t blend_every = 1;
  };

  virtual ~SequenceModel() = default;

  /// Takes one access in. Accesses of a client come in the order of time; a clock that jumps back counts as no time passed.
  virtual void learn(const Access& access) = 0;
  /// Takes several in, oldest first: the same as one after the other, but while one is learnt, memory that the next ones need is on its way.
  virtual void learn_all(std::span<const Access> accesses) = 0;
  /// From now on every so many accesses are judged, instead of `blend_every` and of the first ones.
  virtual void judge_every(std::uint32_t accesses) = 0;
  /// The likeliest next distinct resources of `client` after its latest access, most likely first by `next`; never that access itself.
  /// Returns how many. What it says now is judged and learnt from when the client's next access comes.
  virtual std::size_t predict(ClientKey client, UnixMillis now, std::span<Guess> out) = 0;
  /// The same for a client of which only its latest resources are known, oldest first; learns nothing. For what is not this server's client.
  virtual std::size_t predict_after(std::span<const std::string_view> path, PersonaId persona, UnixMillis now,
                                    std::span<Guess> out) = 0;

  /// What somebody else, a network, expects after `context` (a resource), of `persona` or, for 0, of anybody. Served where nothing was learnt of the
  /// context, and forgotten as soon as something is; never in place of what was learnt. Whoever suggests answers for several clients having wanted
  /// what this model does not know itself. False when it is of no use, or there is no room.
  virtual bool suggest(std::string_view context, PersonaId persona,
                       std::span<const std::pair<std::string, float>> successors) = 0;

  /// The text of `resource`; empty when forgotten. Valid until the next call of `learn` or `predict`.
  virtual std::string_view text(ResourceId resource) const = 0;
  /// Size of the resource when last seen, in bytes; 0 when not known.
  virtual std::uint32_t size_bytes(ResourceId resource) const = 0;

  /// For workers; lives as long as the model.
  virtual const ServedTable& served() const = 0;

  /// Why: the terms behind the present probability of `resource` for `client`.
  struct Term {
    std::string name;     ///< "order 2", "rule, 3 back", "own habit", "structure", ...
    std::string context;  ///< the resources that it looks at
    double evidence = 0;  ///< how often seen, decayed
    double says = 0;      ///< the probability that this term alone gives
    double weight = 0;    ///< how much the blend believes it at present
  };
  struct Explanation {
    std::vector<std::string> recent;  ///< the client's latest resources, newest first
    std::vector<Term> terms;
    Guess guess;  ///< what came out; resource 0 when it is no candidate
  };
  virtual Explanation explain(ClientKey client, UnixMillis now, std::string_view resource) = 0;

  struct Size {
    std::size_t contexts = 0, resources = 0, clients = 0, bytes = 0;
  };
  virtual Size size() const = 0;

  /// Everything learnt, as one file that replaces `path` at once. An error leaves the old file.
  virtual Result<void> save(const std::filesystem::path& path) const = 0;
  /// Takes the place of what was learnt so far. A damaged file is an error and changes nothing.
  virtual Result<void> load(const std::filesystem::path& path) = 0;
};

std::unique_ptr<SequenceModel> make_sequence_model(SequenceModel::Settings settings = {});

}  // namespace harbinger
