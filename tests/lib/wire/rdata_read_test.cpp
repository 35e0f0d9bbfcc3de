#include <harbinger/rr.h>

#include "tests/lib/wire/wire_support.h"
#include "wire/rdata_table.h"

using namespace harbinger;
using namespace harbinger::testing;

namespace {

// A message that has example.org at octet 12, and then the data.
Result<Rdata> read_behind_name(RRType type, const std::string& hex) {
  const Bytes message = join(
      {header(0), from_hex("07"), octets("example"), from_hex("03"), octets("org"), from_hex("00"), from_hex(hex)});
  return read_rdata(type, message, 25, message.size() - 25);
}

bool refused(RRType type, const std::string& hex) { return !read_behind_name(type, hex); }

}  // namespace

TEST_CASE("compressed names come out whole, for the types of RFC 1035 and the ones that robust readers add") {
  const auto text = [](RRType type, const std::string& hex) {
    const auto rdata = read_behind_name(type, hex);
    return rdata ? rdata_to_text(type, *rdata) : rdata.error().message;
  };
  CHECK(text(RRType::NS, "01 61 c00c") == "a.example.org.");
  CHECK(text(RRType::MX, "000a c00c") == "10 example.org.");
  CHECK(text(RRType::SOA, "c00c c014 00000001 00000002 00000003 00000004 00000005") == "example.org. org. 1 2 3 4 5");
  CHECK(text(RRType::SRV, "0001 0002 0003 c00c") == "1 2 3 example.org.");
  CHECK(text(RRType::NAPTR, "0001 0002 0173 00 00 c014") == "1 2 \"s\" \"\" \"\" org.");
  CHECK(text(RRType::DNAME, "c00c") == "example.org.");
  CHECK(text(RRType::RRSIG, "0001 05 02 00000e10 3e7c9dd7 3e7c9dd7 0001 c00c 010203") ==
        "A 5 2 3600 20030322173103 20030322173103 1 example.org. AQID");
  CHECK(text(RRType::NSEC, "c00c 0001 40") == "example.org. A");
}

TEST_CASE("data of unknown types is kept as it is") {
  CHECK(read_behind_name(static_cast<RRType>(731), "c00c ff").value() == from_hex("c00cff"));
  CHECK(read_behind_name(static_cast<RRType>(731), "").value().empty());
}

TEST_CASE("data that already is uncompressed must not have pointers") {
  CHECK_FALSE(check_rdata(RRType::NS, from_hex("c000")));
  CHECK_FALSE(check_rdata(RRType::NS, from_hex("01 61 00 c000")));
  CHECK(check_rdata(RRType::NS, from_hex("01 61 00")));
}

TEST_CASE("data too short, too long or malformed is refused") {
  CHECK(refused(RRType::A, ""));
  CHECK(refused(RRType::A, "010203"));
  CHECK(refused(RRType::A, "0102030405"));
  CHECK(refused(RRType::AAAA, "01020304"));
  CHECK(refused(RRType::NS, ""));
  CHECK(refused(RRType::NS, "c00c 00"));
  CHECK(refused(RRType::NS, "01 61"));
  CHECK(refused(RRType::MX, "000a"));
  CHECK(refused(RRType::SOA, "c00c c00c 00000001"));
  CHECK(refused(RRType::TXT, ""));
  CHECK(refused(RRType::TXT, "05 61"));
  CHECK(refused(RRType::TXT, "01 61 02 61"));
  CHECK(refused(RRType::HINFO, "01 61"));
  CHECK(refused(RRType::HINFO, "01 61 01 61 00"));
  CHECK(refused(RRType::CAA, "00"));
  CHECK(refused(RRType::CAA, "00 00 61"));
  CHECK(refused(RRType::CAA, "00 02 612d 61"));
  CHECK(refused(RRType::DS, "0001 08 02"));
  CHECK(refused(RRType::DNSKEY, "0100 03 08"));
  CHECK(refused(RRType::RRSIG, "0001 05 02 00000e10 3e7c9dd7 3e7c9dd7 0001 c00c"));
  CHECK(refused(RRType::TLSA, "00 00 00"));
  CHECK(refused(RRType::NSEC3, "01 00 0000 00 00"));
  CHECK(refused(RRType::NSEC3PARAM, "01 00 0000 05 00"));
  CHECK(refused(RRType::SVCB, "0001"));
  CHECK(refused(RRType::SRV, "0001 0002 0003"));
  CHECK(read_behind_name(RRType::A, "0102").error().message == "A data: data ends inside a field");
}

