// All mirrors and how each goes on, as a state machine: events and time in, acts out. No clock, no threads, no I/O.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <harbinger/clock.h>
#include <harbinger/result.h>
#include "mirror/publisher.h"
#include "mirror/settings.h"
#include "mirror/step.h"

namespace harbinger::mirror {

/// Somebody decided that a server shall hold a resource, and DNS tell of it.
struct Wish {
  std::string resource{}, cluster{};  ///< as Publication has them
  Publication::At at{};               ///< its `server` counts; how that is reached, the desk knows
  double benefit = 0;                 ///< the higher, the sooner
  double rank = 0;                    ///< the higher, the further in front in answers
  std::string why{};
};

/// What has to be done. Whoever does it says what came of it, or lets its time pass.
struct FillAct {
  std::uint64_t ticket = 0;
  std::string resource{}, cluster{}, server{};
};
struct VerifyAct {
  std::uint64_t ticket = 0;
  std::string resource{}, cluster{};
  Publication::At at{};
};
/// For the publisher. `renewal`: the same servers as before.
struct TellAct {
  Publication what{};
  bool renewal = false;
};
/// What DNS tells of the two is exactly this from now on; without servers: nothing, or nothing that is this server's matter.
struct SettledAct {
  Publication what{};
};
/// A mirror failed. `blame`: the server said or gave what is not so.
struct FailedAct {
  std::string resource{}, cluster{}, server{}, why{};
  bool blame = false;
};
using Act = std::variant<FillAct, VerifyAct, TellAct, SettledAct, FailedAct>;

/// What holds in every order of events: a mirror is told of only when it was verified after it was last filled, its server is up, nobody took it back, and this
/// server owns the decision at that moment. One thread at a time.
class MirrorDesk {
 public:
  struct Limits {
    std::size_t mirrors = 4096;                       ///< that are not over
    std::size_t in_flight = 16;                       ///< being filled or verified at a time
    Duration verify_every = std::chrono::minutes(5);  ///< what is published is looked at again
    Duration away = std::chrono::minutes(10);         ///< for a server to come back
    Duration margin = std::chrono::seconds(2);        ///< that ownership must last for before an act
    Duration first_pause = std::chrono::seconds(1),
             longest_pause = std::chrono::seconds(30);  ///< before DNS is told again
    std::size_t remembered = 1000;                      ///< mirrors that are over
    std::size_t history = 32;                           ///< steps of one mirror
  };
  /// Asked within the calls below.
  struct World {
    std::function<bool(std::string_view resource, std::string_view cluster, Duration margin)> owns{};
    std::function<std::uint64_t(std::string_view resource, std::string_view cluster)> next_version{};
  };
  MirrorDesk(const Limits& limits, World world) : limits_(limits), world_(std::move(world)) {}

  /// How servers are reached, by name.
  using Servers = std::map<std::string, Publication::At, std::less<>>;

  /// Holds from the next event on.
  void settings(const MirrorSettings& settings) { settings_ = settings; }

  /// False when its server is not there, there is such a mirror already, or no room.
  bool want(Wish wish, MonotonicTime now);
  void unwant(std::string_view resource, std::string_view cluster, std::string_view server, const std::string& why,
              MonotonicTime now);
  /// DNS may tell of this, from before: of a run that ended, or of another server that decided. It is filled and verified again, and stays or goes; after
  /// `hold` at the latest, what is not verified goes.
  void recover(const Publication& what, Duration hold, MonotonicTime now);

  void filled(std::uint64_t ticket, bool well, const std::string& why, bool blame, MonotonicTime now);
  void verified(std::uint64_t ticket, Verdict verdict, const std::string& why, MonotonicTime now);
  /// What the publisher says of a version. `conflict`: another server decides.
  void told(const Publication& what, const Result<void>& outcome, MonotonicTime now);
  /// Nobody was told of a version, and it is known that nobody was.
  void refused(const Publication& what, MonotonicTime now);
  /// All servers that are there. Mirrors on others are told of no more, at once; those on one that is reached in another way are
  /// made anew.
  void servers(const Servers& up, MonotonicTime now);
  const Servers& servers() const { return servers_; }
  void tick(MonotonicTime now);

