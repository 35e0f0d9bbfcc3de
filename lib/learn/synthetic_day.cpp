#include "learn/synthetic_day.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string>
#include <unordered_map>
#include <vector>

#include "learn/chance.h"

namespace harbinger {
namespace {

using learn::Chance;

constexpr std::uint16_t kA = 1, kAaaa = 28, kHttps = 65;
constexpr double kDayMs = 86'400'000;
constexpr UnixMillis kClientKeepsMs = 300'000;
constexpr std::array<std::uint32_t, 8> kCdnTtls{20, 30, 60, 60, 60, 120, 300, 300};
constexpr std::array<std::uint32_t, 10> kSiteTtls{60, 300, 300, 300, 600, 1800, 3600, 3600, 14'400, 86'400};
constexpr std::array<std::uint32_t, 6> kMakerTtls{60, 60, 120, 300, 300, 3600};
constexpr std::array<std::uint32_t, 5> kNegativeTtls{60, 300, 900, 1800, 3600};
constexpr std::array<double, 6> kIntervals{30, 60, 300, 600, 900, 3600};  // seconds
constexpr std::array<double, 5> kPolls{300, 600, 900, 1800, 3600};

class Zipf {
 public:
  Zipf(std::size_t items, double exponent) {
    double sum = 0;
    for (std::size_t i = 0; i < items; ++i) upto_.push_back(sum += std::pow(static_cast<double>(i + 1), -exponent));
  }
  std::size_t draw(Chance& chance) const {
    const auto place = std::upper_bound(upto_.begin(), upto_.end(), chance.unit() * upto_.back());
    return std::min(static_cast<std::size_t>(place - upto_.begin()), upto_.size() - 1);
  }

 private:
  std::vector<double> upto_;
};

// A name with what its types answer.
struct Host {
  std::array<std::uint32_t, 3> record{}, ttl_s{};
  std::array<bool, 3> negative{};
  double rtt_us = 0;
};

struct Site {
  std::vector<std::size_t> first, later;  // hosts that every page needs, and those that some need
};

struct Client {
  ClientKey key = 0;
  bool dual_stack = true, browser = true;
  std::unordered_map<std::uint32_t, UnixMillis> keeps;  // record -> until
};

class Day {
 public:
  explicit Day(const SyntheticDay& day)
      : day_(day),
        chance_(day.seed),
        popular_(day.sites, 0.95),
        parties_(day.third_parties, 1.0),
        ends_(day.starts + static_cast<UnixMillis>(day.hours * 3'600'000)) {}

  DnsFeed make() {
    make_hosts();
    for (std::size_t i = 0; i < day_.people; ++i) live_person();
    for (std::size_t i = 0; i < day_.devices; ++i) run_device();
    make_noise();
    std::stable_sort(feed_.questions.begin(), feed_.questions.end(),
                     [](const FeedQuestion& a, const FeedQuestion& b) { return a.at < b.at; });
    return std::move(feed_);
  }

