#include "persona/persona_metrics.h"

#include <harbinger/persona_directory.h>

namespace harbinger::persona {

namespace {

constexpr std::size_t kMostNames = 512;
constexpr std::array<double, 8> kSeconds{0.0005, 0.001, 0.002, 0.005, 0.02, 0.1, 0.5, 1};

}  // namespace

std::string_view to_string(ShownToken outcome) noexcept {
  static constexpr std::array<std::string_view, static_cast<std::size_t>(ShownToken::limit)> kWords{
      "wanted", "valid", "expired", "foreign", "malformed", "unproved", "given"};
  return kWords[static_cast<std::size_t>(outcome)];
}

PersonaMetrics::PersonaMetrics(Metrics& metrics) : metrics_(metrics) {
  unknown_ = metrics.counter("harbinger_persona_unknown_total", "Queries of clients of whom no persona was known.");
  assigned_ = metrics.counter("harbinger_persona_assigned_total", "Personas that the engine gave to clients.");
  no_room_ = metrics.counter("harbinger_persona_unplaced_total", "Assignments that could not be written down.");
  events_ = metrics.counter("harbinger_persona_events_total", "Acts that were told to the engine.");
  dropped_ = metrics.counter("harbinger_persona_dropped_total",
                             "Acts and asks that were lost: too many at once, or the engine was away.");
  failed_ = metrics.counter("harbinger_persona_failed_total", "Calls to the engine that failed.");
  latency_ = metrics.histogram("harbinger_persona_engine_seconds", "Until the engine answered a call.", kSeconds);
  for (std::size_t i = 0; i < tokens_.size(); ++i)
    tokens_[i] = metrics.counter("harbinger_persona_tokens_total", "Persona options in queries, and tokens given.",
                                 {{"outcome", std::string(to_string(static_cast<ShownToken>(i)))}});
  name({});
}

void PersonaMetrics::query(PersonaId persona, bool known) const noexcept {
  const Metrics::Cells cells(metrics_);
  if (const auto* counters = queries_.load()) cells.add((*counters)[persona]);
  if (!known) cells.add(unknown_);
}

void PersonaMetrics::answered(Duration took, bool good) const noexcept {
  latency_.observe(std::chrono::duration<double>(took).count());
  if (!good) failed_.add();
}

Counter PersonaMetrics::counter_of(const std::string& persona) {
  const bool known = names_.contains(persona) || names_.size() < kMostNames;
  if (known) names_.insert(persona);
  return metrics_.counter("harbinger_persona_queries_total", "Queries by the persona of their client.",
                          {{"persona", known ? persona : "other"}});
}

void PersonaMetrics::name(const std::vector<PersonaProfile>& personas) {
  const std::lock_guard guard(naming_);
  auto counters = std::make_unique<ByPersona>();
  // Of a persona that is not in the list (any more) some clients may still be.
  counters->fill(counter_of("other"));
  (*counters)[0] = counter_of(std::string(kDefaultPersonaName));
  for (const auto& each : personas) (*counters)[each.id] = counter_of(each.name);
  queries_.publish(counters.release());
}

}  // namespace harbinger::persona