  std::vector<Act> take() { return std::exchange(acts_, {}); }

  struct Past {
    Step step{};
    MonotonicTime at{};
    std::string why{};
  };
  struct Mirror {
    Wish wish{};
    Step step = Step::wanted;
    MonotonicTime since{}, decided{}, published{}, checked{};
    MonotonicTime over_at{};       ///< of draining (0: DNS may tell of it still) and of away
    bool verified = false;         ///< since it was last filled
    std::uint64_t ticket = 0;      ///< of what is in flight for it; 0: nothing
    MonotonicTime ticket_until{};  ///< given up then
    unsigned refills = 0;
    std::vector<Past> history{};
  };
  /// By resource, cluster, server; what is over comes last, newest first.
  std::vector<Mirror> mirrors() const;
  /// Hands on those that are not over.
  template <class Use>
  void each(Use use) const {
    for (const auto& [key, mirror] : mirrors_) use(mirror);
  }
  std::size_t size() const { return mirrors_.size(); }

 private:
  using ListingKey = std::pair<std::string, std::string>;
  using Key = std::pair<ListingKey, std::string>;
  using Mirrors = std::map<Key, Mirror>;
  struct Listing {
    std::vector<Publication::At> told{};   // by the latest version
    std::vector<Publication::At> known{};  // by the latest version that is acknowledged
    struct Before {
      std::vector<Publication::At> told{};
      bool settled = true;
      MonotonicTime sent{};
    } before{};  // the latest version, if that is refused
    std::uint64_t version = 0;
    bool in_flight = false, settled = true;  // settled: `told` is what DNS says
    std::chrono::seconds lease{};
    MonotonicTime sent{}, until{}, retry{}, hold{};
    Duration pause{};
  };
  using Listings = std::map<ListingKey, Listing>;

  void step(Mirror& mirror, Step step, const std::string& why, MonotonicTime now);
  void fill(Mirror& mirror, MonotonicTime now);
  void verify(Mirror& mirror, MonotonicTime now);
  void fail(Mirror& mirror, const std::string& why, bool blame, MonotonicTime now);
  void judge(Mirror& mirror, Verdict verdict, const std::string& why, MonotonicTime now);
  void leave(Mirror& mirror, const std::string& why, MonotonicTime now);
  void server_left(Mirror& mirror, const std::string& why, MonotonicTime now);
  bool is_told(const Mirror& mirror) const;
  Mirror* by_ticket(std::uint64_t ticket);
  std::size_t in_flight() const { return tickets_.size(); }
  std::uint64_t new_ticket(Mirror& mirror, Duration patience, MonotonicTime now);
  void drop_ticket(Mirror& mirror);
  void begin_wanted(MonotonicTime now);
  void tend(Mirror& mirror, MonotonicTime now);
  void remove_over();

  template <class Use>
  void each_of(const ListingKey& key, Use use);
  std::vector<Publication::At> desired(const ListingKey& key);
  bool recovers(const ListingKey& key);
  void refresh(const ListingKey& key, MonotonicTime now);
  void refresh_all(MonotonicTime now);
  void tell(const ListingKey& key, Listing& listing, std::vector<Publication::At> servers, MonotonicTime now);
  void settle(const ListingKey& key, Listing& listing, MonotonicTime now);
  void rest(Listing& listing, MonotonicTime now) const;
  void renew(const ListingKey& key, Listing& listing, MonotonicTime now);
  void lease_over(const ListingKey& key, Listing& listing, MonotonicTime now);
  void lose(const ListingKey& key, MonotonicTime now);
  bool owns(const ListingKey& key) const { return world_.owns(key.first, key.second, limits_.margin); }

  const Limits limits_;
  const World world_;
  MirrorSettings settings_;
  Servers servers_;
  Mirrors mirrors_;
  Listings listings_;
  std::map<std::uint64_t, Key> tickets_;
  std::uint64_t last_ticket_ = 0, last_version_ = 0;
  std::deque<Mirror> over_;
  std::vector<Act> acts_;
};

}  // namespace harbinger::mirror
