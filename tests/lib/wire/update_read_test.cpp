// UPDATE messages that are refused, and how.
#include <harbinger/update.h>

#include "tests/lib/wire/wire_support.h"

using namespace harbinger;
using namespace harbinger::testing;

namespace {

const Bytes kZone = from_hex("07 6578616d706c65 03 6f7267 00 0006 0001");

struct Sections {
  Bytes zone = kZone;
  std::vector<Bytes> prerequisites{}, changes{}, additionals{};
};

Bytes update(const Sections& sections) {
  const auto count = [](const auto& section) { return static_cast<std::uint16_t>(section.size()); };
  Bytes bytes = header(sections.zone.empty() ? 0 : 1, count(sections.prerequisites), count(sections.changes),
                       count(sections.additionals));
  bytes[2] = 0x28;
  bytes.insert(bytes.end(), sections.zone.begin(), sections.zone.end());
  for (const auto* section : {&sections.prerequisites, &sections.changes, &sections.additionals}) {
    for (const auto& record : *section) bytes.insert(bytes.end(), record.begin(), record.end());
  }
  return bytes;
}

// Type, class, TTL, and data with its size in front, all as hex; the owner is the zone.
Bytes record(const std::string& rest, const std::string& owner = "c00c") { return from_hex(owner + rest); }
Bytes prerequisite_of_class(const std::string& klass) { return record("0001" + klass + "00000000 0000"); }

Rcode rcode_of(const Sections& sections) {
  const auto read = UpdateMessage::read(update(sections));
  if (read) return Rcode::NOERROR;
  CHECK_FALSE(read.error().why.empty());
  return read.error().rcode;
}
Rcode with_prerequisite(const std::string& rest) { return rcode_of({.prerequisites = {record(rest)}}); }
Rcode with_change(const std::string& rest) { return rcode_of({.changes = {record(rest)}}); }

}  // namespace

TEST_CASE("an update is about one zone of class IN") {
  const std::string owner = "07 6578616d706c65 03 6f7267 00";
  CHECK(rcode_of({}) == Rcode::NOERROR);
  CHECK(rcode_of({.zone = {}}) == Rcode::FORMERR);
  CHECK(rcode_of({.zone = from_hex(owner + "0001 0001")}) == Rcode::FORMERR);  // A
  CHECK(rcode_of({.zone = from_hex(owner + "00ff 0001")}) == Rcode::FORMERR);  // ANY
  CHECK(rcode_of({.zone = from_hex(owner + "0006 00ff")}) == Rcode::FORMERR);  // class ANY
  CHECK(rcode_of({.zone = from_hex(owner + "0006 00fe")}) == Rcode::FORMERR);  // class NONE
  CHECK(rcode_of({.zone = from_hex(owner + "0006 0003")}) == Rcode::NOTAUTH);  // CH
  CHECK(rcode_of({.zone = from_hex(owner + "0006 0004")}) == Rcode::NOTAUTH);  // HS
  Bytes two = update({});
  two[5] = 2;
  two.insert(two.end(), kZone.begin(), kZone.end());
  CHECK(UpdateMessage::read(two).error().rcode == Rcode::FORMERR);
}

TEST_CASE("only requests to update are updates") {
  Bytes bytes = update({});
  bytes[2] = 0xa8;
  CHECK_FALSE(UpdateMessage::read(bytes));
  bytes[2] = 0x00;
  CHECK_FALSE(UpdateMessage::read(bytes));
}

TEST_CASE("each form of prerequisite, and no other") {
  CHECK(with_prerequisite("00ff 00ff 00000000 0000") == Rcode::NOERROR);
  CHECK(with_prerequisite("00ff 00fe 00000000 0000") == Rcode::NOERROR);
  CHECK(with_prerequisite("0001 00ff 00000000 0000") == Rcode::NOERROR);
  CHECK(with_prerequisite("0001 00fe 00000000 0000") == Rcode::NOERROR);
  CHECK(with_prerequisite("0001 0001 00000000 0004 c0000201") == Rcode::NOERROR);

  CHECK(with_prerequisite("0001 0001 00000001 0004 c0000201") == Rcode::FORMERR);  // TTL
  CHECK(with_prerequisite("0001 00ff 80000000 0000") == Rcode::FORMERR);           // TTL that others read as 0
  CHECK(with_prerequisite("0001 00ff 00000000 0004 c0000201") == Rcode::FORMERR);  // data where none may be
  CHECK(with_prerequisite("0001 00fe 00000000 0004 c0000201") == Rcode::FORMERR);
  CHECK(with_prerequisite("0001 0001 00000000 0000") == Rcode::FORMERR);  // no data where some must be
  CHECK(with_prerequisite("0001 0001 00000000 0003 c00002") == Rcode::FORMERR);
  CHECK(with_prerequisite("00ff 0001 00000000 0004 c0000201") == Rcode::FORMERR);  // meta types
  CHECK(with_prerequisite("00fc 00ff 00000000 0000") == Rcode::FORMERR);
  CHECK(with_prerequisite("0029 00ff 00000000 0000") == Rcode::FORMERR);
  CHECK(with_prerequisite("0000 00ff 00000000 0000") == Rcode::FORMERR);
}

TEST_CASE("classes that no prerequisite and no change has are malformed") {
  for (const auto* klass : {"0000", "0002", "0003", "0004", "00fd", "ffff"}) {
    INFO(klass);
    CHECK(rcode_of({.prerequisites = {prerequisite_of_class(klass)}}) == Rcode::FORMERR);
    CHECK(with_change(std::string("0001") + klass + "00000000 0004 c0000201") == Rcode::FORMERR);
    CHECK(with_change(std::string("0001") + klass + "00000000 0000") == Rcode::FORMERR);
  }
}

