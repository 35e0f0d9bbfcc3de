#include "plugins/file/transfer_messages.h"

#include <algorithm>
#include <array>

#include <harbinger/loop.h>

namespace harbinger::file {

namespace {

// Pointers reach no further (RFC 1035 sec. 4.1.4), and making more at a time would keep others waiting.
constexpr std::size_t kEnough = 16 << 10;
constexpr std::size_t kOptSize = 11;
constexpr std::size_t kLastOfCounts = Header::kSize - 1;
constexpr std::uint16_t kOurUdpSize = 1232;
constexpr std::size_t kLongestWhy = 200;

Header header_for(const Query& query, Opcode opcode) {
  Header header;
  header.id = query.id();
  header.qr = true;
  header.opcode = opcode;
  header.rd = query.recursion_desired();
  return header;
}

// Whoever can be resumed, resumes first: one transfer takes no more than its share of a worker.
Task<void> let_others_go_on() {
  Loop* const loop = Loop::current();
  if (!loop) co_return;
  co_await Suspend([loop](std::function<void()> resume) { loop->post(std::move(resume)); });
}

std::vector<std::uint8_t> ede_option(EdeCode cause, std::string_view why) {
  why = why.substr(0, kLongestWhy);
  const auto size = static_cast<std::uint16_t>(why.size() + 2);
  const auto code = static_cast<std::uint16_t>(cause);
  std::vector<std::uint8_t> option{0,
                                   static_cast<std::uint8_t>(OptionCode::EDE),
                                   static_cast<std::uint8_t>(size >> 8),
                                   static_cast<std::uint8_t>(size),
                                   static_cast<std::uint8_t>(code >> 8),
                                   static_cast<std::uint8_t>(code)};
  option.insert(option.end(), why.begin(), why.end());
  return option;
}

// Behind the records of a finished message that has no additionals yet.
std::size_t append_opt(std::span<std::uint8_t> buffer, std::size_t size, bool dnssec_ok) {
  const std::array<std::uint8_t, kOptSize> opt{0,
                                               0,
                                               static_cast<std::uint8_t>(RRType::OPT),
                                               kOurUdpSize >> 8,
                                               kOurUdpSize & 0xff,
                                               0,
                                               0,
                                               static_cast<std::uint8_t>(dnssec_ok ? 0x80 : 0),
                                               0,
                                               0,
                                               0};
  std::ranges::copy(opt, buffer.begin() + static_cast<std::ptrdiff_t>(size));
  buffer[kLastOfCounts] = 1;
  return size + opt.size();
}

}  // namespace

TransferMessages::TransferMessages(const ZoneRequest& request, ZoneReplies& replies, TsigRequest& signature,
                                   const Clock& clock)
    : query_(request.query), replies_(replies), signature_(signature), clock_(clock), buffer_(replies.limit()) {
  begin();
}

void TransferMessages::begin() {
  Header header = header_for(query_, Opcode::QUERY);
  header.aa = true;
  const std::size_t at_the_end = signature_.room() + (query_.has_edns() ? kOptSize : 0);
  writer_.emplace(std::span(buffer_).first(buffer_.size() - std::min(buffer_.size() - Header::kSize, at_the_end)),
                  header);
  // RFC 5936 sec. 2.2.1: the question stands in the first message.
  if (messages_ == 0) writer_->add_question(query_.question());
  in_message_ = 0;
}

bool TransferMessages::add(const WalkedRecord& record) {
  if (writer_->size() >= kEnough) return false;
  const bool added = writer_->add_record(MessageWriter::Section::answer, record.owner, record.type, RRClass::IN,
                                         record.ttl, record.rdata);
  in_message_ += added;
  return added;
}

Task<bool> TransferMessages::send() {
  if (in_message_ == 0) co_return false;
  std::size_t size = writer_->finish().size();
  if (query_.has_edns()) size = append_opt(buffer_, size, query_.dnssec_ok());
  const auto whole = signature_.sign(buffer_, size, tsig_time(clock_));
  if (!whole) co_return false;
  ++messages_;
  records_ += in_message_;
  octets_ += *whole;
  const bool sent = co_await replies_.send(std::span(buffer_).first(*whole));
  if (!sent) co_return false;
  begin();
  co_await let_others_go_on();
  co_return true;
}

std::vector<std::uint8_t> refusal(const Query& query, Opcode opcode, TsigRequest* signature, const Clock& clock,
                                  Rcode rcode, EdeCode cause, std::string_view why) {
  return bare_reply(query, opcode, signature, clock, rcode, ede_option(cause, why));
}

std::vector<std::uint8_t> bare_reply(const Query& query, Opcode opcode, TsigRequest* signature, const Clock& clock,
                                     Rcode rcode, std::span<const std::uint8_t> options) {
  std::vector<std::uint8_t> buffer(Header::kSize + query.name().size() + 4 + kOptSize + options.size() +
                                   (signature ? signature->room() : 0));
  Header header = header_for(query, opcode);
  header.rcode = static_cast<std::uint8_t>(rcode);
  MessageWriter writer(buffer, header);
  writer.add_question(query.question());
  if (query.has_edns()) writer.add_opt({.udp_size = kOurUdpSize, .dnssec_ok = query.dnssec_ok(), .options = options});
  const auto size = writer.finish().size();
  buffer.resize(signature ? signature->sign(buffer, size, tsig_time(clock)).value_or(size) : size);
  return buffer;
}

TsigTime tsig_time(const Clock& clock) {
  return static_cast<TsigTime>(
      std::chrono::duration_cast<std::chrono::seconds>(clock.calendar().time_since_epoch()).count());
}

}  // namespace harbinger::file
