// A mirror desk, with servers, an origin and DNS that a test speaks for.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "mirror/mirror_desk.h"

namespace harbinger::test {

inline mirror::Publication::At at(const std::string& server, std::uint16_t port = 80) {
  return {.server = server, .addresses = {IpAddress::parse("192.0.2.1").value()}, .port = port};
}

struct DeskWorld {
  MonotonicTime now{1'000'000'000};
  bool owner = true;
  std::uint64_t version = 0;
  mirror::MirrorDesk::Servers up{{"a", at("a")}, {"b", at("b")}, {"c", at("c")}};
  mirror::MirrorSettings settings;
  mirror::MirrorDesk desk;

  std::vector<mirror::FillAct> fills;
  std::vector<mirror::VerifyAct> verifies;
  std::vector<mirror::TellAct> tells;
  std::vector<mirror::SettledAct> settled;
  std::vector<mirror::FailedAct> failed;

  explicit DeskWorld(const mirror::MirrorDesk::Limits& limits = {})
      : desk(limits, {[this](auto, auto, auto) { return owner; }, [this](auto, auto) { return ++version; }}) {
    desk.settings(settings);
    look();
  }

  /// Takes what the desk wants done.
  void take() {
    for (auto& act : desk.take()) {
      if (auto* fill = std::get_if<mirror::FillAct>(&act)) fills.push_back(*fill);
      if (auto* verify = std::get_if<mirror::VerifyAct>(&act)) verifies.push_back(*verify);
      if (auto* tell = std::get_if<mirror::TellAct>(&act)) tells.push_back(*tell);
      if (auto* done = std::get_if<mirror::SettledAct>(&act)) settled.push_back(*done);
      if (auto* fail = std::get_if<mirror::FailedAct>(&act)) failed.push_back(*fail);
    }
  }
  void want(const std::string& server, double benefit = 1, const std::string& resource = "film.example") {
    desk.want({.resource = resource,
               .cluster = "fra",
               .at = at(server),
               .benefit = benefit,
               .rank = benefit,
               .why = "wanted"},
              now);
    take();
  }
  void unwant(const std::string& server) {
    desk.unwant("film.example", "fra", server, "not wanted any more", now);
    take();
  }
  void fill(bool well = true) {
    desk.filled(fills.back().ticket, well, well ? "" : "no room", false, now);
    take();
  }
  void verify(mirror::Verdict verdict = mirror::Verdict::good) {
    desk.verified(verifies.back().ticket, verdict, {}, now);
    take();
  }
  void hear(const Result<void>& outcome = {}) {
    desk.told(tells.back().what, outcome, now);
    take();
  }
  void look() {
    desk.servers(up, now);
    take();
  }
  void pass(Duration by, Duration at_a_time = std::chrono::seconds(1)) {
    for (; by > Duration(0); by -= at_a_time) {
      now = now + std::min(by, at_a_time);
      desk.tick(now);
      take();
    }
  }
  void publish(const std::string& server) {
    want(server);
    fill();
    verify();
    hear();
  }
  mirror::Step step(const std::string& server) const {
    for (const auto& each : desk.mirrors())
      if (each.wish.at.server == server) return each.step;
    return mirror::Step::withdrawn;
  }
  /// Servers of the last tell: `ab`.
  std::string told() const {
    std::string all;
    if (!tells.empty())
      for (const auto& each : tells.back().what.servers) all += each.server;
    return all;
  }
};

}  // namespace harbinger::test
