#include "steer/filters.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace harbinger::steer {

namespace {

constexpr float kEarthRadiusKm = 6371;

// splitmix64's finisher (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
std::uint64_t mixed(std::uint64_t client, EndpointId endpoint) noexcept {
  std::uint64_t x = client + (std::uint64_t{endpoint} + 1) * 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

// log2 to within 1e-5, of a positive normal number: the library's own takes as long as a filter may.
float quick_log2(float value) noexcept {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto exponent = static_cast<float>(static_cast<int>(bits >> 23) - 127);
  const float t = std::bit_cast<float>((bits & 0x7fffffu) | 0x3f800000u) - 1;
  // log2(1 + t) / t between 0 and 1, interpolated at Chebyshev's nodes.
  constexpr std::array<float, 6> kTerms{1.44268147f,  -0.72035877f, 0.46865888f,
                                        -0.30163801f, 0.14447110f,  -0.03382205f};
  float sum = 0;
  for (auto term = kTerms.rbegin(); term != kTerms.rend(); ++term) sum = sum * t + *term;
  return exponent + t * sum;
}

// Puts endpoints in the order of what `value` says, smallest first; those of which nothing is known (NaN) come behind them, as they stood.
template <class Value>
void order_by(Candidates& candidates, const Value& value) {
  std::array<float, Pool::kMostMembers> keys;
  const auto list = candidates.list();
  for (std::size_t i = 0; i < list.size(); ++i) {
    const EndpointId endpoint = list[i];
    const float key = value(endpoint);
    std::size_t at = i;
    if (!std::isnan(key))
      for (; at > 0 && (std::isnan(keys[at - 1]) || keys[at - 1] > key); --at) {
        keys[at] = keys[at - 1];
        list[at] = list[at - 1];
      }
    keys[at] = key;
    list[at] = endpoint;
  }
}

// Behind order_by: removes those whose value is above `limit`.
template <class Value>
void cut_above(Candidates& candidates, const Value& value, float limit) {
  candidates.keep([&](EndpointId each) { return !(value(each) > limit); });
}

template <class Value>
float least_of(const Candidates& candidates, const Value& value) {
  float least = std::numeric_limits<float>::quiet_NaN();
  for (const auto each : candidates.list())
    if (const float v = value(each); !(v >= least)) least = std::isnan(v) ? least : v;
  return least;
}

// Of its own, so that who is turned away is not who a later filter draws first, or last.
double draw_for_shedding(std::uint64_t client, EndpointId endpoint) noexcept {
  return draw(client ^ 0x5bd1e9955bd1e995u, endpoint);
}

void shed_load(const Filter& filter, const ClientFacts& client, const StateTable& states, Candidates& candidates) {
  const auto load = [&](EndpointId each) { return states.line(each).load; };
  const float least = least_of(candidates, load);
  candidates.keep([&](EndpointId each) {
    const double is = load(each);
    if (!(is > filter.low) || load(each) == least) return true;
    return is <= filter.high && draw_for_shedding(client.hash, each) * (filter.high - filter.low) >= is - filter.low;
  });
}

// 1 - cosine of the angle: grows with the distance.
auto farness(const ClientFacts& client, const StateTable& states) {
  return [from = Direction::of(client.place), &states](EndpointId each) {
    const auto& to = states.line(each).direction;
    if (!to.known()) return std::numeric_limits<float>::quiet_NaN();
    return 1 - (from.x * to.x + from.y * to.y + from.z * to.z);
  };
}

void geo(const Filter& filter, const ClientFacts& client, const StateTable& states, bool order,
         Candidates& candidates) {
  if (!client.place.has_position()) return;
  const auto value = farness(client, states);
  if (order) order_by(candidates, value);
  if (filter.within_km <= 0) return;
  const float nearest = least_of(candidates, value);
  if (std::isnan(nearest)) return;
  const float angle =
      std::acos(std::clamp(1 - nearest, -1.0f, 1.0f)) + static_cast<float>(filter.within_km) / kEarthRadiusKm;
  if (angle < 3.1415f) cut_above(candidates, value, 1 - std::cos(angle));
}

template <class Value>
void least_first(const Filter& filter, const Value& value, bool order, Candidates& candidates) {
  if (order) order_by(candidates, value);
  if (filter.slack <= 0) return;
  const float least = least_of(candidates, value);
  if (!std::isnan(least)) cut_above(candidates, value, least * static_cast<float>(1 + filter.slack));
}

// Weighted rendezvous (Schindelhauer, Schomaker, "Weighted Distributed Hash Tables", 2005): shares follow the weights, and a client moves only where they
// change.
void weighted(const ClientFacts& client, const StateTable& states, Candidates& candidates) {
  candidates.keep_some([&](EndpointId each) { return states.line(each).weight > 0; });
  order_by(candidates, [&](EndpointId each) {
    const auto u = static_cast<float>(draw(client.hash, each));
    const float weight = states.line(each).weight;
    return weight > 0 ? -quick_log2(u) / weight : std::numeric_limits<float>::infinity();
  });
}

// Rendezvous hashing (Thaler, Ravishankar, 1998) with bounded load (Mirrokni, Thorup, Zadimoghaddam, 2018): who has more than its bound comes last.
void sticky(const Filter& filter, const ClientFacts& client, const StateTable& states, Candidates& candidates) {
  float sum = 0;
  int known = 0;
  for (const auto each : candidates.list())
    if (const float load = states.line(each).load; !std::isnan(load)) sum += load, ++known;
  const float most = known > 0 ? sum / static_cast<float>(known) * static_cast<float>(filter.bound) : 0;
  order_by(candidates, [&](EndpointId each) {
    const auto place = static_cast<float>(draw(client.hash, each));
    return known > 0 && states.line(each).load > most ? 1 + place : place;
  });
}

}  // namespace

double draw(std::uint64_t client, EndpointId endpoint) noexcept {
  // Never 0, whose logarithm is none.
  return (static_cast<double>(mixed(client, endpoint) >> 12) + 1) * 0x1p-52;
}

Candidates::Candidates(std::span<const EndpointId> members) : size_(std::min(members.size(), ids_.size())) {
  std::copy_n(members.begin(), size_, ids_.begin());
}

void apply(const Filter& filter, const ClientFacts& client, const StateTable& states, bool order,
           Candidates& candidates) noexcept {
  switch (filter.kind) {
    case Filter::Kind::up:
      return candidates.keep([&](EndpointId each) { return states.line(each).up; });
    case Filter::Kind::shed_load:
      return shed_load(filter, client, states, candidates);
    case Filter::Kind::persona:
      candidates.keep_some([&](EndpointId each) {
        const auto& line = states.line(each);
        return line.for_all || line.personas.test(client.persona);
      });
      return candidates.keep_some([&](EndpointId each) { return states.line(each).preferred.test(client.persona); });
    case Filter::Kind::geo:
      return geo(filter, client, states, order, candidates);
    case Filter::Kind::latency:
      return least_first(
          filter, [row = states.ways(client.group)](EndpointId each) { return row.ms(each); }, order, candidates);
    case Filter::Kind::cost:
      return least_first(filter, [&](EndpointId each) { return states.line(each).cost; }, order, candidates);
    case Filter::Kind::weighted:
      return weighted(client, states, candidates);
    case Filter::Kind::sticky:
      return sticky(filter, client, states, candidates);
    case Filter::Kind::select_first:
      return candidates.truncate(filter.count);
  }
}

}  // namespace harbinger::steer
