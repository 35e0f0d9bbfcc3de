#include "orchestrate/need_model.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <ranges>

#include "learn/record_octets.h"
#include "orchestrate/ask_timing.h"
#include "orchestrate/need_forecast.h"
#include "orchestrate/need_judge.h"
#include "orchestrate/need_use.h"
#include "orchestrate/need_user.h"
#include "orchestrate/recent_table.h"
#include "provision/state_octets.h"

namespace harbinger::orchestrate {
namespace {

constexpr std::uint64_t kForm = 0x4E4D'02;  // of what `save` gives
constexpr std::size_t kJudgedCandidates = 4;
constexpr std::size_t kMostReasons = 4;

std::string percent(float share) {
  const auto rounded = std::to_string(std::lround(100 * share));
  return rounded + " %";
}
std::string seconds(double milliseconds) {
  return milliseconds < 120'000 ? std::to_string(std::lround(milliseconds / 1'000)) + " s"
                                : std::to_string(std::lround(milliseconds / 60'000)) + " min";
}

// Within 30,000 years of 1970, so that differences are numbers too.
UnixMillis sane(UnixMillis at) { return std::clamp<UnixMillis>(at, 1, 1'000'000'000'000'000); }

/// The likeliest first; needs that nobody was ever seen to have are none of them.
struct Foreseen {
  std::vector<NeedForecast::Candidate> candidates{};
  std::vector<std::string> moves{};
};

class LearntNeeds final : public NeedModel {
 public:
  explicit LearntNeeds(const Settings& settings) : settings_(settings), users_(settings.users), timing_(horizon_ms()) {}

  void heard(const Activity& act, const UserAttributes& who, SystemLoad load) override;
  Outlook outlook(ActorKey actor, const UserAttributes& who, SystemLoad load, UnixMillis now) override;
  std::vector<std::string> explain(ActorKey actor, const UserAttributes& who, SystemLoad load, UnixMillis now) override;
  Counts counts() const override { return judge_.counts(); }
  std::vector<std::uint8_t> save() const override;
  Result<void> load(std::span<const std::uint8_t> octets) override;

 private:
  double horizon_ms() const { return static_cast<double>(settings_.horizon.count()); }
  void asked(const NeedSituation& situation, const Need& need);
  void look_at_another(SystemLoad load, UnixMillis now);
  Foreseen foresee(const NeedSituation& situation, std::size_t most);
  void explain_need(const NeedSituation& situation, const NeedForecast::Candidate& likeliest,
                    std::vector<std::string>& reasons);
  const NeedUser& user_of(ActorKey actor) const {
    static const NeedUser kNobody{};
    const auto* known = users_.find(actor);
    return known == nullptr ? kNobody : known->user;
  }

  /// A user, and what he was believed to be when he was last heard.
  struct Known {
    NeedUser user{};
    UserAttributes who{};
  };
  Settings settings_;
  RecentTable<Known> users_;
  NeedForecast forecast_{};
  AskTiming timing_;
  NeedUse use_{};
  TellingActs telling_{};
  NeedJudge judge_{};
  std::uint64_t heard_ = 0;
};

void LearntNeeds::heard(const Activity& act, const UserAttributes& who, SystemLoad load) {
  if (act.actor == 0) return;
  const auto at = sane(act.at);
  ++heard_;
  timing_.passed(at);
  auto& known = users_.touch(act.actor);
  known.who = who;
  if (act.used_cpu >= 0 || act.used_memory >= 0) {
    known.user.used(act);
    use_.seen(known.user);
    if (act.asks == nullptr) return;  // a line of metrics is nothing that the user did
  }
  const NeedSituation situation{act.actor, &known.user, &known.who, load, at};
  if (act.asks != nullptr) {
    timing_.asked(act.actor, at);
    asked(situation, *act.asks);
    telling_.learn(known.user.trail, hash_of(words_of(*act.asks)));
    known.user.asked_for(words_of(*act.asks), at);
  }
  const auto since_ask = known.user.since_ask;
  known.user.acted(act, at);
  known.user.told(telling_);
  if (act.asks != nullptr) known.user.since_ask = since_ask;
  timing_.seen(situation);
  look_at_another(load, at);
}

// Whoever does nothing is in a situation too: each act is an occasion to look at somebody else.
void LearntNeeds::look_at_another(SystemLoad load, UnixMillis now) {
  const auto place = context_of(heard_, settings_.users) % users_.size();
  const auto& other = users_.at(place);
  if (other.user.last_act == 0) return;
  timing_.seen({users_.key_at(place), &other.user, &other.who, load, now});
}

void LearntNeeds::asked(const NeedSituation& situation, const Need& need) {
  const auto foreseen = forecast_.candidates(situation, kJudgedCandidates);
  const bool any = !foreseen.empty();
  judge_.judge(any ? foreseen[0].probability : 0, any && foreseen[0].need == need, forecast_.of(situation, need));
  const auto& user = *situation.user;
  judge_.baselines(user.asked == 0 ? 0 : hash_of(user.needs[0]), hash_of(words_of(need)));
  forecast_.learn(situation, need);
}

Foreseen LearntNeeds::foresee(const NeedSituation& situation, std::size_t most) {
  Foreseen foreseen{forecast_.candidates(situation, most), {}};
  foreseen.moves = use_.shift(*situation.user, foreseen.candidates);
  if (foreseen.candidates.size() > most) foreseen.candidates.resize(most);
  return foreseen;
}

Outlook LearntNeeds::outlook(ActorKey actor, const UserAttributes& who, SystemLoad load, UnixMillis now) {
  now = sane(now);
  timing_.passed(now);
  const NeedSituation situation{actor, &user_of(actor), &who, load, now};
  const auto timing = timing_.outlook(situation);
  const auto foreseen = foresee(situation, settings_.most_needs);
  Outlook outlook{timing.within, {}, forecast_.words(foreseen.candidates)};
  const auto usually =
      std::chrono::duration_cast<Duration>(std::chrono::duration<double, std::milli>(timing.usually_ms));
  for (const auto& candidate : foreseen.candidates)
    outlook.needs.push_back({candidate.need, timing.within * candidate.probability, usually});
  return outlook;
}

std::vector<std::string> LearntNeeds::explain(ActorKey actor, const UserAttributes& who, SystemLoad load,
                                              UnixMillis now) {
  now = sane(now);
  const NeedSituation situation{actor, &user_of(actor), &who, load, now};
  const auto& user = *situation.user;
  const auto timing = timing_.outlook(situation);
  std::vector<std::string> reasons;
  reasons.push_back("asks for something within " + seconds(horizon_ms()) + ": " + percent(timing.within) +
                    (timing.within > 0 ? ", usually in " + seconds(timing.usually_ms) : std::string()));
  if (user.asked == 0)
    reasons.push_back("asked for nothing yet, so others are what it is judged by");
  else
    reasons.push_back("asked " + std::to_string(user.asked) + " times, last " +
                      seconds(static_cast<double>(std::max<UnixMillis>(now - user.last_ask, 0))) + " ago");
  const auto foreseen = foresee(situation, settings_.most_needs);
  if (foreseen.candidates.empty()) {
    reasons.push_back("nobody asked for anything yet");
    return reasons;
  }
  explain_need(situation, foreseen.candidates[0], reasons);
  reasons.insert(reasons.end(), foreseen.moves.begin(), foreseen.moves.end());
  return reasons;
}

void LearntNeeds::explain_need(const NeedSituation& situation, const NeedForecast::Candidate& likeliest,
                               std::vector<std::string>& reasons) {
  reasons.push_back("if so, for " + to_string(likeliest.need) + ": " + percent(likeliest.probability));
  const auto said = forecast_.speaks(situation, likeliest.need);
  std::vector<std::size_t> order(said.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, std::greater{}, [&](std::size_t i) { return std::abs(said[i]); });
  for (const auto input : order | std::views::take(kMostReasons)) {
    if (std::abs(said[input]) < 0.1F) break;
    const auto strength = std::to_string(std::lround(std::abs(said[input]) * 10));
    reasons.push_back(std::string(said[input] > 0 ? "for it" : "against it") + " speaks " +
                      std::string(need_input_names()[input]) + " (" + strength + " tenths of log odds)");
  }
}

std::vector<std::uint8_t> LearntNeeds::save() const {
  learn::RecordWriter writer;
  writer.number(kForm), writer.number(static_cast<std::uint64_t>(settings_.horizon.count()));
  writer.text(forecast_.save());
  writer.text(timing_.save());
  provision::StateWriter state;
  auto judge = judge_;
  judge.state(state);
  auto telling = telling_;
  telling.state(state);
  std::vector<std::pair<std::uint32_t, float>> use;
  use_.each([&](std::uint32_t machine, float share) { use.emplace_back(machine, share); });
  std::ranges::sort(use);
  state(static_cast<std::uint64_t>(use.size()));
  for (const auto& [machine, share] : use) state(machine), state(share);
  state(static_cast<std::uint64_t>(users_.size()));
  users_.each([&](ActorKey actor, const Known& known) {
    auto user = known.user;
    state(actor), user.state(state);
  });
  writer.text(state.octets());
  return std::move(writer.octets);
}

Result<void> LearntNeeds::load(std::span<const std::uint8_t> octets) {
  const auto wrong = [](std::string_view what) {
    return fail(ErrorCode::malformed, "the saved model of needs: " + std::string(what));
  };
  learn::RecordReader reader{octets};
  if (reader.number() != kForm) return wrong("octets of something else, or of another version");
  if (reader.number() != static_cast<std::uint64_t>(settings_.horizon.count()))
    return wrong("it was learnt with another horizon");
  LearntNeeds read(settings_);
  const auto forecast = reader.octets(), timing = reader.octets(), rest = reader.octets();
  if (!reader.whole()) return wrong("octets are missing, or too many");
  if (auto loaded = read.forecast_.load(forecast); !loaded) return loaded;
  if (auto loaded = read.timing_.load(timing); !loaded) return loaded;
  provision::StateReader state(rest);
  read.judge_.state(state);
  read.telling_.state(state);
  std::uint64_t many = 0;
  state(many);
  for (std::uint64_t i = 0; i < many && state.fine(); ++i) {
    std::uint32_t machine = 0;
    float share = 0;
    state(machine), state(share);
    read.use_.put(machine, std::clamp(share, 0.0F, 1.0F));
  }
  state(many);
  for (std::uint64_t i = 0; i < many && state.fine(); ++i) {
    ActorKey actor = 0;
    NeedUser user;
    state(actor), user.state(state);
    if (!user.sane()) return wrong("numbers that cannot be");
    read.users_.touch(actor).user = user;
  }
  if (!state.fine() || state.left() != 0 || !read.judge_.sane() || !read.telling_.restored())
    return wrong("numbers that cannot be");
  *this = std::move(read);
  return {};
}

}  // namespace

std::unique_ptr<NeedModel> make_need_model(const NeedModel::Settings& settings) {
  return std::make_unique<LearntNeeds>(settings);
}

}  // namespace harbinger::orchestrate
