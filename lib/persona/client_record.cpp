#include "persona/client_record.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "learn/octets.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace harbinger::persona {

namespace {

using learn::get_fixed;
using learn::put_fixed;

constexpr std::size_t kRecord = 8 + 16 + 8 + 4 + 4 + 4 + 2 + 1 + 1 + 1 + ClientProfile::kOctets;

// What nobody can have written: a share or a disk may hold anything.
bool sound(const Client& client) noexcept {
  return client.key != 0 && client.device < DeviceClass::limit && client.confidence >= 0 && client.confidence <= 1;
}

// A state with one number that is none would spoil the network's answers for good.
bool finite(const ClientProfile& profile) noexcept {
  std::array<float, kHidden> hidden;
  profile.read_hidden(hidden);
  return std::ranges::all_of(hidden, [](float each) { return std::isfinite(each); });
}

}  // namespace

void append_client(const Client& client, std::uint32_t seen_s, std::vector<std::uint8_t>& out) {
  const auto at = out.size();
  out.resize(at + kRecord);
  auto* to = put_fixed(out.data() + at, client.key);
  to = std::ranges::copy(client.token, to).out;
  to = put_fixed(to, client.expires);
  to = put_fixed(to, std::bit_cast<std::uint32_t>(client.confidence));
  to = put_fixed(to, client.acts);
  to = put_fixed(to, seen_s);
  to = put_fixed(to, client.life_s);
  *to++ = client.persona;
  *to++ = static_cast<std::uint8_t>(client.device);
  *to++ = client.by_rule ? 1 : 0;
  std::ranges::copy(client.profile.octets, to);
}

Result<void> read_clients(std::span<const std::uint8_t> octets,
                          const std::function<void(const Client&, std::uint32_t seen_s)>& use) {
  if (octets.size() % kRecord != 0) return fail(ErrorCode::malformed, "there is a part of a client");
  for (; !octets.empty(); octets = octets.subspan(kRecord)) {
    Client client;
    const auto* from = octets.data();
    client.key = get_fixed<std::uint64_t>(from);
    std::copy_n(from + 8, client.token.size(), client.token.begin());
    client.expires = get_fixed<std::int64_t>(from + 24);
    client.confidence = std::bit_cast<float>(get_fixed<std::uint32_t>(from + 32));
    client.acts = get_fixed<std::uint32_t>(from + 36);
    const auto seen_s = get_fixed<std::uint32_t>(from + 40);
    client.life_s = get_fixed<std::uint16_t>(from + 44);
    client.persona = from[46];
    client.device = static_cast<DeviceClass>(from[47]);
    client.by_rule = from[48] != 0;
    std::copy_n(from + 49, client.profile.octets.size(), client.profile.octets.begin());
    if (!sound(client)) return fail(ErrorCode::malformed, "there is a client that cannot be");
    use(client, seen_s);
  }
  return {};
}

std::vector<std::uint8_t> pack_profile(const ClientProfile& profile) {
  std::vector<std::uint8_t> octets(profile.octets.size() + 8);
  std::ranges::copy(profile.octets, octets.begin());
  learn::put_word(octets.data() + profile.octets.size(), XXH3_64bits(octets.data(), profile.octets.size()));
  return octets;
}

bool unpack_profile(std::span<const std::uint8_t> octets, ClientProfile& profile) {
  constexpr auto size = ClientProfile::kOctets;
  if (octets.size() != size + 8 || learn::get_word(octets.data() + size) != XXH3_64bits(octets.data(), size))
    return false;
  ClientProfile read;
  std::ranges::copy(octets.first(size), read.octets.begin());
  if (!finite(read)) return false;
  profile = read;
  return true;
}

}  // namespace harbinger::persona
