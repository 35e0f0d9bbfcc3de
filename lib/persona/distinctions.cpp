#include "persona/distinctions.h"

#include <algorithm>
#include <cmath>

#include "persona/cluster_features.h"

namespace harbinger::persona {

namespace {

// Below so much nobody would call it a habit.
constexpr float kLeastShare = 0.3F, kLeastLift = 1.3F;

std::string per_cent(float share) { return std::to_string(std::lround(share * 100)) + " %"; }

float strength_of(float here, float usual) {
  constexpr float kFloor = 0.005F;
  return here * std::log(std::max(here, kFloor) / std::max(usual, kFloor));
}

// How a share of acts or clients is said; those that are no shares have none.
struct Saying {
  Feature feature;
  std::string_view sentence, word;
};
constexpr std::array kSayings{
    Saying{Feature::night, "of its acts are at night", "night"},
    Saying{Feature::repeat, "of its acts repeat a recent one", "repeating"},
    Saying{Feature::failed, "of its acts fail", "failing"},
    Saying{Feature::regularity, "regularity of its gaps", "regular"},
    Saying{Feature::navigation, "of its acts fetch pages", "browsing"},
    Saying{Feature::click, "of its acts are clicks", "clicking"},
    Saying{Feature::scroll, "of its acts are scrolling", "scrolling"},
    Saying{Feature::api_call, "of its acts are API calls", "api-calling"},
    Saying{Feature::playback, "of its acts are playback", "playing"},
    Saying{Feature::desktop, "of its devices are desktops", "desktop"},
    Saying{Feature::phone, "of its devices are phones", "phone"},
    Saying{Feature::tablet, "of its devices are tablets", "tablet"},
    Saying{Feature::television, "of its devices are televisions", "television"},
    Saying{Feature::console, "of its devices are consoles", "console"},
    Saying{Feature::thing, "of its devices are things", "thing"},
    Saying{Feature::bot, "of its devices are bots", "bot"},
    Saying{Feature::server, "of its devices are servers", "server"},
    Saying{Feature::fragments, "of its acts fetch fragments", "fragments"},
    Saying{Feature::video, "of its acts are about video", "video"},
    Saying{Feature::game, "of its acts are about games", "game"},
    Saying{Feature::social, "of its acts are about social media", "social"},
    Saying{Feature::reading, "of its acts are about reading", "reading"},
    Saying{Feature::telemetry, "of its acts are telemetry", "telemetry"},
};

}  // namespace

std::string persona_word(std::string_view text) {
  constexpr std::size_t kMost = 31;
  std::string word;
  for (const char each : text) {
    const char lower = each >= 'A' && each <= 'Z' ? static_cast<char>(each + 32) : each;
    const bool plain = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
    if (plain)
      word += lower;
    else if (!word.empty() && word.back() != '-')
      word += '-';
    if (word.size() == kMost) break;
  }
  while (!word.empty() && word.back() == '-') word.pop_back();
  return word.empty() ? "persona" : word;
}

Distinctions::Reach::Reach(std::span<const ClientState* const> who)
    : clients(static_cast<float>(who.size())), resources(ActCode::kResources), sites(ActCode::kSites) {
  std::vector<std::uint32_t> seen(ActCode::kSites, 0);  // client that a site was counted for last, from 1 on
  std::uint32_t number = 0;
  for (const auto* client : who) {
    ++number;
    for (const auto name : client->names) {
      if (name >> 24 == 0) continue;
      const auto act = ActCode::unpack(name);
      ++resources[act.resource];
      if (std::exchange(seen[act.site], number) != number) ++sites[act.site];
    }
  }
}

Distinctions::Distinctions(std::span<const ClientState* const> everybody, const ResourceNames& names)
    : names_(names), all_(everybody), usual_(features_of(everybody)) {}

std::vector<Distinction> Distinctions::of(std::span<const ClientState* const> clients, std::size_t most) const {
  std::vector<Distinction> found;
  tell_names(Reach(clients), found);
  tell_features(features_of(clients), found);
  std::ranges::sort(found, std::ranges::greater(), &Distinction::strength);
  if (found.size() > most) found.resize(most);
  return found;
}

void Distinctions::tell_names(const Reach& here, std::vector<Distinction>& to) const {
  const auto tell = [&](float count, float all, std::string_view text, float worth) {
    const float share = here.share(count), usual = all_.share(all);
    if (share < kLeastShare || share < usual * kLeastLift || text.empty()) return;
    // A name of two labels is its own site.
    const auto word = persona_word(text);
    if (std::ranges::find(to, word, &Distinction::word) != to.end()) return;
    to.push_back({worth * strength_of(share, usual),
                  per_cent(share) + " of its clients ask for " + std::string(text) + ", " + per_cent(usual) + " of all",
                  word});
  };
  for (std::size_t i = 0; i < here.sites.size(); ++i)
    if (here.sites[i] > 0) tell(here.sites[i], all_.sites[i], names_.site(static_cast<std::uint16_t>(i)), 1);
  // Where a whole site is typical, its resources say little more.
  constexpr float kPart = 0.9F;
  for (std::size_t i = 0; i < here.resources.size(); ++i)
    if (here.resources[i] > 0)
      tell(here.resources[i], all_.resources[i], names_.resource(static_cast<std::uint16_t>(i)), kPart);
}

void Distinctions::tell_features(const Features& here, std::vector<Distinction>& to) const {
  for (const auto& saying : kSayings) {
    const float share = here[static_cast<std::size_t>(saying.feature)];
    const float told = usual_[static_cast<std::size_t>(saying.feature)], usual = std::isfinite(told) ? told : 0;
    if (!std::isfinite(share) || share < kLeastShare || share < usual * kLeastLift) continue;
    to.push_back({strength_of(share, usual),
                  per_cent(share) + ' ' + std::string(saying.sentence) + ", " + per_cent(usual) + " of all",
                  std::string(saying.word)});
  }
}

}  // namespace harbinger::persona
