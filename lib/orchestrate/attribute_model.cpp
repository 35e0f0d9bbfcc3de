// Takes acts one by one, and learns now and then.
#include <algorithm>
#include <cmath>

#include "orchestrate/attribute_state.h"
#include "orchestrate/kinds_finder.h"

namespace harbinger::orchestrate {
namespace {

constexpr std::size_t kMostSaved = 20'000;       // users
constexpr std::size_t kSample = 512;             // users to find kinds from
constexpr std::size_t kFewestActs = 10;          // of one of them
constexpr std::uint64_t kFirstSearch = 2'000;    // acts before kinds are looked for
constexpr std::uint64_t kMostBetween = 200'000;  // acts between two searches, at the most; a quarter more than before
constexpr std::uint64_t kLabelsRest = 2'000;     // acts within which labels are learnt from
constexpr float kFirm = 0.6F;                    // confidence by which a change counts
constexpr float kHiddenKept = 1 - 1.0F / 32;
constexpr double kLabelsOfLate = 200;
constexpr std::array<std::uint8_t, kAttributes> kUnlabelled{LabelledUser::kNone, LabelledUser::kNone,
                                                            LabelledUser::kNone, LabelledUser::kNone};

class Model final : public AttributeModel {
 public:
  Model(const Settings& settings, std::unique_ptr<ActReader> reader)
      : settings_(settings),
        reader_(std::move(reader)),
        state_(std::make_unique<AttributeState>(settings.users, width())) {}

  void heard(std::span<const Activity> acts) override {
    while (!acts.empty()) {
      const auto batch = acts.first(reader_ ? no_actor_twice(acts) : acts.size());
      read(batch);
      for (const auto& act : batch)
        if (act.actor != 0) take(act);
      acts = acts.subspan(batch.size());
    }
    learn_when_due();
  }

  UserAttributes of(ActorKey actor) const override {
    UserAttributes attributes;
    auto* user = state_->users.find(actor);
    if (user == nullptr) return attributes;
    const auto beliefs = state_->beliefs(*user);
    for (std::size_t i = 0; i < kAttributes; ++i) attributes.beliefs[i] = belief_of(*state_, *user, beliefs, i);
    attributes.cluster = cluster_of(*state_, beliefs);
    return attributes;
  }

  Result<void> label(ActorKey actor, Attribute attribute, std::uint8_t value) override {
    const auto values = values_of(attribute);
    if (value >= values.size())
      return fail(ErrorCode::malformed, std::string(to_string(attribute)) + " has no value " + std::to_string(value) +
                                            "; there are " + std::to_string(values.size()) + ", from 0 on");
    auto* user = state_->users.find(actor);
    if (user == nullptr) return fail(ErrorCode::not_found, "this user did nothing yet that could be learnt from");
    const auto place = static_cast<std::size_t>(attribute);
    judge(*user, place, value);
    if (auto fine = state_->labels.label(actor, place, value); !fine) return fine;
    labels_came();
    return {};
  }

  Result<void> unlabel(ActorKey actor, Attribute attribute) override {
    if (attribute >= Attribute::limit || !state_->labels.unlabel(actor, static_cast<std::size_t>(attribute)))
      return fail(ErrorCode::not_found, "this user has no such label");
    labels_came();
    return {};
  }

  Result<void> pin(std::vector<Rule> rules) override {
    auto made = AttributeRules::make(std::move(rules));
    if (!made) return fail(std::move(made.error()));
    state_->rules = std::move(*made);
    ++state_->rules_version;
    return {};
  }

  std::vector<std::string> explain(ActorKey actor) const override {
    auto* user = state_->users.find(actor);
    if (user == nullptr) return {};
    return explain_user(*state_, *user);
  }

  Counts counts() const override {
    Counts counts;
    counts.users = state_->users.size();
    counts.labels = state_->labels.labels();
    counts.changes = state_->changes;
    counts.clusters = state_->learnt.kinds.kinds().size();
    counts.held_out_error = state_->judged > 0 ? state_->wrong / state_->judged : 0;
    return counts;
  }

  std::vector<std::uint8_t> save() const override { return encode_state(*state_, kMostSaved); }

  Result<void> load(std::span<const std::uint8_t> octets) override {
    auto read = std::make_unique<AttributeState>(settings_.users, width());
    if (auto fine = decode_state(octets, *read); !fine) return fine;
    read->rules = std::move(state_->rules);
    read->rules_version = state_->rules_version;
    state_ = std::move(read);
    next_search_ = state_->acts + between_;
    labels_since_ = 0;
    return {};
  }

 private:
  std::size_t width() const { return reader_ ? reader_->width() : 0; }

  // How many of the first acts are of different actors.
  static std::size_t no_actor_twice(std::span<const Activity> acts) {
    std::vector<ActorKey> seen;
    for (const auto& act : acts) {
      if (std::ranges::find(seen, act.actor) != seen.end() || seen.size() >= 256) break;
      seen.push_back(act.actor);
    }
    return seen.size();
  }