 private:
  template <class Ttls>
  std::size_t add_host(const std::string& name, const Ttls& ttls, double has_aaaa, double has_https) {
    Host host;
    const std::array<std::uint16_t, 3> types{kA, kAaaa, kHttps};
    const std::array<double, 3> present{1, has_aaaa, has_https};
    const std::uint32_t ttl_s = chance_.pick(ttls), negative_s = chance_.pick(kNegativeTtls);
    for (std::size_t i = 0; i < types.size(); ++i) {
      host.record[i] = feed_.record(name, types[i]);
      host.negative[i] = !chance_.is(present[i]);
      host.ttl_s[i] = host.negative[i] ? negative_s : ttl_s;
    }
    host.rtt_us = chance_.log_normal(25'000, 0.8);
    hosts_.push_back(host);
    return hosts_.size() - 1;
  }

  void make_hosts() {
    for (std::size_t i = 0; i < day_.third_parties; ++i) {
      third_parties_.push_back(
          add_host("t" + std::to_string(i) + ".party" + std::to_string(i % 60) + ".example", kCdnTtls, 0.6, 0.3));
    }
    for (std::size_t i = 0; i < day_.sites; ++i) {
      const std::string zone = "site" + std::to_string(i) + ".example";
      Site site;
      site.first.push_back(add_host("www." + zone, kSiteTtls, 0.4, 0.2));
      for (const char* prefix : {"static.", "img.", "api."}) {
        if (chance_.is(0.5))
          (chance_.is(0.7) ? site.first : site.later).push_back(add_host(prefix + zone, kCdnTtls, 0.5, 0.2));
      }
      for (std::size_t n = 2 + chance_.below(10); n > 0; --n) {
        (chance_.is(0.6) ? site.first : site.later).push_back(third_parties_[parties_.draw(chance_)]);
      }
      sites_.push_back(std::move(site));
    }
    for (std::size_t i = 0; i < 12; ++i) {
      for (std::size_t n = 1 + chance_.below(3); n > 0; --n) {
        makers_[i].push_back(
            add_host("d" + std::to_string(n) + ".maker" + std::to_string(i) + ".example", kMakerTtls, 0.3, 0));
        intervals_[i].push_back(chance_.pick(kIntervals));
      }
    }
    for (std::size_t i = 0; i < 10; ++i) {
      polled_.push_back(add_host("poll" + std::to_string(i) + ".example", kSiteTtls, 0.6, 0));
    }
  }

  // How lively people are at `at`, between a sixth and one.
  double daylight(UnixMillis at) const {
    const double hour = std::fmod(static_cast<double>(at - day_.starts), kDayMs) / 3'600'000;
    return (1 + 5 * (0.5 + 0.5 * std::cos((hour - 15) / 12 * std::numbers::pi))) / 6;
  }

  Client new_client(bool browser) {
    Client client;
    client.key = chance_.next() | 1;
    client.dual_stack = chance_.is(browser ? 0.8 : 0.4);
    client.browser = browser && chance_.is(0.7);
    return client;
  }

  void ask(Client& client, std::size_t host_index, UnixMillis at) {
    const Host& host = hosts_[host_index];
    ask_type(client, host, 0, at);
    if (client.dual_stack) ask_type(client, host, 1, at + static_cast<UnixMillis>(chance_.below(3)));
    if (client.browser) ask_type(client, host, 2, at);
  }

  void ask_type(Client& client, const Host& host, std::size_t type, UnixMillis at) {
    if (at >= ends_) return;
    UnixMillis& until = client.keeps[host.record[type]];
    if (at < until) return;
    until = at + std::min<UnixMillis>(host.ttl_s[type] * 1000LL, kClientKeepsMs);
    add(at, client.key, host.record[type], host.ttl_s[type], chance_.log_normal(host.rtt_us, 0.3), host.negative[type]);
  }

  void add(UnixMillis at, ClientKey client, std::uint32_t record, std::uint32_t ttl_s, double rtt_us, bool negative) {
    feed_.questions.push_back(
        {at, client, record, ttl_s, static_cast<std::uint32_t>(std::clamp(rtt_us, 1000.0, 2e6)), negative});
  }

  void live_person() {
    Client client = new_client(true);
    std::vector<std::size_t> favourites;
    for (int i = 0; i < 15; ++i) favourites.push_back(popular_.draw(chance_));
    const Zipf liking(favourites.size(), 0.8);
    const auto site = [&] { return chance_.is(0.75) ? favourites[liking.draw(chance_)] : popular_.draw(chance_); };
    double at = static_cast<double>(day_.starts) + chance_.exponential(kDayMs / day_.sessions / 2);
    while (at < static_cast<double>(ends_)) {
      // Thinning: nights have fewer.
      if (chance_.is(daylight(static_cast<UnixMillis>(at)))) at = visit(client, at, site);
      at += chance_.exponential(kDayMs / day_.sessions * 0.58);
    }
    for (const std::size_t host : polled_) {
      if (chance_.is(0.5)) repeat(client, host, chance_.pick(kPolls), 0.1);
    }
  }

  template <class ChooseSite>
  double visit(Client& client, double at, const ChooseSite& choose) {
    std::size_t site = choose();
    do {
      open_page(client, sites_[site], static_cast<UnixMillis>(at));
      at += 1000 * std::min(chance_.log_normal(25, 1.1), 1500.0);
      if (chance_.is(0.35)) site = choose();
    } while (chance_.is(1 - 1 / day_.pages));
    return at;
  }

  void open_page(Client& client, const Site& site, UnixMillis at) {
    bool page = true;
    for (const std::size_t host : site.first) {
      ask(client, host, page ? at : at + 80 + static_cast<UnixMillis>(chance_.exponential(250)));
      page = false;
    }
    for (const std::size_t host : site.later) {
      if (chance_.is(0.35)) ask(client, host, at + 150 + static_cast<UnixMillis>(chance_.exponential(600)));
    }
  }

  void repeat(Client& client, std::size_t host, double interval_s, double jitter) {
    const double interval = interval_s * 1000;
    double at = static_cast<double>(day_.starts) + chance_.unit() * interval;
    while (at < static_cast<double>(ends_)) {
      ask(client, host, static_cast<UnixMillis>(at));
      at += std::max(1000.0, interval * (1 + jitter * chance_.normal()));
    }
  }

  void run_device() {
    const std::size_t maker = chance_.below(makers_.size());
    Client client = new_client(false);
    for (std::size_t i = 0; i < makers_[maker].size(); ++i)
      repeat(client, makers_[maker][i], intervals_[maker][i], 0.01);
  }

  void make_noise() {
    const auto count =
        static_cast<std::size_t>(day_.noise / (1 - day_.noise) * static_cast<double>(feed_.questions.size()));
    const std::size_t asked = feed_.questions.size();
    for (std::size_t i = 0; i < count; ++i) {
      const FeedQuestion like = feed_.questions[chance_.below(asked)];
      const std::string name = std::to_string(chance_.next()) + ".once.example";
      const bool negative = chance_.is(0.3);
      add(like.at, like.client, feed_.record(name, kA),
          negative ? chance_.pick(kNegativeTtls) : chance_.pick(kSiteTtls), chance_.log_normal(40'000, 0.8), negative);
    }
  }

  const SyntheticDay day_;
  Chance chance_;
  Zipf popular_, parties_;
  UnixMillis ends_;
  std::vector<Host> hosts_;
  std::vector<std::size_t> third_parties_, polled_;
  std::vector<Site> sites_;
  std::array<std::vector<std::size_t>, 12> makers_;
  std::array<std::vector<double>, 12> intervals_;
  DnsFeed feed_;
};

}  // namespace

DnsFeed make_synthetic_day(const SyntheticDay& day) { return Day(day).make(); }

DnsFeed make_uniform_day(std::uint64_t seed, std::size_t questions, std::size_t names, std::uint32_t ttl_s) {
  Chance chance(seed);
  DnsFeed feed;
  for (std::size_t i = 0; i < questions; ++i) {
    const auto at = SyntheticDay{}.starts +
                    static_cast<UnixMillis>(static_cast<double>(i) * kDayMs / static_cast<double>(questions));
    const std::size_t name = names == 0 ? i : chance.below(names);
    feed.questions.push_back(
        {at, chance.next() % 100 + 1, feed.record("n" + std::to_string(name) + ".example", kA), ttl_s, 30'000, false});
  }
  return feed;
}

}  // namespace harbinger
