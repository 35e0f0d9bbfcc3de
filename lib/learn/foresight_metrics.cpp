#include "learn/foresight_metrics.h"

namespace harbinger {

namespace {

Counter of_kind(Metrics& metrics, const std::string& what, const std::string& help, const std::string& kind) {
  return metrics.counter("harbinger_prefetch_" + what + "_total", help, {{"kind", kind}});
}

}  // namespace

ForesightMetrics::ForesightMetrics(Metrics& metrics)
    : floods(metrics.counter("harbinger_prefetch_floods_total",
                             "Accesses not learnt because their client asks too fast.")),
      shed(metrics.counter("harbinger_prefetch_shed_total",
                           "Accesses not learnt because learning would take too much of the processor.")),
      accesses(metrics.counter("harbinger_prefetch_accesses_total", "Accesses learnt from.")) {
  const auto hint = [&](const char* what, const char* help) { return Followed{of_kind(metrics, what, help, "hint")}; };
  const auto refresh = [&](const char* what, const char* help) {
    return Followed{of_kind(metrics, what, help, "refresh")};
  };
  useful_hints_ = hint("useful", "Speculation whose resource was wanted afterwards.");
  wasted_hints_ = hint("wasted", "Speculation whose resource nobody wanted.");
  late_hints_ = hint("late", "Speculation whose resource was wanted before it could be there.");
  predicted_ = refresh("predicted", "What was thought worth doing.");
  started_ = refresh("hinted", "What was done: hints given, resolutions ahead begun.");
  useful_ = refresh("useful", "Speculation whose resource was wanted afterwards.");
  wasted_ = refresh("wasted", "Speculation whose resource nobody wanted.");
  late_ = refresh("late", "Speculation whose resource was wanted before it could be there.");
  already_ = refresh("already_cached", "What needed no doing: the client has it, or it is being resolved.");
  throttled_ = refresh("throttled", "What a budget stood against.");
  failed_ = {metrics.counter("harbinger_prefetch_failed_total", "Resolutions ahead that failed.")};
  dropped_ = {
      metrics.counter("harbinger_prefetch_dropped_total", "Accesses that were lost because learning was too slow.")};
}

void ForesightMetrics::Followed::follow(std::uint64_t now) {
  if (now > before) counter.add(now - before);
  before = now;
}

void ForesightMetrics::update(const HintJudge::Verdicts& hints, const Refresher::Counts& refreshes,
                              std::uint64_t dropped) {
  useful_hints_.follow(hints.useful);
  wasted_hints_.follow(hints.wasted);
  late_hints_.follow(hints.late);
  predicted_.follow(refreshes.predicted);
  started_.follow(refreshes.started);
  useful_.follow(refreshes.useful);
  wasted_.follow(refreshes.wasted);
  late_.follow(refreshes.late);
  already_.follow(refreshes.already_cached);
  throttled_.follow(refreshes.throttled);
  failed_.follow(refreshes.failed);
  dropped_.follow(dropped);
}

void ForesightMetrics::show(Metrics& metrics, const std::function<Foresight::State()>& read) {
  const auto gauge = [&](const char* name, const char* help, double (*value)(const Foresight::State&)) {
    gauges_.push_back(
        metrics.gauge(std::string("harbinger_prefetch_") + name, help, [read, value] { return value(read()); }));
  };
  using State = Foresight::State;
  gauge("model_contexts", "Contexts in the sequence model.", [](const State& s) { return double(s.model.contexts); });
  gauge("model_resources", "Resources that the sequence model knows.",
        [](const State& s) { return double(s.model.resources); });
  gauge("model_bytes", "Memory of the sequence model.", [](const State& s) { return double(s.model.bytes); });
  gauge("model_hit_rate", "Share of the last hour's steps whose next resource was the model's first guess.",
        [](const State& s) { return s.model_rate; });
  gauge("markov_hit_rate", "The same for a first-order Markov chain, to compare with.",
        [](const State& s) { return s.markov_rate; });
  gauge("judged_steps", "Steps of the last hour that both rates are over.",
        [](const State& s) { return double(s.judged); });
  gauge("below_markov", "1 when the model did worse than the Markov chain over the last hour.",
        [](const State& s) { return s.below_markov ? 1.0 : 0.0; });
  gauge("learnt_from", "Share of the clients that are learnt from; less than 1 under load.",
        [](const State& s) { return s.learnt_from; });
  gauge("journal_bytes", "Size of the access history on disk.", [](const State& s) { return double(s.journal.bytes); });
  gauge("journal_lost", "Accesses that could not be written.", [](const State& s) { return double(s.journal.lost); });
}

}  // namespace harbinger
