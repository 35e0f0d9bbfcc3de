// Who makes tags, and knows them again.
#include <harbinger/profile_tag.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <cstring>
#include <span>

#include "base/siphash.h"
#include "provision/tag_alphabet.h"

namespace harbinger {

namespace {

constexpr std::int64_t kDayS = 86'400;
constexpr std::size_t kHash = 15, kProof = 8;  // characters, of five bits each
static_assert(1 + kHash + kProof == ProfileTag::kLength);

struct Roots {
  SipKey periods, texts;
};

// HKDF-Expand (RFC 5869) with one block: the secret is uniform already, so nothing needs to be extracted.
Roots roots_of(const Secret& secret) {
  constexpr std::string_view kInfo = "harbinger client profile tags\x01";
  std::array<std::uint8_t, 32> block{};
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const std::uint8_t*>(kInfo.data()), kInfo.size(), block.data(), nullptr);
  const Roots roots{sip_key(std::span(block).first<16>()), sip_key(std::span(block).last<16>())};
  OPENSSL_cleanse(block.data(), block.size());
  return roots;
}

// Times before 1970 count down.
std::int64_t floor_of(std::int64_t number, std::int64_t by) { return number / by - (number % by < 0 ? 1 : 0); }

std::int64_t seconds_of(UnixMillis time) { return floor_of(time, 1000); }

// Octets to hash, on the stack.
class Octets {
 public:
  Octets& add(std::uint64_t word) {
    for (int i = 0; i < 8; ++i, word >>= 8) octets_[size_++] = static_cast<std::uint8_t>(word);
    return *this;
  }
  Octets& add(std::span<const char, 16> characters) {
    std::memcpy(&octets_[size_], characters.data(), characters.size());
    size_ += characters.size();
    return *this;
  }
  std::span<const std::uint8_t> view() const { return {octets_.data(), size_}; }

 private:
  std::array<std::uint8_t, 64> octets_;
  std::size_t size_ = 0;
};

// The lowest bits first.
void write(std::uint64_t bits, std::span<char> characters) {
  for (auto& character : characters) {
    character = tag_alphabet::kCharacters[bits % 32];
    bits /= 32;
  }
}

}  // namespace

// A key for each period comes out of the root by the same keyed hash that uses it, in some 30 ns. So nothing needs to be derived ahead, kept, or published.
struct ProfileTagKeys::Impl {
  Roots roots;
  std::int64_t rotate, overlap, bands;

  std::int64_t period(UnixMillis now) const { return floor_of(seconds_of(now), rotate); }
  std::int64_t since_begin(UnixMillis now) const { return seconds_of(now) - period(now) * rotate; }

  SipKey key(std::int64_t period) const {
    const auto half = [&](std::uint64_t number) {
      return siphash24(roots.periods, Octets().add(static_cast<std::uint64_t>(period)).add(number).view());
    };
    return {half(0), half(1)};
  }

  // Texts may have any length; of each a word counts.
  std::uint64_t word_of(std::string_view text) const {
    return siphash24(roots.texts, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  }

  // What a period's key hashes begins with what it is for: 0 and 1 for the two parts of a profile's hash, 2 for the proof.
  void write_hash(const ClientProfile& profile, const SipKey& key, std::span<char, kHash> to) const {
    const auto part = [&, location = word_of(profile.location), device = word_of(profile.device),
                       tier = word_of(profile.tier)](std::uint64_t number) {
      Octets octets;
      octets.add(number).add(location).add(device).add(tier).add(profile.persona | std::uint64_t{profile.band} << 32);
      return siphash24(key, octets.view());
    };
    write(part(0), to.first<12>());
    write(part(1), to.last<3>());
  }

  using Proof = std::array<char, kProof>;
  static Proof proof(std::span<const char, ProfileTag::kLength> text, const SipKey& key) {
    Proof proof;
    write(siphash24(key, Octets().add(2).add(text.first<1 + kHash>()).view()), proof);
    return proof;
  }

  bool proves(std::span<const char, ProfileTag::kLength> text, std::int64_t period) const {
    const auto right = proof(text, key(period));
    return CRYPTO_memcmp(right.data(), text.last<kProof>().data(), kProof) == 0;
  }
};

ProfileTagKeys::ProfileTagKeys(const Secret& secret, const Settings& settings) {
  const auto rotate = std::max<std::int64_t>(settings.rotate.count(), 1);
  const auto overlap = std::clamp<std::int64_t>(settings.overlap.count(), 0, rotate);
  const auto bands = std::clamp<std::int64_t>(settings.bands, 1, 255);
  impl_ = std::make_unique<Impl>(Impl{roots_of(secret), rotate, overlap, bands});
}

ProfileTagKeys::~ProfileTagKeys() { OPENSSL_cleanse(&impl_->roots, sizeof impl_->roots); }

ProfileTag ProfileTagKeys::make(const ClientProfile& profile, UnixMillis now) const {
  const auto period = impl_->period(now);
  const auto key = impl_->key(period);
  ProfileTag tag;
  const std::span text(tag.text_);
  write(static_cast<std::uint64_t>(period), text.first<1>());
  impl_->write_hash(profile, key, text.subspan<1, kHash>());
  std::ranges::copy(Impl::proof(text, key), text.last<kProof>().begin());
  return tag;
}

std::uint8_t ProfileTagKeys::band(UnixMillis now) const {
  const auto seconds = seconds_of(now);
  const auto of_day = seconds - floor_of(seconds, kDayS) * kDayS;
  return static_cast<std::uint8_t>(of_day * impl_->bands / kDayS);
}

ProfileTagKeys::Verdict ProfileTagKeys::check(const ProfileTag& tag, UnixMillis now) const noexcept {
  const auto present = impl_->period(now);
  const auto ahead = (tag_alphabet::value_of(tag.text_[0]) - present) & 31;
  if (ahead == 0) return impl_->proves(tag.text_, present) ? Verdict::ours : Verdict::forged;
  // The number is that of a period to come and of one that has been, 32 apart. Both are tried, whatever the first says.
  const bool to_come = impl_->proves(tag.text_, present + ahead);
  const bool has_been = impl_->proves(tag.text_, present + ahead - 32);
  const auto since = impl_->since_begin(now);
  if (to_come && ahead == 1 && impl_->rotate - since <= impl_->overlap) return Verdict::ours;
  if (has_been && ahead == 31 && since < impl_->overlap) return Verdict::ours;
  return to_come || has_been ? Verdict::expired : Verdict::forged;
}

}  // namespace harbinger
