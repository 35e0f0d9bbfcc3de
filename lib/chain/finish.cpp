#include "chain/finish.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "wire/octets.h"

namespace harbinger {

namespace {

constexpr std::size_t kOptHead = 11, kOptionHead = 4;
constexpr std::uint16_t kOurUdpSize = 1232;

// Counts and codes come wider than they travel.
void put_u16(std::uint8_t* out, unsigned value) { wire::store_u16(out, static_cast<std::uint16_t>(value)); }

std::size_t subnet_octets(const ClientSubnet& subnet) { return (subnet.source_bits + 7u) / 8; }

}  // namespace

std::size_t reply_limit(const Query& query, std::uint16_t max_udp_size, std::size_t room) {
  if (query.transport() != Transport::udp) return std::min<std::size_t>(room, 65535);
  const std::size_t wanted = query.has_edns() ? std::min(query.udp_size(), max_udp_size) : 512;
  return std::min(room, std::max<std::size_t>(wanted, 512));
}

std::optional<EdeCode> ReplyFinisher::ede() const {
  if (sending_.stale_ttl)
    return answer_.rcode == Rcode::NXDOMAIN ? EdeCode::stale_nxdomain_answer : EdeCode::stale_answer;
  if (sending_.ede) return sending_.ede;
  if (answer_.has_ede) return answer_.ede;
  return std::nullopt;
}

std::size_t ReplyFinisher::options_size(const ReplyEditor& editor) const {
  std::size_t size = 0;
  for (int i = 0; i < options_kept_; ++i) size += editor.added_[static_cast<std::size_t>(i)].size;
  if (ede()) size += kOptionHead + 2 + (ede_text_ && !sending_.stale_ttl ? answer_.ede_text().size() : 0);
  if (query_.ecs()) size += kOptionHead + 4 + subnet_octets(*query_.ecs());
  return size;
}

// What cannot be sent goes in this order: optional options, the words of the EDE, additional records, authority records; then TC
// (RFC 2181 sec. 9: only for what is required).
void ReplyFinisher::choose(const ReplyEditor& editor) {
  options_kept_ = editor.count_;
  body_size_ = answer_.octets().size();
  const auto fixed =
      Header::kSize + (sending_.with_question ? query_.name().size() + 4 : 0) + (query_.has_edns() ? kOptHead : 0);
  const auto fits = [&] { return fixed + body_size_ + (query_.has_edns() ? options_size(editor) : 0) <= limit_; };

  if (!editor.truncated_) {
    while (!fits() && options_kept_ > 0 && editor.added_[static_cast<std::size_t>(options_kept_ - 1)].optional)
      --options_kept_;
    if (fits()) return;
    ede_text_ = false;
    if (!answer_.needs_additional) body_size_ = answer_.authority_end, sections_ = 2;
    if (fits()) return;
    if (!answer_.needs_additional && !answer_.needs_authority) body_size_ = answer_.answer_end, sections_ = 1;
    if (fits()) return;
  }
  truncated_ = true;
  body_size_ = 0;
  sections_ = 0;
  while (!fits() && options_kept_ > 0) --options_kept_;
}

// RD and CD come back as they were sent (RFC 1035 sec. 4.1.1, RFC 4035 sec. 3.2.2), but an authoritative reply clears CD (RFC 4035
// sec. 3.1.6), and of a message with an opcode that is not implemented nothing is known about its flags.
std::size_t ReplyFinisher::put_header(std::uint8_t* out) const {
  const unsigned opcode = query_.wire().empty() ? 0u : query_.wire()[2] & 0x78u;
  const bool known = opcode == 0;
  put_u16(out, query_.id());
  out[2] = static_cast<std::uint8_t>(0x80u | opcode | (answer_.authoritative ? 4u : 0u) | (truncated_ ? 2u : 0u) |
                                     (known && query_.recursion_desired() ? 1u : 0u));
  out[3] = static_cast<std::uint8_t>((answer_.recursion_available ? 0x80u : 0u) |
                                     (answer_.authentic_data && query_.understands_ad() ? 0x20u : 0u) |
                                     (known && query_.checking_disabled() && !answer_.authoritative ? 0x10u : 0u) |
                                     (static_cast<unsigned>(answer_.rcode) & 0xfu));
  put_u16(out + 4, sending_.with_question ? 1 : 0);
  for (int i = 0; i < 3; ++i) put_u16(out + 6 + 2 * i, i < sections_ ? answer_.counts[i] : 0);
  if (query_.has_edns()) put_u16(out + 10, (sections_ > 2 ? answer_.counts[2] : 0u) + 1u);
  return Header::kSize;
}

std::size_t ReplyFinisher::put_question(std::uint8_t* out) const {
  if (!sending_.with_question) return 0;
  const auto name = query_.name().wire();
  std::memcpy(out, name.data(), name.size());
  put_u16(out + name.size(), static_cast<unsigned>(query_.type()));
  put_u16(out + name.size() + 2, static_cast<unsigned>(query_.klass()));
  return name.size() + 4;
}

std::size_t ReplyFinisher::put_body(std::uint8_t* out) const {
  if (body_size_ == 0) return 0;
  std::memcpy(out, answer_.octets().data(), body_size_);
  if (!sending_.stale_ttl && !answer_.ages) return body_size_;

  const auto age = static_cast<std::uint32_t>(
      std::max<std::int64_t>(0, std::chrono::floor<std::chrono::seconds>(sending_.now - answer_.stored).count()));
  if (age == 0 && !sending_.stale_ttl) return body_size_;
  for (std::size_t i = 0; i < answer_.ttl_count(); ++i) {
    const auto offset = answer_.ttl_offset(i);
    if (offset >= body_size_) break;
    const auto ttl = wire::load_u32(out + offset);
    wire::store_u32(out + offset, sending_.stale_ttl ? *sending_.stale_ttl : ttl - std::min(ttl, age));
  }
  return body_size_;
}

std::uint8_t* ReplyFinisher::put_ede(std::uint8_t* out) const {
  const auto code = ede();
  if (!code) return out;
  const auto text = ede_text_ && !sending_.stale_ttl ? answer_.ede_text() : std::string_view{};
  put_u16(out, static_cast<unsigned>(OptionCode::EDE));
  put_u16(out + 2, static_cast<unsigned>(text.size() + 2));
  put_u16(out + 4, static_cast<unsigned>(*code));
  return std::ranges::copy(text, out + 6).out;
}

// RFC 7871 sec. 7.2.1: family, source and address as the client sent them, and how many of its bits this answer is for.
std::uint8_t* ReplyFinisher::put_subnet(std::uint8_t* out) const {
  if (!query_.ecs()) return out;
  const auto& subnet = *query_.ecs();
  const auto octets = subnet_octets(subnet);
  put_u16(out, static_cast<unsigned>(OptionCode::ECS));
  put_u16(out + 2, static_cast<unsigned>(4 + octets));
  const auto sent = subnet.source_bits == 0 ? query_.option(OptionCode::ECS) : std::nullopt;
  put_u16(out + 4, sent ? (*sent)[1] : subnet.address.is_v4() ? 1u : 2u);
  out[6] = subnet.source_bits;
  out[7] = std::min(answer_.subnet_scope, subnet.source_bits);
  std::memcpy(out + 8, subnet.address.octets().data(), octets);
  return out + 8 + octets;
}

std::size_t ReplyFinisher::put_opt(const ReplyEditor& editor, std::uint8_t* out) const {
  if (!query_.has_edns()) return 0;
  auto* end = put_subnet(put_ede(out + kOptHead));
  for (int i = 0; i < options_kept_; ++i) {
    const auto& added = editor.added_[static_cast<std::size_t>(i)];
    std::memcpy(end, editor.octets_.data() + added.offset, added.size);
    end += added.size;
  }
  out[0] = 0;
  put_u16(out + 1, static_cast<unsigned>(RRType::OPT));
  put_u16(out + 3, kOurUdpSize);
  out[5] = static_cast<std::uint8_t>(static_cast<unsigned>(answer_.rcode) >> 4);
  out[6] = 0;
  put_u16(out + 7, query_.dnssec_ok() ? 0x8000u : 0u);
  put_u16(out + 9, static_cast<unsigned>(end - out - static_cast<std::ptrdiff_t>(kOptHead)));
  return static_cast<std::size_t>(end - out);
}

std::size_t ReplyFinisher::write(const ReplyEditor& editor, std::span<std::uint8_t> out) {
  if (editor.dropped_) return 0;
  choose(editor);
  auto* at = out.data();
  at += put_header(at);
  at += put_question(at);
  at += put_body(at);
  at += put_opt(editor, at);
  return static_cast<std::size_t>(at - out.data());
}

}  // namespace harbinger
