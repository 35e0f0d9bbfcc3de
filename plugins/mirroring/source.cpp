#include "plugins/mirroring/source.h"

#include <algorithm>
#include <map>

namespace harbinger::mirroring {

namespace {

using mirror::MirrorEngine;

mirror::MirrorState state_of(const MirrorEngine::MirrorState& from) {
  const auto& mirror = from.mirror;
  return {.resource = mirror.wish.resource,
          .cluster = mirror.wish.cluster,
          .server = mirror.wish.at.server,
          .step = std::string(mirror::to_string(mirror.step)),
          .for_s = from.for_s,
          .lease_s = std::chrono::duration<double>(from.lease).count(),
          .version = from.version,
          .bytes = from.bytes,
          .served = from.hits,
          .expected = from.expected,
          .now = from.now,
          .benefit = mirror.wish.benefit,
          .score = from.score,
          .why = mirror.wish.why};
}

// The newest step first; a mirror that is over tells why.
std::vector<std::string> history_of(const std::vector<MirrorEngine::MirrorState>& mirrors) {
  std::vector<std::string> lines;
  for (const auto& each : mirrors)
    for (auto past = each.mirror.history.rbegin(); past != each.mirror.history.rend(); ++past)
      lines.push_back(each.mirror.wish.at.server + ": " + std::string(mirror::to_string(past->step)) +
                      (past->why.empty() ? "" : ", " + past->why));
  return lines;
}

double value_of(const std::vector<mirror::Demands::Term>& terms, std::string_view name) {
  const auto found = std::ranges::find(terms, name, &mirror::Demands::Term::name);
  return found == terms.end() ? 0 : found->value;
}

double served_less_than_pushed(const std::vector<MirrorEngine::MirrorState>& mirrors) {
  double over = 0, useless = 0;
  for (const auto& each : mirrors) {
    if (each.mirror.step != mirror::Step::withdrawn && each.mirror.step != mirror::Step::draining) continue;
    over += 1;
    useless += each.bytes_served < each.bytes;
  }
  return over > 0 ? useless / over : 0;
}

mirror::ForecastAccuracy accuracy_of(const std::vector<mirror::Demands::Term>& terms) {
  mirror::ForecastAccuracy told;
  told.scored = static_cast<std::uint64_t>(value_of(terms, "scored"));
  told.coverage = value_of(terms, "0.9 coverage");
  const double day_ago = value_of(terms, "day's");
  if (day_ago > 0) told.error_ratio = value_of(terms, "mean absolute error") / day_ago;
  return told;
}

}  // namespace

mirror::PdmeStats EngineSource::stats() const {
  mirror::PdmeStats told;
  told.dry_run = store_->current()->settings.dry_run;
  const auto engine = engine_();
  if (!engine) {
    told.trouble = "no edge's door is open yet, or another server block still mirrors";
    return told;
  }
  const auto state = engine->state();
  told.dry_run |= state.dry_run;
  std::map<mirror::Step, std::uint64_t> steps;
  for (const auto& each : state.mirrors) ++steps[each.mirror.step];
  for (const auto& [step, count] : steps) told.steps.emplace_back(mirror::to_string(step), count);
  told.published = steps[mirror::Step::published] + steps[mirror::Step::draining] + steps[mirror::Step::withdrawn];
  told.withdrawn = steps[mirror::Step::withdrawn];
  told.failed = state.failed;
  told.bytes_pushed = state.bytes_pushed;
  for (const auto& each : state.mirrors) told.bytes_served += each.bytes_served;
  told.hits_gained = state.hits_gained;
  told.late_fraction = state.lateness.late_fraction();
  told.false_fraction = served_less_than_pushed(state.mirrors);
  told.accuracy = accuracy_of(state.accuracy);
  told.members = state.share.members;
  told.trouble = !state.journal_trouble.empty() ? state.journal_trouble : state.share.trouble;
  return told;
}

std::vector<mirror::MirrorState> EngineSource::mirrors() const {
  std::vector<mirror::MirrorState> all;
  if (const auto engine = engine_())
    for (const auto& each : engine->state().mirrors)
      if (!mirror::is_over(each.mirror.step)) all.push_back(state_of(each));
  return all;
}

std::vector<mirror::MirrorReasons> EngineSource::why(std::string_view resource, std::string_view cluster) const {
  std::vector<mirror::MirrorReasons> all;
  const auto engine = engine_();
  if (!engine) return all;
  const auto settings = store_->current()->settings;
  for (const auto& each : engine->why(resource, cluster)) {
    mirror::MirrorReasons told{.cluster = each.cluster, .type = each.type};
    told.owner = each.owned ? "" : "another server";
    told.expected = each.expected;
    told.high = each.high;
    told.now = each.now;
    told.burst = each.burst;
    const auto own = settings.types.find(each.type);
    told.threshold = own == settings.types.end() ? settings.threshold : own->second;
    for (const auto& term : each.forecast) told.forecasters.emplace_back(term.name, term.value);
    for (const auto& mirror : each.mirrors) {
      told.mirrors.push_back(state_of(mirror));
      told.bytes = std::max(told.bytes, mirror.bytes);
      told.candidates.push_back({mirror.mirror.wish.at.server, mirror.score, "chosen"});
    }
    told.history = history_of(each.mirrors);
    told.decision = each.verdict;
    all.push_back(std::move(told));
  }
  return all;
}

std::size_t EngineSource::expect(const std::vector<mirror::ExternalEvent>& events) {
  const auto engine = engine_();
  if (!engine) return 0;
  for (const auto& event : events) engine->expect(event);
  return events.size();
}

}  // namespace harbinger::mirroring
