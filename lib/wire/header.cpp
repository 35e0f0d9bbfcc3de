// The header of a message (RFC 1035 sec. 4.1.1, RFC 4035 sec. 3.1.6 for AD and CD).
#include <harbinger/message.h>

#include "wire/octets.h"

namespace harbinger {

Result<Header> Header::parse(std::span<const std::uint8_t> message) {
  if (message.size() < kSize) return fail(ErrorCode::truncated, "message shorter than its header of 12 octets");
  const std::uint8_t high = message[2], low = message[3];
  Header header;
  header.id = wire::load_u16(&message[0]);
  header.qr = high & 0x80;
  header.opcode = static_cast<Opcode>(high >> 3 & 0x0f);
  header.aa = high & 0x04;
  header.tc = high & 0x02;
  header.rd = high & 0x01;
  header.ra = low & 0x80;
  header.ad = low & 0x20;
  header.cd = low & 0x10;
  header.rcode = low & 0x0f;
  header.qdcount = wire::load_u16(&message[4]);
  header.ancount = wire::load_u16(&message[6]);
  header.nscount = wire::load_u16(&message[8]);
  header.arcount = wire::load_u16(&message[10]);
  return header;
}

void Header::write(std::span<std::uint8_t, kSize> out) const {
  const unsigned high = qr << 7 | (static_cast<unsigned>(opcode) & 0x0f) << 3 | aa << 2 | tc << 1 | unsigned{rd};
  const unsigned low = ra << 7 | ad << 5 | cd << 4 | (rcode & 0x0fu);
  wire::store_u16(&out[0], id);
  out[2] = static_cast<std::uint8_t>(high);
  out[3] = static_cast<std::uint8_t>(low);
  wire::store_u16(&out[4], qdcount);
  wire::store_u16(&out[6], ancount);
  wire::store_u16(&out[8], nscount);
  wire::store_u16(&out[10], arcount);
}

}  // namespace harbinger
