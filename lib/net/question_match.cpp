#include "net/question_match.h"

#include <algorithm>

namespace harbinger::net {

namespace {

constexpr std::size_t kHeader = 12, kTypeAndClass = 4, kLongestName = 255;

std::uint16_t u16(Octets octets, std::size_t at) {
  return static_cast<std::uint16_t>(octets[at] << 8 | octets[at + 1]);
}

// Length octets are below 64, so folding case changes letters only.
std::uint8_t fold(std::uint8_t octet) { return octet >= 'A' && octet <= 'Z' ? octet + 32 : octet; }

}  // namespace

std::optional<Octets> question_of(Octets query) {
  if (query.size() < kHeader || u16(query, 4) != 1) return std::nullopt;
  std::size_t end = kHeader;
  while (end < query.size() && query[end] != 0) {
    if (query[end] > 63) return std::nullopt;
    end += 1u + query[end];
  }
  end += 1 + kTypeAndClass;
  if (end > query.size() || end - kHeader - kTypeAndClass > kLongestName) return std::nullopt;
  return query.subspan(kHeader, end - kHeader);
}

bool replies_to(Octets reply, std::uint16_t id, Octets question) {
  if (reply.size() < kHeader + question.size()) return false;
  const bool is_reply = reply[2] & 0x80, is_query_kind = (reply[2] & 0x78) == 0;
  if (!is_reply || !is_query_kind || u16(reply, 0) != id || u16(reply, 4) != 1) return false;

  const auto theirs = reply.subspan(kHeader, question.size());
  const auto name_size = question.size() - kTypeAndClass;
  return std::ranges::equal(theirs.first(name_size), question.first(name_size), {}, fold, fold) &&
         std::ranges::equal(theirs.subspan(name_size), question.subspan(name_size));
}

}  // namespace harbinger::net