TEST_CASE("each form of change, and no other") {
  CHECK(with_change("0001 0001 0000003c 0004 c0000201") == Rcode::NOERROR);
  CHECK(with_change("0001 00fe 00000000 0004 c0000201") == Rcode::NOERROR);
  CHECK(with_change("0001 00ff 00000000 0000") == Rcode::NOERROR);
  CHECK(with_change("00ff 00ff 00000000 0000") == Rcode::NOERROR);

  CHECK(with_change("0001 0001 0000003c 0000") == Rcode::FORMERR);
  CHECK(with_change("00ff 0001 0000003c 0004 c0000201") == Rcode::FORMERR);
  CHECK(with_change("00fc 0001 0000003c 0000") == Rcode::FORMERR);
  CHECK(with_change("0029 0001 0000003c 0000") == Rcode::FORMERR);  // OPT
  CHECK(with_change("00fa 0001 0000003c 0000") == Rcode::FORMERR);  // TSIG
  CHECK(with_change("0001 00fe 00000001 0004 c0000201") == Rcode::FORMERR);
  CHECK(with_change("0001 00fe 00000000 0000") == Rcode::FORMERR);
  CHECK(with_change("00ff 00fe 00000000 0000") == Rcode::FORMERR);
  CHECK(with_change("0001 00ff 00000001 0000") == Rcode::FORMERR);
  CHECK(with_change("0001 00ff 00000000 0004 c0000201") == Rcode::FORMERR);
  CHECK(with_change("00fc 00ff 00000000 0000") == Rcode::FORMERR);
}

TEST_CASE("a TTL beyond 31 bits is none") {
  const auto read = UpdateMessage::read(update({.changes = {record("0001 0001 80000001 0004 c0000201")}}));
  CHECK(read.value().changes.at(0).record.ttl == 0);
}

TEST_CASE("names outside of the zone are NOTZONE") {
  const auto outside = [](const std::string& rest) { return record(rest, "03 6f7267 00"); };
  CHECK(rcode_of({.prerequisites = {outside("0001 00ff 00000000 0000")}}) == Rcode::NOTZONE);
  CHECK(rcode_of({.changes = {outside("0001 00ff 00000000 0000")}}) == Rcode::NOTZONE);
  CHECK(rcode_of({.changes = {record("0001 00ff 00000000 0000", "08 6578616d706c6578 03 6f7267 00")}}) ==
        Rcode::NOTZONE);
}

TEST_CASE("required sets are put together, however many records ask for them") {
  Sections sections;
  for (unsigned i = 0; i < 3000; ++i) {
    Bytes one = record("0001 0001 00000000 0004 c0000000");
    one[one.size() - 1] = static_cast<std::uint8_t>(i);
    one[one.size() - 2] = static_cast<std::uint8_t>(i >> 8);
    sections.prerequisites.push_back(one);
  }
  sections.prerequisites.push_back(record("0010 0001 00000000 0002 0161"));
  sections.prerequisites.insert(sections.prerequisites.begin(), prerequisite_of_class("00ff"));
  const auto read = UpdateMessage::read(update(sections));
  REQUIRE(read);
  REQUIRE(read->prerequisites.size() == 3);
  CHECK(read->prerequisites[1].rdatas.size() == 3000);
  CHECK(read->prerequisites[2].type == RRType::TXT);
}

TEST_CASE("what stands in the additional section is not applied") {
  const auto glue = record("0001 0001 0000003c 0004 c0000201", "03 6f7267 00");
  const auto read = UpdateMessage::read(update({.additionals = {glue}}));
  REQUIRE(read);
  CHECK(read->changes.empty());
}

TEST_CASE("EDNS of an update: one OPT, version 0, a lease of the right size") {
  const auto opt = [](const std::string& rest) { return from_hex("00 0029 04d0" + rest); };
  CHECK(rcode_of({.additionals = {opt("00000000 0000")}}) == Rcode::NOERROR);
  CHECK(rcode_of({.additionals = {opt("00000000 0008 0002 0004 0000003c")}}) == Rcode::NOERROR);
  CHECK(rcode_of({.additionals = {opt("00000000 0006 0002 0002 003c")}}) == Rcode::FORMERR);
  CHECK(rcode_of({.additionals = {opt("00000000 0003 000200")}}) == Rcode::FORMERR);
  CHECK(rcode_of({.additionals = {opt("00010000 0000")}}) == Rcode::BADVERS);
  CHECK(rcode_of({.additionals = {opt("00000000 0000"), opt("00000000 0000")}}) == Rcode::FORMERR);
  CHECK(rcode_of({.changes = {opt("00000000 0000")}}) != Rcode::NOERROR);
}

TEST_CASE("an update cut short anywhere, or with octets left over, is malformed") {
  const auto whole = update({.prerequisites = {record("0001 0001 00000000 0004 c0000201")},
                             .changes = {record("0010 0001 0000003c 0002 0161")},
                             .additionals = {from_hex("00 0029 04d0 00000000 0008 0002 0004 0000003c")}});
  REQUIRE(UpdateMessage::read(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    INFO(size);
    const auto read = UpdateMessage::read(std::span(whole).first(size));
    REQUIRE_FALSE(read);
    CHECK(read.error().rcode == Rcode::FORMERR);
  }
  CHECK_FALSE(UpdateMessage::read(join({whole, {0}})));
}
