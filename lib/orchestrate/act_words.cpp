#include "orchestrate/act_words.h"

#include <algorithm>
#include <array>

namespace harbinger::orchestrate {
namespace {

// What anybody may send is shown to people: printable ASCII, and short.
std::string cleaned(std::string_view text) {
  std::string clean(text.substr(0, ActWords::kMostText));
  for (auto& c : clean)
    if (c < ' ' || c > '~') c = '?';
  return clean;
}

std::string time_text(std::uint64_t ms) {
  if (ms < 1000) return std::to_string(ms) + " ms";
  if (ms < 120'000) return std::to_string(ms / 1000) + " s";
  return std::to_string(ms / 60'000) + " min";
}

std::string span_text(Span span, bool last) {
  if (span.from == 0) return "within " + time_text(span.to);
  return last ? "after more than " + time_text(span.from)
              : "after " + time_text(span.from) + " to " + time_text(span.to);
}

std::string outcome_text(std::uint16_t bucket) {
  const auto outcome = static_cast<ActivityOutcome>((bucket - 1) / 2);
  return (bucket - 1) % 2 == 1 ? "changes that " + std::string(outcome == ActivityOutcome::denied      ? "are denied"
                                                               : outcome == ActivityOutcome::throttled ? "are throttled"
                                                               : outcome == ActivityOutcome::failed    ? "fail"
                                                                                                       : "succeed")
                               : "reading that " + std::string(outcome == ActivityOutcome::denied      ? "is denied"
                                                               : outcome == ActivityOutcome::throttled ? "is throttled"
                                                               : outcome == ActivityOutcome::failed    ? "fails"
                                                                                                       : "succeeds");
}

}  // namespace

void ActWords::hear(const Activity& act, const KnownAct& known) {
  hear_one(Sign::pair, known.pair, act.verb, act.kind, act.actor);
  hear_one(Sign::verb, known.verb, act.verb, {}, act.actor);
  hear_one(Sign::kind, known.kind, act.kind, {}, act.actor);
  hear_one(Sign::source, known.source, act.source, {}, act.actor);
  if (act.asks == nullptr) return;
  hear_one(Sign::machine, known.machine, act.asks->machine, {}, act.actor);
  hear_one(Sign::image, known.image, act.asks->image, {}, act.actor);
  hear_one(Sign::security, known.security, act.asks->security, {}, act.actor);
}

void ActWords::hear_one(Sign sign, std::uint16_t bucket, std::string_view word, std::string_view more, ActorKey actor) {
  if (bucket == 0) return;
  auto& known = words_[token_of(sign, bucket)];
  if (known.shared) return;
  if (known.text.empty()) {
    known.text = cleaned(word);
    if (!more.empty()) known.text += " " + cleaned(more);
    known.first = actor;
    return;
  }
  known.shared = known.first != actor;
}

std::string_view ActWords::word(std::uint16_t token) const {
  const auto found = words_.find(token);
  return found == words_.end() || !found->second.shared ? std::string_view() : found->second.text;
}

std::string sign_text(std::uint16_t token, const ActWords& words) {
  const auto [sign, bucket] = place_of(token);
  const std::string word(words.word(token));
  const auto named = [&](const char* before) { return word.empty() ? std::string() : before + ("\"" + word + "\""); };
  switch (sign) {
    case Sign::pair:
      return named("");
    case Sign::verb:
      return named("the verb ");
    case Sign::kind:
      return named("what concerns ");
    case Sign::machine:
      return named("asking for machines of type ");
    case Sign::image:
      return named("asking for the image ");
    case Sign::security:
      return named("asking for the security settings ");
    case Sign::source:
      return named("acts told by ");
    case Sign::outcome:
      return outcome_text(bucket);
    case Sign::repeats:
      return "the same again";
    case Sign::actor_class:
      return "acts by " + std::string(to_string(static_cast<ActorClass>(bucket)));
    case Sign::gap:
      return "the next act " + span_text(gap_span(bucket), bucket + 1 == kBuckets[static_cast<std::size_t>(sign)]);
    case Sign::latency:
      return "answers " + span_text(latency_span(bucket), bucket + 1 == kBuckets[static_cast<std::size_t>(sign)]);
    case Sign::hour:
      return "acts between " + std::to_string(3 * (bucket - 1)) + " and " + std::to_string(3 * bucket) + " o'clock UTC";
    case Sign::used:
      return "using " + std::to_string(20 * (bucket - 1)) + " % or more of a resource";
    case Sign::scope:
    case Sign::limit:
      break;
  }
  return {};
}

}  // namespace harbinger::orchestrate
