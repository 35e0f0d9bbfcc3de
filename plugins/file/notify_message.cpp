#include "plugins/file/notify_message.h"

#include <harbinger/message.h>

namespace harbinger::file {

Result<std::vector<std::uint8_t>> notify_message(std::uint16_t id, const Record& soa, TsigClient* client,
                                                 TsigTime now) {
  std::vector<std::uint8_t> buffer(2 * Name::kMaxWire + soa.rdata.size() + 64 + (client ? client->room() : 0));
  Header header;
  header.id = id;
  header.opcode = Opcode::NOTIFY;
  header.aa = true;
  MessageWriter writer(buffer, header);
  writer.add_question({soa.name, RRType::SOA, RRClass::IN});
  // RFC 1996 sec. 3.7: a hint at what is new, so that a server that has it already need not ask.
  writer.add_record(MessageWriter::Section::answer, soa);
  std::size_t size = writer.finish().size();
  if (client) {
    const auto whole = client->sign(buffer, size, now);
    if (!whole) return fail(whole.error());
    size = *whole;
  }
  buffer.resize(size);
  return buffer;
}

std::optional<Rcode> notify_answer(std::span<const std::uint8_t> reply, std::uint16_t id, const Name& zone) {
  const auto message = Message::parse(reply);
  if (!message || !message->header.qr || message->header.id != id || message->header.opcode != Opcode::NOTIFY)
    return std::nullopt;
  // Some answer without the question.
  if (message->question && message->question->name != zone) return std::nullopt;
  return message->rcode();
}

}  // namespace harbinger::file
