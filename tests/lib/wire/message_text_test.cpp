#include <harbinger/message.h>

#include "tests/lib/wire/wire_support.h"

using namespace harbinger;
using namespace harbinger::testing;

TEST_CASE("a message prints in the manner of dig") {
  std::vector<std::uint8_t> buffer(512);
  Header header;
  header.id = 4660;
  header.qr = header.aa = header.rd = true;
  header.rcode = 3;
  MessageWriter writer(buffer, header);
  writer.add_question({name("example.org"), RRType::A});
  writer.add_record(MessageWriter::Section::authority, record_from_text("example.org. 60 NS ns.example.org.").value());
  const Bytes options = from_hex("000f 0002 0003 ff22 000b 8109 00cc 000b 04696d672e");
  writer.add_opt({.udp_size = 1232, .dnssec_ok = true, .options = options});
  CHECK(Message::parse(writer.finish()).value().to_string() ==
        ";; opcode: QUERY, status: NXDOMAIN, id: 4660\n"
        ";; flags: qr aa rd; QUERY: 1, ANSWER: 0, AUTHORITY: 1, ADDITIONAL: 1\n"
        "\n;; OPT PSEUDOSECTION:\n; EDNS: version: 0, flags: do; udp: 1232\n; EDE: 3 (stale answer)\n"
        "; HINTS: img.example.org 80 %\n"
        "\n;; QUESTION SECTION:\n;example.org. IN A\n"
        "\n;; AUTHORITY SECTION:\nexample.org. 60 IN NS ns.example.org.\n");
}
