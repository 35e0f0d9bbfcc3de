#include <harbinger/troubled.h>

#include <algorithm>

#include <harbinger/foresight.h>

namespace harbinger {

bool Troubled::is(std::string_view name) const noexcept {
  const auto* patterns = patterns_.load();
  if (!patterns) return false;
  return std::ranges::any_of(*patterns, [&](const auto& each) { return matches_pattern(each, name); });
}

void Troubled::Reporter::say(std::vector<std::string> patterns) {
  if (patterns == said_) return;
  said_ = std::move(patterns);
  const std::lock_guard guard(all_.writing_);
  std::erase_if(all_.said_, [this](const auto& each) { return each.first == this; });
  if (!said_.empty()) all_.said_.emplace_back(this, said_);
  auto all = std::make_unique<Patterns>();
  for (const auto& [reporter, theirs] : all_.said_) all->insert(all->end(), theirs.begin(), theirs.end());
  all_.patterns_.publish(all.release());
}

Troubled& troubled() {
  static Troubled only;
  return only;
}

}  // namespace harbinger
