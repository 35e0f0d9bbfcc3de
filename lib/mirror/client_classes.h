// What may be told of clients: classes of at least so many of them, never one.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/access.h>

// Client keys change every UTC day, so a client that is there before and after midnight looks like two. That is why a count never goes on over midnight: four
// clients would become eight, and show.
namespace harbinger::mirror {

/// Counts requests of a day by cluster, kind of client (its persona, or its device's class) and time of day. Memory only. One thread at a time.
class ClientClasses {
 public:
  static constexpr unsigned kMostLeast = 32;
  static constexpr std::size_t kMostWord = 64;  ///< octets of a cluster or kind that are kept apart
  static constexpr unsigned kHoursOfBand = 4;

  struct Limits {
    unsigned least_clients = 5;       ///< 1 .. kMostLeast
    std::size_t most_classes = 4096;  ///< what comes beyond is of no class
  };

  explicit ClientClasses(Limits limits);

  /// A request. A client of 0 asks not to be told apart: it is counted, and never helps a class to be shown. Another UTC day than before, later or earlier,
  /// begins with nothing; within ten seconds of midnight all clients are as 0.
  void seen(ClientKey client, std::string_view cluster, std::string_view kind, UnixMillis at);

  struct Row {
    std::string cluster{};       ///< empty: of several clusters
    std::string kind{};          ///< "other": of several kinds and times
    int band = -1;               ///< which four hours of the UTC day, 0 .. 5; -1: of several
    std::uint64_t requests = 0;  ///< in steps of `least_clients`, rounded down: one client's next request does not show
    friend bool operator==(const Row&, const Row&) = default;
  };
  /// Classes with enough clients; what is too small is put together by cluster as "other", where that is too small for all clusters, and where that is too
  /// small, not told at all.
  std::vector<Row> rows() const;

  std::size_t classes() const { return classes_.size(); }

 private:
  // The keys of the first few clients: whether they are enough is all that is asked.
  struct Count {
    std::vector<ClientKey> clients{};
    std::uint64_t requests = 0;
  };
  struct Class {
    std::string cluster{}, kind{};
    int band = 0;
    auto operator<=>(const Class&) const = default;
  };

  void add(Count& to, ClientKey client) const;
  void add(Count& to, const Count& from) const;
  bool enough(const Count& count) const { return count.clients.size() >= limits_.least_clients; }
  Row row(const Class& of, const Count& count) const;
  Count& count_of(std::string_view cluster, std::string_view kind, int band);

  const Limits limits_;
  std::int64_t day_ = 0;
  std::map<Class, Count> classes_;
  Count beyond_{};
};

}  // namespace harbinger::mirror
