#include "plugins/cdn_select/pages.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include <nlohmann/json.hpp>

namespace harbinger::cdn_select {

namespace {

using nlohmann::ordered_json;
using Entry = steer::EndpointBook::Entry;
using Probe = steer::EndpointWatch::State;

template <class... Value>
std::string text(const char* format, Value... values) {
  std::array<char, 256> out{};
  std::snprintf(out.data(), out.size(), format, values...);
  return out.data();
}

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const auto& word : words) all += (all.empty() ? "" : " ") + word;
  return all.empty() ? "nobody" : all;
}

const Probe* probe_of(const std::vector<Probe>& probes, const std::string& endpoint) {
  const auto found = std::ranges::find(probes, endpoint, &Probe::endpoint);
  return found == probes.end() || found->looks == 0 ? nullptr : &*found;
}

double seconds_since(MonotonicTime since, MonotonicTime now) {
  return static_cast<double>((now - since).count()) / 1e9;
}

std::string load_text(float load) { return std::isnan(load) ? "-" : text("%.2f", static_cast<double>(load)); }

std::string rtt_text(const Probe* probe) {
  return probe && probe->last.rtt_ms > 0 ? text("%.1f ms", probe->last.rtt_ms) : "-";
}

ordered_json number_or_null(double value) { return std::isnan(value) ? ordered_json() : ordered_json(value); }

ordered_json as_json(const Probe& probe) {
  return {{"kind", to_string(probe.kind)}, {"last", probe.last.why}, {"rtt_ms", probe.last.rtt_ms},
          {"looks", probe.looks},          {"failed", probe.failed}, {"changes", probe.changes}};
}

}  // namespace

std::string endpoints_text(const std::vector<Entry>& entries, const std::vector<Probe>& probes, MonotonicTime now) {
  std::string page = text("%-20s %-5s %10s %6s %10s  %s\n", "ENDPOINT", "STATE", "FOR", "LOAD", "RTT", "WHY");
  for (const auto& entry : entries) {
    const auto* probe = probe_of(probes, entry.endpoint.name);
    auto why = entry.state.why;
    if (why.empty() && probe) why = probe->last.why;
    page += text("%-20s %-5s %9.0fs %6s %10s  ", entry.endpoint.name.c_str(), entry.state.up ? "up" : "down",
                 seconds_since(entry.state.since, now), load_text(entry.state.load).c_str(), rtt_text(probe).c_str()) +
            why + '\n';
  }
  return page;
}

std::string endpoints_json(const std::vector<Entry>& entries, const std::vector<Probe>& probes, MonotonicTime now) {
  auto all = ordered_json::array();
  for (const auto& entry : entries) {
    auto addresses = ordered_json::array(), witnesses = ordered_json::array();
    for (const auto& address : entry.endpoint.addresses) addresses.push_back(address.to_string());
    for (const auto& each : entry.testimonies)
      witnesses.push_back({{"witness", to_string(each.witness)}, {"up", each.up}, {"why", each.why}});
    const auto* probe = probe_of(probes, entry.endpoint.name);
    all.push_back({{"name", entry.endpoint.name},
                   {"up", entry.state.up},
                   {"why", entry.state.why},
                   {"for_s", seconds_since(entry.state.since, now)},
                   {"load", number_or_null(static_cast<double>(entry.state.load))},
                   {"cluster", entry.endpoint.cluster},
                   {"provider", entry.endpoint.provider},
                   {"place", to_string(entry.endpoint.place)},
                   {"addresses", addresses},
                   {"witnesses", witnesses},
                   {"probe", probe ? as_json(*probe) : ordered_json()}});
  }
  return all.dump(2, ' ', true, ordered_json::error_handler_t::replace) + '\n';
}

std::string why_text(const WhyReport& report) {
  std::string page =
      "name         " + report.name + "\nclient       " + report.client + ", " + report.place + ", persona " +
      report.persona + "\napplication  " + report.application + (report.type.empty() ? "" : ", type " + report.type) +
      text(", data ratio %g, %llu octets\n", report.data_ratio, static_cast<unsigned long long>(report.size_bytes)) +
      "rule         " + report.rule + "\n";
  for (const auto& [endpoint, up, terms] : report.members) {
    page += text("  %-18s %-4s ", endpoint.c_str(), up ? "up" : "down");
    page += terms.known ? text(
                              "%.1f ms expected: usually %.1f, x %.2f for all clients, x %.2f for this group; measured "
                              "%.0f s ago\n",
                              terms.expected_ms, terms.base_ms, terms.shared_factor, terms.local_factor, terms.age_s)
                        : "way not measured\n";
  }
  for (const auto& step : report.steps) {
    page += text("%-12s leaves ", step.filter.c_str()) + joined(step.left) + '\n';
    for (const auto& [endpoint, why] : step.removed) page += "  without " + endpoint + ": " + why + '\n';
  }
  return page + "answer       " + joined(report.given) + (report.backup ? ", as backup: nobody was left" : "") +
         text(", TTL %lld s\n", static_cast<long long>(report.ttl_s));
}

std::string why_json(const WhyReport& report) {
  auto members = ordered_json::array(), steps = ordered_json::array();
  for (const auto& [endpoint, up, terms] : report.members) {
    ordered_json way{{"endpoint", endpoint}, {"up", up}};
    if (terms.known)
      way["way"] = {
          {"expected_ms", terms.expected_ms},   {"base_ms", terms.base_ms}, {"shared_factor", terms.shared_factor},
          {"local_factor", terms.local_factor}, {"age_s", terms.age_s},     {"measurements", terms.measurements}};
    members.push_back(way);
  }
  for (const auto& step : report.steps) {
    auto removed = ordered_json::array();
    for (const auto& [endpoint, why] : step.removed) removed.push_back({{"endpoint", endpoint}, {"why", why}});
    steps.push_back({{"filter", step.filter}, {"removed", removed}, {"left", step.left}});
  }
  const ordered_json page{{"name", report.name},
                          {"client", report.client},
                          {"place", report.place},
                          {"persona", report.persona},
                          {"application", report.application},
                          {"type", report.type},
                          {"data_ratio", report.data_ratio},
                          {"size_bytes", report.size_bytes},
                          {"rule", report.rule},
                          {"pool", report.pool},
                          {"members", members},
                          {"filters", steps},
                          {"given", report.given},
                          {"backup", report.backup},
                          {"ttl_s", report.ttl_s}};
  return page.dump(2, ' ', true, ordered_json::error_handler_t::replace) + '\n';
}

}  // namespace harbinger::cdn_select
