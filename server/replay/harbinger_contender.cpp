#include <algorithm>
#include <array>
#include <bitset>

#include <harbinger/rcu.h>
#include "server/replay/contender.h"

namespace harbinger::replay {

namespace {

// The model speaks in texts and numbers of its own.
class TraceNumbers {
 public:
  explicit TraceNumbers(const Trace& trace) : trace_(trace) {
    for (std::uint32_t i = 0; i < trace.resources.size(); ++i)
      by_hash_.at(hash_key(resource_hash(trace.resources.text(i)))) = i;
  }

  std::uint32_t of(std::string_view text) {
    const auto* known = by_hash_.find(hash_key(resource_hash(text)));
    if (known != nullptr && trace_.resources.text(*known) == text) return *known;
    return trace_.resources.size() + strangers_.intern(text);
  }
  // The same, remembered by the model's number, which may come to stand for another text.
  std::uint32_t of(ResourceId id, std::string_view text) {
    auto& number = by_id_[id % by_id_.size()];
    if (number == kNone || text_of(number) != text) number = of(text);
    return number;
  }

 private:
  std::string_view text_of(std::uint32_t number) const {
    const auto own = trace_.resources.size();
    return number < own ? trace_.resources.text(number) : strangers_.text(number - own);
  }
  static std::uint64_t hash_key(std::uint64_t hash) { return hash == FlatMap<std::uint32_t>::kFree ? 1 : hash; }

  const Trace& trace_;
  FlatMap<std::uint32_t> by_hash_;
  Names strangers_;  // texts that the model made up and the trace never has
  std::vector<std::uint32_t> by_id_ = std::vector<std::uint32_t>(1 << 16, kNone);
};

class HarbingerContender final : public Contender {
 public:
  HarbingerContender(const Trace& trace, const SequenceModel::Settings& settings,
                     std::unique_ptr<PersonaAdviser> adviser)
      : trace_(trace),
        numbers_(trace),
        adviser_(std::move(adviser)),
        model_(make_sequence_model(settings)),
        trails_(std::max<std::size_t>(trace.clients.size() * 4ULL, 1024), settings.session_gap_s * 1000LL) {}

  std::vector<std::string> names() const override {
    if (adviser_) return {"harbinger_persona", "harbinger_persona_served"};
    return {"harbinger", "harbinger_served"};
  }
  void learn(const Visit& visit) override {
    auto access = trace_.access(visit);
    access.persona = advise(visit);
    model_->learn(access);
    move(visit);
    if (!adviser_) return;
    for (const auto& each : adviser_->expected()) model_->suggest(each.context, each.persona, each.next);
  }
  // The model itself knows a client's place only by learning, so from here on it is told the way of each client.
  void follow(const Visit& visit) override {
    frozen_ = true;
    advise(visit);
    move(visit);
  }

  std::optional<PersonaUse> personas() const override {
    if (!adviser_) return std::nullopt;
    return PersonaUse{used_.count(), static_cast<double>(with_one_) / static_cast<double>(std::max(visits_, 1UL))};
  }

  std::size_t predict(std::size_t view, const Visit& latest, std::uint32_t from, std::span<Candidate> out) override {
    return view == 0 ? predicted(latest, out) : served(latest, from, out);
  }

 private:
  // The client's persona as a server knows it when this access comes, from what was before.
  PersonaId advise(const Visit& visit) {
    if (!adviser_) return 0;
    personas_[visit.client] = adviser_->persona_of(visit);
    adviser_->saw(visit);
    const auto persona = personas_[visit.client];
    ++visits_;
    if (persona == 0) return persona;
    ++with_one_;
    used_.set(persona);
    return persona;
  }

  void move(const Visit& visit) { trails_.move(visit.client + 1ULL, visit.resource + 1ULL, visit.at); }

  std::size_t guess(const Visit& latest) {
    const auto client = latest.client + 1ULL;
    if (!frozen_) return model_->predict(client, latest.at, guesses_);
    const auto* trail = trails_.find(client);
    std::array<std::string_view, SessionTrail::kLength> path;
    std::size_t size = 0;
    for (const auto resource : trail->recent())
      path[size++] = trace_.resources.text(static_cast<std::uint32_t>(resource - 1));
    std::reverse(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(size));
    return model_->predict_after(std::span(path).first(size), personas_[latest.client], latest.at, guesses_);
  }

  std::size_t predicted(const Visit& latest, std::span<Candidate> out) {
    guesses_.resize(out.size());
    const auto count = guess(latest);
    for (std::size_t i = 0; i < count; ++i)
      out[i] = {numbers_.of(guesses_[i].resource, model_->text(guesses_[i].resource)), guesses_[i].next,
                guesses_[i].soon};
    return count;
  }

  std::size_t served(const Visit& latest, std::uint32_t from, std::span<Candidate> out) {
    std::array<ServedTable::Successor, 16> successors;
    const auto current = resource_hash(trace_.resources.text(latest.resource));
    const auto previous = from == kNone ? 0 : resource_hash(trace_.resources.text(from));
    const auto room = std::span(successors).first(std::min(out.size(), successors.size()));
    const auto count = model_->served().find(current, previous, personas_[latest.client], room);
    std::size_t told = 0;
    for (const auto& each : room.first(count))
      if (each.is_for(latest.client + 1ULL)) out[told++] = {numbers_.of(each.text), each.next, each.soon};
    rcu::quiescent();
    return told;
  }

  rcu::Reader reader_;  // this thread reads what the model publishes
  const Trace& trace_;
  TraceNumbers numbers_;
  std::unique_ptr<PersonaAdviser> adviser_;  // null: everybody is of the default persona
  std::vector<PersonaId> personas_ = std::vector<PersonaId>(trace_.clients.size());
  std::bitset<256> used_;
  std::uint64_t visits_ = 0, with_one_ = 0;
  std::unique_ptr<SequenceModel> model_;
  SessionTrails trails_;
  bool frozen_ = false;
  std::vector<Guess> guesses_;
};

}  // namespace

std::unique_ptr<Contender> make_harbinger_contender(const Trace& trace, const SequenceModel::Settings& settings,
                                                    std::unique_ptr<PersonaAdviser> adviser) {
  return std::make_unique<HarbingerContender>(trace, settings, std::move(adviser));
}

}  // namespace harbinger::replay