TEST_CASE("type bitmaps need rising windows without zeros at their ends") {
  CHECK(refused(RRType::NSEC, "00 00"));    // half a window
  CHECK(refused(RRType::NSEC, "00 0000"));  // no octets
  CHECK(refused(RRType::NSEC, "00 0021 01" + std::string(64, '1')));
  CHECK(refused(RRType::NSEC, "00 0002 40"));    // cut short
  CHECK(refused(RRType::NSEC, "00 0002 4000"));  // a zero at the end
  CHECK(refused(RRType::NSEC, "00 0101 40 0001 40"));
  CHECK(refused(RRType::NSEC, "00 0001 40 0001 40"));
  CHECK_FALSE(refused(RRType::NSEC, "00 0001 40 0101 40"));
}

TEST_CASE("a place outside of the message is refused") {
  const Bytes message = header(0);
  CHECK_FALSE(read_rdata(RRType::A, message, 12, 4));
  CHECK_FALSE(read_rdata(RRType::A, message, 13, 0));
  CHECK_FALSE(read_rdata(RRType::A, message, 8, ~std::size_t{0}));
  CHECK_FALSE(read_rdata(static_cast<RRType>(731), message, ~std::size_t{0}, 4));
}

TEST_CASE("data that grows beyond 65535 octets by decompression is refused") {
  // 200 + 65400 octets: the name is long, and what follows fills the record.
  Bytes message = header(0);
  for (int i = 0; i < 100; ++i) message.insert(message.end(), {1, 'a'});
  message.push_back(0);
  const std::size_t offset = message.size();
  const Bytes fixed = from_hex("0001 05 02 00000e10 3e7c9dd7 3e7c9dd7 0001 c00c");
  message.insert(message.end(), fixed.begin(), fixed.end());
  message.resize(offset + 65400, 'x');
  CHECK(read_rdata(RRType::RRSIG, message, offset, 65400).error().code == ErrorCode::too_large);
  CHECK(read_rdata(RRType::RRSIG, message, offset, 65300));
}

TEST_CASE("every octet string is read or refused, whatever the type") {
  // No check but that it ends and stays inside: the sanitizers look on.
  for (std::uint16_t type = 0; type < 300; ++type) {
    for (std::uint8_t fill : {0x00, 0x01, 0x40, 0xc0, 0xff}) {
      for (std::size_t size : {0u, 1u, 2u, 7u, 19u, 64u}) {
        const Bytes data(size, fill);
        const auto rr_type = static_cast<RRType>(type);
        if (check_rdata(rr_type, data)) {
          INFO(type << ' ' << size);
          const std::string text = rdata_to_text(rr_type, data);
          if (text.find("\\# ") != 0) CHECK(rdata_from_text(rr_type, text).value() == data);
        }
      }
    }
  }
}

TEST_CASE("every row of the table ends and knows whether its names are shared") {
  std::size_t rows = 0;
  for (std::uint16_t type = 0; type < 300; ++type) {
    const wire::RdataRow* row = wire::find_row(static_cast<RRType>(type));
    if (!row) continue;
    ++rows;
    CHECK(row->type == static_cast<RRType>(type));
    CHECK(row->fields.back() == wire::Field::end);
    const auto shared = std::count(row->fields.begin(), row->fields.end(), wire::Field::shared_name);
    CHECK(wire::has_shared_names(*row) == (shared > 0));
  }
  CHECK(rows > 35);
}
