#include "mirror/planner_score.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace harbinger::mirror {

namespace {

constexpr double kUnknown = 0.5;
constexpr double kFarKm = 500;  // as far apart as this counts half
constexpr double kSameMs = 1;   // below it servers are equally near

bool known(double value) { return value > 0 && std::isfinite(value); }
double share(double value) { return value >= 0 ? std::min(value, 1.0) : 0; }
double weight(double value) { return known(value) ? value : 0; }

double least(double so_far, double value) {
  if (!known(value)) return so_far;
  return so_far == 0 ? value : std::min(so_far, value);
}

double relative(double best, double value, double blur) {
  return known(value) ? (best + blur) / (value + blur) : kUnknown;
}

double diversity(double distance_km) { return distance_km >= 0 ? distance_km / (distance_km + kFarKm) : kUnknown; }

}  // namespace

Yardstick yardstick_of(std::span<const Applicant> applicants) {
  Yardstick best;
  for (const auto& applicant : applicants) {
    best.least_rtt_ms = least(best.least_rtt_ms, applicant.server->rtt_ms);
    best.least_cost = least(best.least_cost, applicant.server->cost);
  }
  return best;
}

Score score_of(const Applicant& applicant, const Yardstick& best, const ScoreWeights& weights) {
  const auto& server = *applicant.server;
  const auto sum = weight(weights.latency) + weight(weights.free_capacity) + weight(weights.diversity) +
                   weight(weights.cost) + weight(weights.trust);
  const auto weighed = [&](double by, double term) { return sum > 0 ? weight(by) / sum * term : 0; };
  Score score;
  score.latency = weighed(weights.latency, relative(best.least_rtt_ms, server.rtt_ms, kSameMs));
  score.free_capacity = weighed(weights.free_capacity, std::min(share(applicant.free_after), 1 - share(server.load)));
  score.diversity = weighed(weights.diversity, diversity(applicant.distance_km));
  score.cost = weighed(weights.cost, relative(best.least_cost, server.cost, 0));
  score.trust = weighed(weights.trust, share(server.trust));
  score.preference = weight(applicant.preference);
  score.total = score.preference * (score.latency + score.free_capacity + score.diversity + score.cost + score.trust);
  return score;
}

double nearest_km(const Place& place, std::span<const Place> holders) {
  double nearest = -1;
  for (const auto& holder : holders) {
    const auto km = distance_km(place, holder);
    if (km >= 0 && (nearest < 0 || km < nearest)) nearest = km;
  }
  return nearest;
}

std::string to_string(const Score& score) {
  char text[160];
  std::snprintf(text, sizeof text,
                "latency %.2f, free capacity %.2f, diversity %.2f, cost %.2f, trust %.2f, together %.2f", score.latency,
                score.free_capacity, score.diversity, score.cost, score.trust, score.total);
  return text;
}

}  // namespace harbinger::mirror
