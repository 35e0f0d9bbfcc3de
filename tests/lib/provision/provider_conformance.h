// What every provider keeps to: one list of checks, run for each kind of them.
//
//   TEST_CASE("the process provider keeps to what providers promise") {
//     const ProcessWorld world;
//     check_provider(world.bench());
//   }
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include <tests/support/process.h>
#include "provision/provider.h"

namespace harbinger::test {

/// A provider with all that the checks need; what it has not is left out, and so is the check.
struct ProviderBench {
  using Make = std::function<std::unique_ptr<provision::Provider>()>;
  Make make;                                            ///< anew each time, of the same installation and state
  provision::Template serving{};                        ///< accepts connections at its reach
  std::optional<provision::Template> broken{};          ///< its command, image or kernel does not exist
  std::optional<provision::Template> brief{};           ///< ends by itself soon after its start
  std::optional<provision::Template> stubborn{};        ///< does not heed a polite request to end
  std::optional<provision::Template> busy{};            ///< wants a port that somebody else has
  std::function<void(const std::string&)> kill_tree{};  ///< all processes of an instance, with SIGKILL
  /// What instances have left behind: processes, mounts, control groups, files. Each as a person would name it.
  std::function<std::vector<std::string>()> left{};
  std::function<bool(const provision::Reach&)> answers{};  ///< a TCP connection is accepted, if nothing else is said
  std::chrono::milliseconds ready_within{10'000};
  std::size_t many = 20;  ///< at the same time; 0: that is not checked
};

namespace conformance {

using provision::Found;
using provision::Provider;
using Condition = provision::Found::Condition;

inline MonotonicTime in(std::chrono::milliseconds from_now) { return system_clock().now() + from_now; }
inline MonotonicTime soon() { return in(std::chrono::seconds(10)); }

inline bool accepts(const provision::Reach& reach) {
  if (reach.addresses.empty() || !reach.addresses[0].is_v4()) return false;
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(reach.port);
  inet_pton(AF_INET, reach.addresses[0].to_string().c_str(), &to.sin_addr);
  const bool accepted = connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0;
  close(socket);
  return accepted;
}

/// Instances of one check; all are stopped at its end.
class Stay {
 public:
  explicit Stay(const ProviderBench& bench) : bench_(bench), provider_(bench.make()) {}
  ~Stay() {
    for (const auto& id : ids_) (void)provider_->stop(id, in(std::chrono::seconds(5)));
  }
  Stay(const Stay&) = delete;
  Stay& operator=(const Stay&) = delete;

  Provider& operator*() { return *provider_; }
  Provider* operator->() { return provider_.get(); }
  void come_again() {
    provider_.reset();
    provider_ = bench_.make();
  }

  Result<Found> start(const std::string& id, const provision::Template& what) {
    ids_.insert(id);
    return start_only(id, what);
  }
  /// As start; from many threads, for ids that `will_start` was told of.
  Result<Found> start_only(const std::string& id, const provision::Template& what) {
    return provider_->start({.id = id, .what = &what, .size = what.size, .deadline = in(bench_.ready_within)}, {});
  }
  void will_start(const std::string& id) { ids_.insert(id); }
  Found started(const std::string& id) {
    const auto found = start(id, bench_.serving);
    if (!found) FAIL("start: " << found.error().to_string());
    return *found;
  }
  Found ready(const std::string& id) {
    started(id);
    const bool came = wait_until([&] { return answers(found(id).reach); }, bench_.ready_within);
    CHECK(came);
    return found(id);
  }
  Found found(const std::string& id) {
    const auto found = provider_->look(id, soon());
    if (!found) FAIL("look: " << found.error().to_string());
    return *found;
  }
  bool gone(const std::string& id) { return found(id).condition == Condition::gone; }
  bool comes_to_be_gone(const std::string& id) {
    return wait_until([&] { return gone(id); }, bench_.ready_within);
  }
  /// Ids that are listed and not gone.
  std::vector<std::string> listed() {
    const auto all = provider_->list(soon());
    if (!all) FAIL("list: " << all.error().to_string());
    std::vector<std::string> ids;
    for (const auto& one : *all)
      if (one.condition != Condition::gone) ids.push_back(one.id);
    return ids;
  }
  void stops(const std::string& id) {
    const auto stopped = provider_->stop(id, soon());
    if (!stopped) FAIL("stop: " << stopped.error().to_string());
  }
  bool nothing_left() {
    if (!bench_.left) return true;
    wait_until([&] { return bench_.left().empty(); }, std::chrono::seconds(2));
    const auto left = bench_.left();
    for (const auto& one : left) UNSCOPED_INFO("left behind: " << one);
    return left.empty();
  }

