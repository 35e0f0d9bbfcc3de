#include "net/visibility.h"

#include <algorithm>

#include <harbinger/message.h>

namespace harbinger::net {

namespace {

// Compression may give names in data another case.
Rdata comparable(RRType type, const Rdata& rdata) {
  if (!target_of(type, rdata)) return rdata;
  Rdata low(rdata.size() + 8);
  copy_lowercase(low.data(), rdata.data(), rdata.size());
  low.resize(rdata.size());
  return low;
}

std::vector<Rdata> comparable(RRType type, std::vector<Rdata> rdatas) {
  for (auto& rdata : rdatas) rdata = comparable(type, rdata);
  std::ranges::sort(rdatas);
  return rdatas;
}

std::vector<Rdata> answers_of(const Message& message, const Expected& expected) {
  std::vector<Rdata> rdatas;
  for (const auto& record : message.answers) {
    if (record.type == expected.type && record.name == expected.name) rdatas.push_back(record.rdata);
  }
  return rdatas;
}

}  // namespace

std::string unlike(const Expected& expected, std::span<const std::uint8_t> reply) {
  const auto message = Message::parse(reply);
  if (!message) return "a reply that cannot be read: " + message.error().message;
  const auto rcode = message->rcode();
  if (rcode != Rcode::NOERROR && !(rcode == Rcode::NXDOMAIN && expected.rdatas.empty())) return to_string(rcode);
  const auto there = answers_of(*message, expected);
  if (comparable(expected.type, there) == comparable(expected.type, expected.rdatas)) return {};
  std::string words = to_string(expected.type) + " records:";
  for (const auto& rdata : there) words += " { " + rdata_to_text(expected.type, rdata) + " }";
  return there.empty() ? "no " + words.substr(0, words.size() - 1) : words;
}

bool is_truncated(std::span<const std::uint8_t> reply) {
  const auto header = Header::parse(reply);
  return header && header->tc;
}

}  // namespace harbinger::net
