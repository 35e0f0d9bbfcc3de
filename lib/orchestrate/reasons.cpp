#include "orchestrate/reasons.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace harbinger::orchestrate {

namespace {

template <class... Values>
std::string printed(const char* form, Values... values) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), form, values...);
  return text.data();
}

std::string_view spoken(Belief::By by) {
  static constexpr std::array<std::string_view, 4> kWords{"nothing", "what was seen", "a label", "a rule"};
  const auto place = static_cast<std::size_t>(by);
  return place < kWords.size() ? kWords[place] : "?";
}

}  // namespace

std::string decimal(double value) {
  const double size = std::fabs(value);
  if (size >= 0.01 || size < 1e-12) return printed("%.2f", value);
  return printed("%.1g", value);
}

std::string share(unsigned part, unsigned of) { return std::to_string(part) + " of " + std::to_string(of); }

std::string spoken(Duration time) {
  const double seconds = std::chrono::duration<double>(time).count();
  if (seconds < 90) return printed("%.0f s", std::max(seconds, 0.0));
  if (seconds < 90 * 60) return printed("%.0f min", seconds / 60);
  return printed("%.1f h", seconds / 3600);
}

std::string user_text(ActorKey user) { return printed("u%016llx", static_cast<unsigned long long>(user)); }

std::string waits_for_approval(std::uint64_t action) {
  return "action " + std::to_string(action) + " waits for approval";
}

std::string reason_to_make(ActorKey user, const LikelyNeed& likely, const Worth& worth) {
  return user_text(user) + " is likely (" + decimal(likely.probability) + ") to ask for " + to_string(likely.need) +
         " in " + spoken(likely.usually_in) + "; a ready one costs " + decimal(worth.idle) + ", waiting " +
         decimal(worth.waiting);
}

std::string reason_to_change(ActorKey user, const Need& before, const LikelyNeed& likely) {
  return user_text(user) + " is more likely (" + decimal(likely.probability) + ") to ask for " +
         to_string(likely.need) + " than for " + to_string(before) + ", which is there";
}

std::string reason_to_give_up(ActorKey user, const Need& need, float probability, double break_even) {
  return user_text(user) + " is not likely any more (" + decimal(probability) + ") to ask for " + to_string(need) +
         "; from " + decimal(break_even) + " it would pay";
}

std::vector<std::string> spoken(const UserAttributes& who) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < kAttributes; ++i) {
    const auto attribute = static_cast<Attribute>(i);
    const auto& belief = who.of(attribute);
    const auto values = values_of(attribute);
    if (belief.by == Belief::By::nothing || belief.value >= values.size()) continue;
    lines.push_back(std::string(to_string(attribute)) + ": " + std::string(values[belief.value]) + " (" +
                    decimal(belief.confidence) + ", by " + std::string(spoken(belief.by)) + ")");
  }
  return lines;
}

}  // namespace harbinger::orchestrate