 private:
  bool answers(const provision::Reach& reach) { return bench_.answers ? bench_.answers(reach) : accepts(reach); }

  const ProviderBench& bench_;
  std::unique_ptr<Provider> provider_;
  std::set<std::string> ids_;
};

inline void lives_and_ends(const ProviderBench& bench) {
  Stay stay(bench);
  CHECK(stay->trouble().empty());
  CHECK(stay->traits().usual_start > Duration::zero());
  const auto found = stay.ready("one");
  CHECK(found.id == "one");
  CHECK(found.condition == Condition::running);
  CHECK(found.template_name == bench.serving.name);
  CHECK(stay.listed() == std::vector<std::string>{"one"});

  const auto usage = stay->usage("one", soon());
  REQUIRE(usage);
  CHECK(usage->cpus >= 0);
  CHECK(usage->cpus < 256);
  CHECK(usage->memory_mb <= 2 * bench.serving.size.memory_mb + 512);

  stay.stops("one");
  CHECK(stay.gone("one"));
  CHECK(stay.listed().empty());
  stay.stops("one");
  CHECK(stay.nothing_left());
}

inline void starts_once(const ProviderBench& bench) {
  Stay stay(bench);
  const auto first = stay.ready("twice");
  const auto second = stay.started("twice");
  CHECK(second.reach == first.reach);
  CHECK(stay.listed() == std::vector<std::string>{"twice"});
  stay.stops("twice");
  CHECK(stay.nothing_left());
}

inline void is_found_again(const ProviderBench& bench) {
  Stay stay(bench);
  const auto before = stay.ready("found");
  const bool outlives = stay->traits().outlives_us;
  stay.come_again();
  if (!outlives) {
    CHECK(stay.listed().empty());
    CHECK(stay.nothing_left());
    return;
  }
  CHECK(stay.listed() == std::vector<std::string>{"found"});
  CHECK(stay.found("found").reach == before.reach);
  CHECK(stay.found("found").template_name == bench.serving.name);
  CHECK(stay.started("found").reach == before.reach);
  CHECK(stay->usage("found", soon()));
  stay.stops("found");
  CHECK(stay.nothing_left());
}

inline void refuses_odd_ids(const ProviderBench& bench) {
  Stay stay(bench);
  for (const std::string id : {"", ".", "..", "../up", "a/b", "a b", "-rf", "a\nb", "sch\xc3\xb6n", "$(id)", "a;b",
                               "longer-than-any-id-that-we-make-ourselves"}) {
    INFO("id '" << id << "'");
    CHECK_FALSE(stay.start_only(id, bench.serving));
  }
  CHECK(stay.listed().empty());
  CHECK(stay.nothing_left());
}

inline void knows_no_strangers(const ProviderBench& bench) {
  Stay stay(bench);
  CHECK(stay.gone("nobody"));
  CHECK_FALSE(stay->usage("nobody", soon()));
  CHECK_FALSE(stay->resize("nobody", bench.serving.size, soon()));
  stay.stops("nobody");
}

inline void starts_nothing_too_late(const ProviderBench& bench) {
  Stay stay(bench);
  stay.will_start("late");
  const auto late = stay->start(
      {.id = "late", .what = &bench.serving, .size = {}, .deadline = in(std::chrono::milliseconds(-1))}, {});
  REQUIRE_FALSE(late);
  CHECK(late.error().code == ErrorCode::timeout);
  std::stop_source stop;
  stop.request_stop();
  CHECK_FALSE(stay->start({.id = "late", .what = &bench.serving, .size = {}, .deadline = soon()}, stop.get_token()));
  stay.stops("late");
  CHECK(stay.nothing_left());
}

/// Either refused at once, or gone soon after: and nothing is left.
inline void ends_as_gone(const ProviderBench& bench, const provision::Template& what) {
  Stay stay(bench);
  const auto started = stay.start("short", what);
  if (!started) CHECK_FALSE(started.error().message.empty());
  CHECK(stay.comes_to_be_gone("short"));
  stay.stops("short");
  CHECK(stay.listed().empty());
  CHECK(stay.nothing_left());
}

inline void refuses_a_taken_port(const ProviderBench& bench) {
  Stay stay(bench);
  const auto started = stay.start("taken", *bench.busy);
  REQUIRE_FALSE(started);
  CHECK(started.error().message.find("port") != std::string::npos);
  CHECK(stay.gone("taken"));
  CHECK(stay.nothing_left());
}

inline void notices_a_killed_tree(const ProviderBench& bench) {
  Stay stay(bench);
  stay.ready("killed");
  bench.kill_tree("killed");
  CHECK(stay.comes_to_be_gone("killed"));
  stay.stops("killed");
  CHECK(stay.listed().empty());
  CHECK(stay.nothing_left());
}

inline void ends_the_stubborn_in_time(const ProviderBench& bench) {
  Stay stay(bench);
  REQUIRE(stay.start("stubborn", *bench.stubborn));
  const auto began = system_clock().now();
  CHECK(stay->stop("stubborn", in(std::chrono::seconds(4))));
  CHECK(system_clock().now() - began < std::chrono::seconds(40));
  CHECK(stay.gone("stubborn"));
  CHECK(stay.nothing_left());
}

inline void starts_many_at_once(const ProviderBench& bench) {
  Stay stay(bench);
  std::vector<std::string> ids, errors(bench.many);
  for (std::size_t i = 0; i < bench.many; ++i) stay.will_start(ids.emplace_back("many-" + std::to_string(i)));
  const auto at_once = [&](const std::function<Result<void>(const std::string&)>& what) {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < bench.many; ++i)
      threads.emplace_back([&, i] {
        if (const auto done = what(ids[i]); !done) errors[i] = done.error().to_string();
      });
  };
  at_once([&](const std::string& id) -> Result<void> {
    const auto started = stay.start_only(id, bench.serving);
    if (!started) return fail(started.error());
    return {};
  });
  for (const auto& error : errors) CHECK(error.empty());
  CHECK(stay.listed().size() == bench.many);
  std::set<std::string> places;
  for (const auto& id : ids) {
    const auto reach = stay.found(id).reach;
    REQUIRE(reach.addresses.size() == 1);
    places.insert(SocketAddress{reach.addresses[0], reach.port}.to_string());
  }
  CHECK(places.size() == bench.many);
  at_once([&](const std::string& id) { return stay->stop(id, soon()); });
  for (const auto& error : errors) CHECK(error.empty());
  CHECK(stay.listed().empty());
  CHECK(stay.nothing_left());
}

}  // namespace conformance

/// Each check in a section of its own, so that each has a bench of its own where the test case makes it.
inline void check_provider(const ProviderBench& bench) {
  using namespace conformance;
  SECTION("an instance is started, reached, looked at and stopped, and nothing is left of it") {
    lives_and_ends(bench);
  }
  SECTION("the same id again is the same instance") { starts_once(bench); }
  SECTION("instances are found again by a provider that is made anew, or have ended with the old one") {
    is_found_again(bench);
  }
  SECTION("ids with odd characters are refused") { refuses_odd_ids(bench); }
  SECTION("an id that nobody started is gone, and stopping it is fine") { knows_no_strangers(bench); }
  SECTION("an order that comes too late, or was called off, starts nothing") { starts_nothing_too_late(bench); }
  if (bench.broken) {
    SECTION("what cannot run is refused, or gone, and leaves nothing") { ends_as_gone(bench, *bench.broken); }
  }
  if (bench.brief) {
    SECTION("what ends by itself is gone") { ends_as_gone(bench, *bench.brief); }
  }
  if (bench.busy) {
    SECTION("a port that is taken is refused with a reason") { refuses_a_taken_port(bench); }
  }
  if (bench.kill_tree) {
    SECTION("an instance whose processes were all killed is gone") { notices_a_killed_tree(bench); }
  }
  if (bench.stubborn) {
    SECTION("what does not end when asked to is ended by the deadline") { ends_the_stubborn_in_time(bench); }
  }
  if (bench.many > 0) {
    SECTION("many are started and stopped at the same time, each reached elsewhere") { starts_many_at_once(bench); }
  }
}

}  // namespace harbinger::test
