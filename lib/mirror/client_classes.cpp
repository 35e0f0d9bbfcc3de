#include "mirror/client_classes.h"

#include <algorithm>

#include <harbinger/wanted_by.h>

namespace harbinger::mirror {

namespace {

constexpr std::int64_t kHourMs = 3'600'000, kDayMs = WantedBy::kDay;
constexpr std::string_view kOther = "other";

std::int64_t day_of(UnixMillis at) { return at / kDayMs - (at % kDayMs < 0 ? 1 : 0); }

int band_of(UnixMillis at) {
  return static_cast<int>((at - day_of(at) * kDayMs) / (kHourMs * ClientClasses::kHoursOfBand));
}

// A key that was made a moment before or after may be of the other day, and its client count twice.
bool near_midnight(UnixMillis at) {
  const auto within = at - day_of(at) * kDayMs;
  return within < WantedBy::kAroundMidnight || within >= kDayMs - WantedBy::kAroundMidnight;
}

}  // namespace

ClientClasses::ClientClasses(Limits limits)
    : limits_{.least_clients = std::clamp(limits.least_clients, 1U, kMostLeast), .most_classes = limits.most_classes} {}

void ClientClasses::seen(ClientKey client, std::string_view cluster, std::string_view kind, UnixMillis at) {
  if (day_of(at) != day_) {
    day_ = day_of(at);
    classes_.clear();
    beyond_ = {};
  }
  add(count_of(cluster, kind, band_of(at)), near_midnight(at) ? 0 : client);
}

ClientClasses::Count& ClientClasses::count_of(std::string_view cluster, std::string_view kind, int band) {
  if (cluster.size() > kMostWord || kind.size() > kMostWord) return beyond_;
  const Class wanted{std::string(cluster), std::string(kind), band};
  if (const auto known = classes_.find(wanted); known != classes_.end()) return known->second;
  return classes_.size() < limits_.most_classes ? classes_[wanted] : beyond_;
}

void ClientClasses::add(Count& to, ClientKey client) const {
  ++to.requests;
  const bool known = client == 0 || enough(to) || std::ranges::find(to.clients, client) != to.clients.end();
  if (!known) to.clients.push_back(client);
}

void ClientClasses::add(Count& to, const Count& from) const {
  to.requests += from.requests;
  for (const auto client : from.clients)
    if (!enough(to) && std::ranges::find(to.clients, client) == to.clients.end()) to.clients.push_back(client);
}

ClientClasses::Row ClientClasses::row(const Class& of, const Count& count) const {
  return {of.cluster, of.kind, of.band, count.requests - count.requests % limits_.least_clients};
}

std::vector<ClientClasses::Row> ClientClasses::rows() const {
  std::vector<Row> rows;
  std::map<std::string, Count> rest;  // by cluster
  for (const auto& [of, count] : classes_) {
    if (enough(count))
      rows.push_back(row(of, count));
    else
      add(rest[of.cluster], count);
  }
  Count all = beyond_;
  for (const auto& [cluster, count] : rest) {
    if (enough(count))
      rows.push_back(row({cluster, std::string(kOther), -1}, count));
    else
      add(all, count);
  }
  if (enough(all)) rows.push_back(row({"", std::string(kOther), -1}, all));
  return rows;
}

}  // namespace harbinger::mirror
