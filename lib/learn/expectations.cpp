#include "learn/expectations.h"

#include <algorithm>
#include <atomic>
#include <list>
#include <mutex>

namespace harbinger {

namespace {

// Who hears all learners. The lock is held while they hear, so that nobody is called once its handle is gone.
struct HearingAll {
  std::mutex lock;
  std::list<Foresight::Listener> listeners;
  std::atomic<std::size_t> count{0};
};
HearingAll& hearing_all() {
  static HearingAll only;
  return only;
}

}  // namespace

std::shared_ptr<void> Expectations::add_to_all(Foresight::Listener listener) {
  auto& all = hearing_all();
  const std::lock_guard guard(all.lock);
  const auto place = all.listeners.insert(all.listeners.end(), std::move(listener));
  ++all.count;
  return {&*place, [place](void*) {
            auto& hearing = hearing_all();
            const std::lock_guard wait(hearing.lock);
            hearing.listeners.erase(place);
            --hearing.count;
          }};
}

std::shared_ptr<void> Expectations::add(Foresight::Listener listener) {
  auto handle = std::make_shared<Foresight::Listener>(std::move(listener));
  listeners_.push_back(handle);
  return handle;
}

bool Expectations::heard() {
  std::erase_if(listeners_, [](const auto& each) { return each.expired(); });
  return !listeners_.empty() || hearing_all().count.load(std::memory_order_relaxed) > 0;
}

void Expectations::tell(const Access& access, MonotonicTime at, SequenceModel& model, FragmentModel* fragments) {
  parts_.clear();
  gather_guesses(access, model);
  if (fragments) gather_fragments(access, *fragments);
  if (parts_.empty()) return;
  const Foresight::Expectation expectation{&access, at, parts_};
  for (const auto& each : listeners_)
    if (const auto listener = each.lock()) (*listener)(expectation);
  auto& all = hearing_all();
  if (all.count.load(std::memory_order_relaxed) == 0) return;
  const std::lock_guard guard(all.lock);
  for (const auto& listener : all.listeners) listener(expectation);
}

void Expectations::gather_guesses(const Access& access, SequenceModel& model) {
  const auto count = model.predict(access.client, access.at, guesses_);
  for (const auto& guess : std::span(guesses_).first(count))
    if (const auto text = model.text(guess.resource); !text.empty())
      parts_.push_back({text, guess.next, guess.soon, guess.in_ms, model.size_bytes(guess.resource)});
}

// What the model says of a fragment stands back behind what is known of the whole that it belongs to.
void Expectations::gather_fragments(const Access& access, FragmentModel& fragments) {
  ahead_ = fragments.ahead(access.client, access.at, kLeastFragment, kMostFragments);
  texts_.clear();
  for (const auto& each : ahead_) texts_.push_back(each.fragment.text());
  std::erase_if(parts_, [&](const auto& part) { return std::ranges::find(texts_, part.resource) != texts_.end(); });
  for (std::size_t i = 0; i < ahead_.size(); ++i) {
    const auto probability = static_cast<float>(ahead_[i].probability);
    const auto size =
        ahead_[i].fragment.range
            ? static_cast<std::uint32_t>(std::min<std::uint64_t>(ahead_[i].fragment.range->length, UINT32_MAX))
            : access.size_bytes;
    parts_.push_back({texts_[i], probability, probability, ahead_[i].in_ms, size});
  }
}

}  // namespace harbinger
