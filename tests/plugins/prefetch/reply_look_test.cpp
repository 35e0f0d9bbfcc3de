#include <catch2/catch.hpp>

#include <harbinger/message.h>

#include "plugins/prefetch/reply_look.h"

using namespace harbinger;
using namespace harbinger::prefetch;

namespace {

std::vector<std::uint8_t> message(const std::vector<std::string>& answers,
                                  const std::vector<std::string>& authorities = {}) {
  std::vector<std::uint8_t> out(4096);
  Header header;
  header.qr = true;
  MessageWriter writer(out, header);
  writer.add_question({Name::parse("www.example.org.").value(), RRType::A, RRClass::IN});
  for (const auto& each : answers) writer.add_record(MessageWriter::Section::answer, record_from_text(each).value());
  for (const auto& each : authorities)
    writer.add_record(MessageWriter::Section::authority, record_from_text(each).value());
  const auto bytes = writer.finish();
  return {bytes.begin(), bytes.end()};
}

}  // namespace

TEST_CASE("a reply holds as long as the answer that holds shortest") {
  CHECK(ttl_of(message({"www.example.org. 300 A 192.0.2.1"})) == 300);
  CHECK(ttl_of(message({"www.example.org. 300 CNAME x.example.net.", "x.example.net. 20 A 192.0.2.1"})) == 20);
}

TEST_CASE("a denial holds as long as its SOA record, and an empty reply not at all") {
  CHECK(ttl_of(message({}, {"example.org. 60 SOA ns.example.org. h.example.org. 1 2 3 4 5"})) == 60);
  CHECK(ttl_of(message({})) == 0);
  CHECK(ttl_of({}) == 0);
}

TEST_CASE("a reply that is cut off anywhere is looked at without harm") {
  const auto whole = message({"www.example.org. 300 CNAME x.example.net.", "x.example.net. 20 A 192.0.2.1"});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::vector<std::uint8_t> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    CHECK(ttl_of(cut) <= 300);
  }
}

TEST_CASE("outcomes go by rcode, then by where the answer came from") {
  CHECK(outcome_of({.rcode = Rcode::NXDOMAIN, .source = Source::cache}) == Outcome::not_found);
  CHECK(outcome_of({.rcode = Rcode::REFUSED}) == Outcome::refused);
  CHECK(outcome_of({.rcode = Rcode::SERVFAIL}) == Outcome::failed);
  CHECK(outcome_of({.source = Source::cache}) == Outcome::from_cache);
  CHECK(outcome_of({.source = Source::coalesced}) == Outcome::served);
}
