#include "provision/evidence.h"

#include <algorithm>
#include <span>

namespace harbinger::provision {

namespace {

constexpr Duration kHour = std::chrono::hours(1);

std::uint64_t key_of(Wish wish) { return wish.tag ^ ((wish.pool + std::uint64_t{1}) * 0xbf58476d1ce4e5b9ULL); }

}  // namespace

Evidence::Evidence(const Settings& settings)
    : settings_(settings),
      tags_(settings.tags, kHour, settings.seed),
      proved_(settings.clients, kHour, settings.seed),
      others_(settings.clients, kHour, settings.seed) {}

std::size_t Evidence::octets() const { return tags_.octets() + proved_.octets() + others_.octets(); }

bool Evidence::spend(Clients& clients, std::uint64_t client, MonotonicTime now) const {
  auto* known = clients.find(client, now);
  auto& spent = known ? *known : clients.make(client, now);
  if (spent.tags >= settings_.tags_per_client_hour) return false;
  ++spent.tags;
  return true;
}

Evidence::Votes& Evidence::votes(std::uint64_t key, MonotonicTime now) {
  auto* known = tags_.find(key, now);
  return known ? *known : tags_.make(key, now);
}

Evidence::Verdict Evidence::heard(const WishEvent& event, MonotonicTime now) {
  const auto key = key_of(event.wish);
  if (const auto* known = tags_.find(key, now); known && known->enough) return Verdict::enough;
  if (event.proved) {
    if (!spend(proved_, event.client, now)) return Verdict::client_spent;
    votes(key, now).enough = true;
    return Verdict::enough;
  }
  if (settings_.clients_without_proof == 0) return Verdict::too_few;
  const auto voter = static_cast<std::uint32_t>(event.client ^ event.client >> 32);
  if (const auto* known = tags_.find(key, now)) {
    const auto voters = std::span(known->voters).first(known->count);
    if (std::ranges::find(voters, voter) != voters.end()) return Verdict::too_few;
  }
  if (!spend(others_, event.client, now)) return Verdict::client_spent;
  auto& so_far = votes(key, now);
  if (so_far.count < so_far.voters.size()) so_far.voters[so_far.count++] = voter;
  so_far.enough = so_far.count >= settings_.clients_without_proof;
  return so_far.enough ? Verdict::enough : Verdict::too_few;
}

}  // namespace harbinger::provision
