// Client profile tags: short texts that stand for what a client is, and that nobody can make up or read back.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <harbinger/access.h>
#include <harbinger/name.h>
#include <harbinger/persona_id.h>
#include <harbinger/result.h>
#include <harbinger/secret_file.h>
#include <harbinger/tag_text.h>

namespace harbinger {

/// What a client is, as far as it matters for the machine that serves it.
struct ClientProfile {
  std::string location{};  ///< a cluster's or country's name
  std::string device{};    ///< class of device
  PersonaId persona = 0;   ///< class of its history
  std::string tier{};      ///< of the service that it is given
  std::uint8_t band = 0;   ///< of the time of day; see ProfileTagKeys::Settings::bands
  friend bool operator==(const ClientProfile&, const ClientProfile&) = default;
};

/// 24 characters of base32 without look-alikes (0-9, a-z without i, l, o, u; as Crockford's): one tells the key, 15 are a keyed hash of the profile, 8 prove that
/// the other 16 are of our making. A value; without case.
class ProfileTag {
 public:
  static constexpr std::size_t kLength = 24;
  static constexpr std::string_view kLabel = "cpt-";  ///< in front of it where it is a label of a name

  /// Nothing when the text is no tag, whoever may have made it. No allocation.
  static std::optional<ProfileTag> parse(std::string_view text) noexcept;
  std::string_view text() const { return {text_.data(), kLength}; }
  /// What facts, tables and journals know it by; the same for the same tag, also in another process. Never 0 nor UINT64_MAX.
  std::uint64_t key() const noexcept;
  friend bool operator==(const ProfileTag&, const ProfileTag&) = default;

 private:
  friend class ProfileTagKeys;
  ProfileTag() = default;
  std::array<char, kLength> text_{};
};

/// The keys that tags are made and known with. Immutable; any thread.
class ProfileTagKeys {
 public:
  struct Settings {
    std::chrono::seconds rotate{86'400};  ///< a new key so often, derived from the secret and the number of the period
    std::chrono::seconds overlap{3'600};  ///< for so long tags of the last key hold beside those of the present one
    unsigned bands = 6;                   ///< of a day, in UTC
  };
  ProfileTagKeys(const Secret& secret, const Settings& settings);
  ~ProfileTagKeys();

  /// The tag of a profile at a time. No allocation.
  ProfileTag make(const ClientProfile& profile, UnixMillis now) const;
  /// The band of the day that a time is in: 0 .. bands - 1.
  std::uint8_t band(UnixMillis now) const;

  /// `ours`: of the present period, of the last one or the next one while they overlap with it. `expired`: of our making, of another time, from 31 periods ago on.
  enum class Verdict : std::uint8_t { ours, expired, forged };
  /// No lock, no allocation; in constant time as far as the authenticator goes.
  Verdict check(const ProfileTag& tag, UnixMillis now) const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The first label of a name that is a tag ("cpt-" and the tag), if there is one. No allocation.
std::optional<ProfileTag> tag_in(const Name& name) noexcept;
/// `cpt=` of a URL's query, the first that is a tag. As it stands: nothing that is written with %XX.
std::optional<ProfileTag> tag_in_url(std::string_view url) noexcept;
/// The URL with this tag at the end of its query, in place of all that may be there; the fragment stays behind it.
std::string with_tag(std::string_view url, const ProfileTag& tag);

}  // namespace harbinger
