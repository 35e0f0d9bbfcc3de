#include "plugins/prefetch/svcb_hints.h"

#include <algorithm>
#include <array>

namespace harbinger::prefetch {

namespace {

std::size_t u16_at(const Rdata& data, std::size_t at) { return static_cast<std::size_t>(data[at] << 8 | data[at + 1]); }

// Behind priority and target; 0 for an alias (RFC 9460 sec. 2.4.2), and for what is too short to be a record.
std::size_t params_at(const Rdata& data) {
  if (data.size() < 3 || u16_at(data, 0) == 0) return 0;
  std::size_t at = 2;
  while (at < data.size() && data[at] != 0) at += data[at] + std::size_t{1};
  return at < data.size() ? at + 1 : 0;
}

bool add_to(Rdata& data, std::span<const std::uint8_t> hints) {
  auto at = params_at(data);
  if (at == 0) return false;
  while (at + 4 <= data.size() && u16_at(data, at) < kHintKey) at += 4 + u16_at(data, at + 2);
  if (at > data.size() || (at + 4 <= data.size() && u16_at(data, at) == kHintKey)) return false;
  const std::array<std::uint8_t, 4> head{kHintKey >> 8, kHintKey & 0xff, static_cast<std::uint8_t>(hints.size() >> 8),
                                         static_cast<std::uint8_t>(hints.size())};
  const auto place = data.insert(data.begin() + static_cast<std::ptrdiff_t>(at), head.begin(), head.end());
  data.insert(place + head.size(), hints.begin(), hints.end());
  return true;
}

}  // namespace

bool add_hints(Reply& reply, RRType type, std::span<const std::uint8_t> hints) {
  const auto is_signature = [](const Record& record) { return record.type == RRType::RRSIG; };
  if (hints.empty() || std::ranges::any_of(reply.answers(), is_signature)) return false;
  bool added = false;
  for (auto& record : reply.answers())
    if (record.type == type) added |= add_to(record.rdata, hints);
  return added;
}

}  // namespace harbinger::prefetch
