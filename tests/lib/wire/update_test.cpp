#include <harbinger/records.h>
#include <harbinger/update.h>

#include "tests/lib/wire/wire_support.h"

using namespace harbinger;
using namespace harbinger::testing;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

const Name kZone = name("example.org");
Record host(std::string_view of, std::string_view address) {
  return a(name(of), 60s, IpAddress::parse(address).value());
}

Bytes written(const UpdateMessage& update, std::uint16_t id = 0x1234) {
  Bytes bytes(65535);
  bytes.resize(update.write(bytes, id).value());
  return bytes;
}

UpdateMessage everything() {
  const auto rdata = [](std::string_view address) { return host("x.example.org", address).rdata; };
  return UpdateBuilder(kZone)
      .require_in_use(name("example.org"))
      .require_absent(name("new.example.org"))
      .require_exists(name("www.example.org"), RRType::A)
      .require_absent(name("www.example.org"), RRType::AAAA)
      .require_is(name("two.example.org"), RRType::A, {rdata("192.0.2.1"), rdata("192.0.2.2")})
      .add(host("new.example.org", "192.0.2.7"))
      .remove(host("old.example.org", "192.0.2.8"))
      .remove_set(name("www.example.org"), RRType::TXT)
      .remove_name(name("gone.example.org"))
      .add(record_from_text("s.example.org. 20 IN HTTPS 1 edge.example.net. port=8443").value())
      .lease(60s)
      .message();
}

}  // namespace

TEST_CASE("an update is the same after its way over the wire") {
  const auto bytes = written(everything());
  CHECK(UpdateMessage::read(bytes).value() == everything());
  const auto message = Message::parse(bytes).value();
  CHECK(message.header.opcode == Opcode::UPDATE);
  CHECK(message.header.id == 0x1234);
  CHECK(message.answers.size() == 6);
  CHECK(message.authorities.size() == 5);
}

TEST_CASE("an update tells people what it wants") {
  const auto update = everything();
  std::string text;
  for (const auto& each : update.prerequisites) text += each.to_string() + "\n";
  for (const auto& each : update.changes) text += each.to_string() + "\n";
  CHECK(text ==
        "example.org. must exist\n"
        "new.example.org. must not exist\n"
        "www.example.org. A must exist\n"
        "www.example.org. AAAA must not exist\n"
        "two.example.org. A must be { 192.0.2.1 } { 192.0.2.2 }\n"
        "add new.example.org. 60 IN A 192.0.2.7\n"
        "remove old.example.org. A 192.0.2.8\n"
        "remove all www.example.org. TXT\n"
        "remove gone.example.org.\n"
        "add s.example.org. 20 IN HTTPS 1 edge.example.net. port=\"8443\"\n");
}

TEST_CASE("updates of other programs are read") {
  // BIND's nsupdate: nxdomain a, yxrrset NS; delete b A, delete c, add a A, delete d A 192.0.2.2.
  const auto by_nsupdate =
      UpdateMessage::read(from_hex("095228000001000200040001076578616d706c65036f726700000600010161c00c00ff00fe000000000"
                                   "000c00c000200ff0000000000000162"
                                   "c00c000100ff0000000000000163c00c00ff00ff000000000000c01d000100010000003c0004c000020"
                                   "10164c00c000100fe000000000004c0"
                                   "00020203757064076578616d706c650000fa00ff00000000005d0b686d61632d7368613531320000006"
                                   "b089237012c00408f4a594032057978"
                                   "cb6c7218413f15cd03992ef3bda38e14da61dadc394e4f32abc6d913b4cae6951abec476c05ec767610"
                                   "bed4c74c4ff8e0b6364d130d8322e09"
                                   "5200000000"));
  CHECK(by_nsupdate.value() == UpdateBuilder(kZone)
                                   .require_absent(name("a.example.org"))
                                   .require_exists(kZone, RRType::NS)
                                   .remove_set(name("b.example.org"), RRType::A)
                                   .remove_name(name("c.example.org"))
                                   .add(host("a.example.org", "192.0.2.1"))
                                   .remove(host("d.example.org", "192.0.2.2"))
                                   .message());
  // Knot's knsupdate: yxdomain, nxrrset a A, yxrrset NS with data; add a HTTPS, del b A.
  const auto by_knsupdate = UpdateMessage::read(from_hex(
      "f4fe28000001000300020001076578616d706c65036f72670000060001076578616d706c65036f7267c00c00ff00ff0000000000000161c0"
      "0c"
      "000100fe000000000000c00c00020001000000000006036e7331c00c0161c00c004100010000003c000a000100000100030268320162c00c"
      "00"
      "0100ff00000000000003757064076578616d706c650000fa00ff00000000004d0b686d61632d7368613338340000006b089237012c0030e7"
      "f8"
      "fcb256aee39622346d7f5af302d3ad63a35e0b649db667117062545f4adf00a8510b8f49a1fecdd36cee6ccb456af4fe00000000"));
  CHECK(by_knsupdate.value() ==
        UpdateBuilder(kZone)
            .require_in_use(name("example.org.example.org"))
            .require_absent(name("a.example.org"), RRType::A)
            .require_is(kZone, RRType::NS, {rdata_from_text(RRType::NS, "ns1.example.org.").value()})
            .add(record_from_text("a.example.org. 60 HTTPS 1 . alpn=h2").value())
            .remove_set(name("b.example.org"), RRType::A)
            .message());
}

TEST_CASE("what is too much for a message is not cut, but refused") {
  UpdateBuilder builder(kZone);
  for (int i = 0; i < 300; ++i)
    builder.add(txt(name("t" + std::to_string(i) + ".example.org"), 60s, std::string(250, 'x')));
  Bytes bytes(65535);
  CHECK(builder.message().write(bytes, 1).error().code == ErrorCode::too_large);
  CHECK(builder.message().write(std::span(bytes).first(5), 1).error().code == ErrorCode::too_large);
}

TEST_CASE("requiring no records is requiring absence") {
  const auto update = UpdateBuilder(kZone).require_is(kZone, RRType::TXT, {}).message();
  CHECK(update.prerequisites.at(0).kind == Prerequisite::Kind::set_absent);
}

TEST_CASE("replacing a set is removing it and adding each") {
  const std::vector records{host("w.example.org", "192.0.2.1"), host("w.example.org", "192.0.2.2")};
  const auto update = UpdateBuilder(kZone).replace_set(name("w.example.org"), RRType::A, records).message();
  CHECK(update.changes.size() == 3);
  CHECK(update.changes[0].kind == Change::Kind::remove_set);
}

TEST_CASE("a lease has one or two times") {
  CHECK(UpdateLease::parse(from_hex("0000003c"))->lease == 60s);
  const auto both = UpdateLease::parse(from_hex("0000003c 00093a80")).value();
  CHECK(both.key_lease == 604800s);
  CHECK(both.to_octets() == from_hex("0000003c 00093a80"));
  for (const auto* wrong : {"", "00", "0000003c00", "0000003c0000003c00"})
    CHECK_FALSE(UpdateLease::parse(from_hex(wrong)));
  CHECK(UpdateLease{.lease = -1s}.to_octets() == from_hex("00000000"));
}

TEST_CASE("a lease that was granted is found in the answer") {
  Bytes bytes = written(UpdateBuilder(kZone).lease(30s).message());
  CHECK(update_lease(Message::parse(bytes).value()).value() == UpdateLease{30s});
  const auto without = written(UpdateBuilder(kZone).message());
  CHECK_FALSE(update_lease(Message::parse(without).value()).value());
}