  void read(std::span<const Activity> acts) {
    if (!reader_) return;
    std::vector<float> states(acts.size() * width(), 0);
    const auto part = [&](std::size_t i) { return std::span(states).subspan(i * width(), width()); };
    for (std::size_t i = 0; i < acts.size(); ++i)
      if (const auto* user = state_->users.find(acts[i].actor); user != nullptr && !user->hidden.empty())
        std::ranges::copy(user->hidden, part(i).begin());
    reader_->read(acts, states);
    for (std::size_t i = 0; i < acts.size(); ++i)
      if (acts[i].actor != 0) remember_state(state_->users.touch(acts[i].actor), part(i));
  }

  static void remember_state(UserProfile& user, std::span<const float> hidden) {
    user.hidden.assign(hidden.begin(), hidden.end());
    if (user.hidden_mean.empty()) user.hidden_mean.assign(hidden.size(), 0);
    // A mean of all acts at first, of the last ones later.
    const float keep = std::min(kHiddenKept, 1 - 1 / static_cast<float>(user.heard + 1));
    for (std::size_t i = 0; i < hidden.size(); ++i)
      user.hidden_mean[i] = keep * user.hidden_mean[i] + (1 - keep) * hidden[i];
  }

  void take(const Activity& act) {
    auto& user = state_->users.touch(act.actor);
    state_->refresh(user);
    const auto known = known_act(act, user.last(), user.last_at);
    state_->words.hear(act, known);
    user.push(known);
    user.last_at = std::max(user.last_at, act.at);
    take_act(user.runs, state_->learnt.says(known, user.hidden), state_->learnt);
    ++state_->acts;
    if (!state_->rules.empty()) apply_rules(user, act);
    count_changes(user);
  }

  void apply_rules(UserProfile& user, const Activity& act) {
    if (user.rules_version != state_->rules_version) user.rules.fill(0);
    user.rules_version = state_->rules_version;
    const auto fits = state_->rules.fits(act);
    for (std::size_t i = 0; i < kAttributes; ++i)
      if (fits[i] != AttributeRules::kNone) user.rules[i] = static_cast<std::uint16_t>(fits[i] + 1);
  }

  void count_changes(UserProfile& user) {
    const auto beliefs = beliefs_of(user.runs, state_->learnt);
    for (std::size_t i = 0; i < kAttributes; ++i) {
      const auto belief = belief_of(*state_, user, beliefs, i);
      if (belief.confidence < kFirm) continue;
      if (user.told[i] != UserProfile::kNone && user.told[i] != belief.value) ++state_->changes;
      user.told[i] = belief.value;
    }
  }

  // Before it is learnt from: whether it was known.
  void judge(UserProfile& user, std::size_t attribute, std::uint8_t value) {
    const auto mine = state_->beliefs(user).values;
    const auto believed = scores_of(mine, attribute);
    const auto best = std::ranges::max_element(believed);
    if (*best <= 0) return;
    const double keep = 1 - 1 / kLabelsOfLate;
    state_->judged = state_->judged * keep + 1;
    state_->wrong = state_->wrong * keep + (best - believed.begin() == value ? 0 : 1);
  }

  // Many labels that come one by one are learnt from now and then, and the last of them within some acts.
  void labels_came() {
    if (labels_since_++ == 0) learn_labels_at_ = state_->acts + kLabelsRest;
    if (labels_since_ * 5 >= state_->labels.labels()) learn_labels();
  }

  void learn_when_due() {
    if (state_->acts >= next_search_) {
      learn_kinds();
      between_ = std::min(kMostBetween, between_ + between_ / 4);
      next_search_ = state_->acts + between_;
      learn_labels();
    } else if (labels_since_ > 0 && state_->acts >= learn_labels_at_) {
      learn_labels();
    }
  }

  void learn_labels() {
    labels_since_ = 0;
    state_->labels.complete(state_->users);
    state_->learnt.learn_labels(state_->labels.examples());
  }

  void learn_kinds() {
    state_->labels.complete(state_->users);
    auto sample = state_->labels.examples();
    if (sample.size() > kSample / 2) sample.resize(kSample / 2);
    std::vector<UserProfile*> others;
    for (auto* user = state_->users.newest(); user != nullptr && others.size() < 16 * kSample;
         user = state_->users.before(*user))
      if (user->heard >= kFewestActs && !state_->labels.has(user->actor)) others.push_back(user);
    // Evenly from all who acted of late, since those of one kind may act together.
    const std::size_t step = std::max<std::size_t>(1, (others.size() + kSample - 1) / kSample);
    for (std::size_t i = 0; i < others.size() && sample.size() < kSample; i += step) {
      state_->refresh(*others[i]);
      auto acts = others[i]->acts_since_change();
      if (acts.size() >= kFewestActs) sample.push_back({others[i]->actor, kUnlabelled, std::move(acts), {}});
    }
    state_->learnt.learn_kinds(sample, settings_.seed);
  }

  const Settings settings_;
  std::unique_ptr<ActReader> reader_;
  std::unique_ptr<AttributeState> state_;
  std::uint64_t between_ = kFirstSearch, next_search_ = kFirstSearch, learn_labels_at_ = 0;
  std::size_t labels_since_ = 0;
};

}  // namespace

std::unique_ptr<AttributeModel> make_attribute_model(const AttributeModel::Settings& settings,
                                                     std::unique_ptr<ActReader> reader) {
  return std::make_unique<Model>(settings, std::move(reader));
}

}  // namespace harbinger::orchestrate
