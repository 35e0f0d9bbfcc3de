#include "plugins/vm_provisioning/profiles.h"

#include <algorithm>

#include <harbinger/persona_directory.h>

namespace harbinger::vm_provisioning {

namespace {

bool counts(const Config& config, ProfileWord word) {
  return std::ranges::find(config.profile, word) != config.profile.end();
}

// As the catalogue says: `attribute device phone`.
std::string device_of(PersonaId persona) {
  const auto* profile = persona_directory().profile(persona);
  if (!profile) return {};
  const auto found = std::ranges::find(profile->attributes, "device", &std::pair<std::string, std::string>::first);
  return found == profile->attributes.end() ? std::string() : found->second;
}

}  // namespace

Result<std::unique_ptr<ClientProfiles>> ClientProfiles::make(const Config& config, const ProfileTagKeys& keys) {
  std::unique_ptr<ClientProfiles> made(new ClientProfiles(config, keys));
  auto tiers = tiers_of(config.tiers);
  if (!tiers) return fail(tiers.error());
  made->tiers_ = std::move(*tiers);
  return made;
}

ClientProfiles::ClientProfiles(const Config& config, const ProfileTagKeys& keys)
    : keys_(keys),
      period_ms_(std::chrono::milliseconds(tags_of(config.tags).rotate).count()),
      location_(counts(config, ProfileWord::location)),
      device_(counts(config, ProfileWord::device)),
      persona_(counts(config, ProfileWord::persona)) {}

// 20 bits of the period, 8 of the band, 8 of the persona, 12 of the tier, 16 of the country. The device follows from the persona.
std::uint64_t ClientProfiles::code_of(const Seen& seen, std::uint16_t tier, UnixMillis now) const noexcept {
  const auto period = static_cast<std::uint64_t>(now / period_ms_) & 0xfffffU;
  std::uint64_t code = period << 44 | std::uint64_t{keys_.band(now)} << 36 | std::uint64_t{tier} << 16;
  if (persona_ || device_) code |= std::uint64_t{seen.persona} << 28;
  if (location_)
    code |= static_cast<std::uint64_t>(static_cast<unsigned char>(seen.place.country[0])) << 8 |
            static_cast<unsigned char>(seen.place.country[1]);
  return code;
}

KnownTag ClientProfiles::make_tag(const Seen& seen, std::uint16_t tier, UnixMillis now) const {
  ClientProfile profile{.tier = std::string(tiers_.name(tier)), .band = keys_.band(now)};
  if (location_ && seen.place.has_country()) profile.location.assign(seen.place.country.data(), 2);
  if (device_) profile.device = device_of(seen.persona);
  if (persona_) profile.persona = seen.persona;
  const auto tag = keys_.make(profile, now);
  KnownTag known{.key = tag.key()};
  std::ranges::copy(tag.text(), known.text.begin());
  return known;
}

KnownTag ClientProfiles::tag_of(const Seen& seen, UnixMillis now) const noexcept {
  const auto tier = tiers_.size() == 0 ? std::uint16_t{0} : tiers_.find(seen.address, {});
  const auto code = code_of(seen, tier, now);
  if (const auto known = memo_.find(code)) return *known;
  const auto made = make_tag(seen, tier, now);
  memo_.keep(code, made);
  return made;
}

}  // namespace harbinger::vm_provisioning
