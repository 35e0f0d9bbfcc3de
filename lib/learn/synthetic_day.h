// A made-up day of questions to the resolver of a few hundred clients, the same for the same seed.
#pragma once

#include <cstdint>

#include "learn/dns_feed.h"

namespace harbinger {

/// What the day is made of. Rates are per client and day.
///
/// - People come in sessions, most in daytime (a raised cosine with its peak at 15 h, and a sixth of that at night), each with a few
///   favourite sites and now and then a popular one (Zipf). A page asks for its site's hosts and for third parties (Zipf among them) within
///   the next second; reading takes a log-normal time.
/// - Clients keep answers themselves for their TTL, five minutes at most, and ask again only after that.
/// - Most clients ask for A and AAAA at once, browsers for HTTPS too; many of these answers are negative.
/// - Devices report to one to three hosts of their maker at a fixed interval of 30 s to an hour with little jitter.
/// - Programs poll (mail, updates, connectivity checks) at intervals with more jitter.
/// - Noise: names that are asked for once.
/// - TTLs: content networks and trackers 20 to 300 s, sites 60 s to a day; see `kCdnTtls` and `kSiteTtls`. Round trips are log-normal.
struct SyntheticDay {
  std::uint64_t seed = 1;
  std::size_t people = 150, devices = 100;
  std::size_t sites = 4000, third_parties = 300;
  double sessions = 10;  ///< of a person
  double pages = 7;      ///< of a session, on average
  double noise = 0.06;   ///< names asked for once, as a share of all questions
  double hours = 24;
  UnixMillis starts = 1'700'006'400'000;  ///< midnight UTC
};

DnsFeed make_synthetic_day(const SyntheticDay& day);

/// Controls in which there is nothing to learn: every question for one of `names` names, drawn uniformly; 0 names: each question for a name
/// of its own.
DnsFeed make_uniform_day(std::uint64_t seed, std::size_t questions, std::size_t names, std::uint32_t ttl_s);

}  // namespace harbinger
