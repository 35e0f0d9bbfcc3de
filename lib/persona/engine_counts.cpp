#include "persona/engine_counts.h"

#include <string>

#include "learn/octets.h"

namespace harbinger::persona {

namespace {

std::string named(const char* what) { return std::string("harbinger_persona_engine_") + what; }

}  // namespace

std::vector<std::uint8_t> EngineCounts::save() const {
  std::vector<std::uint8_t> octets((5 + tokens.size()) * 8);
  auto* to = octets.data();
  for (const auto number : {events, invalidations, network_faults, checkpoints, checkpoints_failed})
    to = learn::put_word(to, number);
  for (const auto number : tokens) to = learn::put_word(to, number);
  return octets;
}

bool EngineCounts::load(std::span<const std::uint8_t> octets) {
  if (octets.size() != (5 + tokens.size()) * 8) return false;
  const auto* from = octets.data();
  for (auto* number : {&events, &invalidations, &network_faults, &checkpoints, &checkpoints_failed}) {
    *number = learn::get_word(from);
    from += 8;
  }
  for (auto& number : tokens) {
    number = learn::get_word(from);
    from += 8;
  }
  return true;
}

EngineMetrics::EngineMetrics(Metrics& metrics) {
  const auto followed = [&](const char* what, const char* help, Labels labels = {}) {
    return Followed{metrics.counter(named(what), help, std::move(labels))};
  };
  for (std::size_t i = 1; i < rejected_.size(); ++i)
    rejected_[i] = metrics.counter(named("rejected_total"), "Acts that could not be used.",
                                   {{"reason", std::string(to_string(static_cast<EventFault>(i)))}});
  for (std::size_t i = 0; i < tokens_.size(); ++i)
    tokens_[i] = followed("tokens_total", "What became of tokens that were given or shown.",
                          {{"outcome", std::string(to_string(static_cast<TokenOutcome>(i)))}});
  events_ = followed("events_total", "Acts that personas were inferred from.");
  shed_ = followed("shed_total", "Acts that were not dealt with because there were too many.");
  invalidations_ = followed("invalidations_total", "Tokens taken back early because their client surprises.");
  faults_ = followed("network_faults_total", "Acts for which the network's answer was no number.");
  published_ = followed("models_total", "Trained networks by what became of them.", {{"outcome", "published"}});
  refused_ = followed("models_total", "Trained networks by what became of them.", {{"outcome", "refused"}});
  written_ = followed("checkpoints_total", "Checkpoints by what became of them.", {{"outcome", "written"}});
  failed_ = followed("checkpoints_total", "Checkpoints by what became of them.", {{"outcome", "failed"}});
}

void EngineMetrics::Followed::follow(std::uint64_t now) {
  if (now > before) counter.add(now - before);
  before = now;
}

void EngineMetrics::update(const EngineCounts& counts, const PersonaEngine::State& state) {
  events_.follow(counts.events);
  shed_.follow(state.shed);
  invalidations_.follow(counts.invalidations);
  faults_.follow(counts.network_faults);
  published_.follow(state.models_published);
  refused_.follow(state.models_refused);
  written_.follow(counts.checkpoints);
  failed_.follow(counts.checkpoints_failed);
  for (std::size_t i = 0; i < tokens_.size(); ++i) tokens_[i].follow(counts.tokens[i]);
}

void EngineMetrics::show(Metrics& metrics, const std::function<PersonaEngine::State()>& read,
                         const std::function<EngineDetail()>& detail) {
  const auto gauge = [&](const char* what, const char* help, double (*value)(const PersonaEngine::State&)) {
    gauges_.push_back(metrics.gauge(named(what), help, [read, value] { return value(read()); }));
  };
  const auto more = [&](const char* what, const char* help, double (*value)(const EngineDetail&)) {
    gauges_.push_back(metrics.gauge(named(what), help, [detail, value] { return value(detail()); }));
  };
  using State = PersonaEngine::State;
  gauge("clients", "Clients that the engine knows.", [](const State& s) { return double(s.clients); });
  gauge("bytes", "Memory of the clients.", [](const State& s) { return double(s.bytes); });
  gauge("model_loss", "Nats per act of the present network on what it was not trained on.",
        [](const State& s) { return s.held_out_loss; });
  gauge("popularity_loss", "The same of a popularity count, to compare with.",
        [](const State& s) { return s.untrained_loss; });
  more("waiting", "Acts that wait.", [](const EngineDetail& d) { return double(d.waiting); });
  more("asks_refused", "Asks that were not answered because too many waited.",
       [](const EngineDetail& d) { return double(d.asks_refused); });
  more("checkpoint_seconds", "How long the last checkpoint took.",
       [](const EngineDetail& d) { return d.checkpoint_s; });
  more("checkpoint_pause_seconds", "The longest that the last checkpoint kept the engine from its work at a time.",
       [](const EngineDetail& d) { return d.longest_pause_s; });
  more("checkpoint_time_seconds", "Unix time of the last checkpoint; 0 before the first.",
       [](const EngineDetail& d) { return d.checkpoint_at_s; });
}

}  // namespace harbinger::persona
