#include "orchestrate/label_book.h"

#include <algorithm>

namespace harbinger::orchestrate {

Result<void> LabelBook::label(ActorKey actor, std::size_t attribute, std::uint8_t value) {
  auto found = places_.find(actor);
  if (found == places_.end()) {
    if (users_.size() >= kMost)
      return fail(ErrorCode::too_large,
                  std::to_string(kMost) + " users are labelled; take labels from others before more are given");
    found = places_.emplace(actor, users_.size()).first;
    users_.emplace_back().actor = actor;
  }
  users_[found->second].labels[attribute] = value;
  return {};
}

bool LabelBook::unlabel(ActorKey actor, std::size_t attribute) {
  const auto found = places_.find(actor);
  if (found == places_.end() || users_[found->second].labels[attribute] == LabelledUser::kNone) return false;
  auto& user = users_[found->second];
  user.labels[attribute] = LabelledUser::kNone;
  const bool bare = std::ranges::all_of(user.labels, [](auto label) { return label == LabelledUser::kNone; });
  if (!bare) return true;
  users_.erase(users_.begin() + static_cast<std::ptrdiff_t>(found->second));
  places_.clear();
  for (std::size_t i = 0; i < users_.size(); ++i) places_.emplace(users_[i].actor, i);
  return true;
}

std::optional<std::uint8_t> LabelBook::find(ActorKey actor, std::size_t attribute) const {
  const auto found = places_.find(actor);
  if (found == places_.end()) return std::nullopt;
  const auto label = users_[found->second].labels[attribute];
  return label == LabelledUser::kNone ? std::nullopt : std::optional(label);
}

void LabelBook::complete(ProfileBook& users) {
  for (auto& user : users_) {
    if (user.acts.size() >= LabelledUser::kMostActs) continue;
    const auto* record = users.find(user.actor);
    if (record == nullptr || record->acts() <= user.acts.size()) continue;
    user.acts = record->last_acts();
    user.hidden = record->hidden_mean;
  }
}

std::vector<LabelledUser> LabelBook::examples() const {
  std::array<std::size_t, kValues> counts{};
  std::vector<LabelledUser> examples;
  for (auto user = users_.rbegin(); user != users_.rend(); ++user) {
    auto example = *user;
    bool any = false;
    for (std::size_t attribute = 0; attribute < kAttributes; ++attribute) {
      auto& label = example.labels[attribute];
      if (label == LabelledUser::kNone) continue;
      if (counts[kFirstValue[attribute] + label]++ >= kMostOfValue)
        label = LabelledUser::kNone;
      else
        any = true;
    }
    if (any) examples.push_back(std::move(example));
  }
  return examples;
}

std::size_t LabelBook::labels() const {
  std::size_t count = 0;
  for (const auto& user : users_)
    count += static_cast<std::size_t>(
        std::ranges::count_if(user.labels, [](auto label) { return label != LabelledUser::kNone; }));
  return count;
}

void LabelBook::adopt(std::vector<LabelledUser> users) {
  users_ = std::move(users);
  places_.clear();
  for (std::size_t i = 0; i < users_.size(); ++i) places_.emplace(users_[i].actor, i);
}

}  // namespace harbinger::orchestrate
