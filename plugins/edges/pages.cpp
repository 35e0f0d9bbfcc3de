#include "plugins/edges/pages.h"

#include <array>
#include <cstdio>

#include <nlohmann/json.hpp>

namespace harbinger::edges {

namespace {

using nlohmann::ordered_json;
using State = edge::EdgeHub::EdgeState;

template <class... Value>
std::string text(const char* format, Value... values) {
  std::array<char, 256> out{};
  std::snprintf(out.data(), out.size(), format, values...);
  return out.data();
}

const char* word_of(const State& edge) {
  if (edge.connected) return edge.takes_jobs ? "here" : "trouble";
  return edge.down ? "down" : "gone";
}

std::string rate(double bytes_per_second) { return text("%.1f MB/s", bytes_per_second / 1e6); }

}  // namespace

std::string edges_text(const std::vector<State>& edges) {
  std::string page = text("%-20s %-20s %-12s %-8s %9s %5s %6s %11s %6s %8s %8s\n", "EDGE", "ENDPOINT", "CLUSTER",
                          "STATE", "FOR", "LOAD", "HITS", "BELIEVED", "TRUST", "JOBS", "DONE");
  for (const auto& edge : edges)
    page += text("%-20s %-20s %-12s %-8s %8.0fs %5s %5.1f%% %11s %6.2f %8llu %8llu\n", edge.name.c_str(),
                 edge.endpoint.c_str(), edge.cluster.empty() ? "-" : edge.cluster.c_str(), word_of(edge), edge.for_s,
                 edge.load < 0 ? "-" : text("%.2f", edge.load).c_str(), 100 * edge.hit_rate,
                 rate(edge.believed).c_str(), edge.trust, static_cast<unsigned long long>(edge.jobs_sent),
                 static_cast<unsigned long long>(edge.jobs_well));
  return page;
}

std::string edges_json(const std::vector<State>& edges) {
  auto all = ordered_json::array();
  for (const auto& edge : edges)
    all.push_back({{"name", edge.name},
                   {"endpoint", edge.endpoint},
                   {"cluster", edge.cluster},
                   {"version", edge.version},
                   {"state", word_of(edge)},
                   {"for_s", edge.for_s},
                   {"load", edge.load < 0 ? ordered_json() : ordered_json(edge.load)},
                   {"hit_rate", edge.hit_rate},
                   {"takes_jobs", edge.takes_jobs},
                   {"requests", edge.requests},
                   {"bytes", {{"served", edge.bytes_served}, {"origin", edge.bytes_origin}}},
                   {"capacity", {{"claimed", edge.claimed}, {"believed", edge.believed}}},
                   {"jobs",
                    {{"sent", edge.jobs_sent},
                     {"well", edge.jobs_well},
                     {"badly", edge.jobs_badly},
                     {"trust", edge.trust},
                     {"waiting", edge.jobs_waiting},
                     {"in_flight", edge.jobs_in_flight}}}});
  return all.dump(2, ' ', true, ordered_json::error_handler_t::replace) + '\n';
}

}  // namespace harbinger::edges
