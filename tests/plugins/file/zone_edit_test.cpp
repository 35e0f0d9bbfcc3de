#include "plugins/file/zone_edit.h"

#include <algorithm>
#include <random>

#include "tests/plugins/file/zone_talk.h"

using namespace harbinger;
using namespace harbinger::file;

namespace {

Name name(const char* text) { return Name::parse(text).value(); }
Record record(const char* text) { return record_from_text(text).value(); }

std::unique_ptr<Zone> after(const Zone& zone, const UpdateBuilder& update) {
  ZoneEdit edit(zone);
  const auto outcome = edit.apply(update.message());
  INFO(outcome.why);
  REQUIRE(outcome.rcode == Rcode::NOERROR);
  std::string why;
  auto made = edit.finish(why);
  INFO(why);
  REQUIRE(made);
  return std::move(made->zone);
}

Rcode rcode_of(const Zone& zone, const UpdateBuilder& update) { return ZoneEdit(zone).apply(update.message()).rcode; }

UpdateBuilder update() { return UpdateBuilder(kOrigin); }

}  // namespace

TEST_CASE("what is added is there, with a new serial; what is removed is gone") {
  const auto zone = zone_with("www A 192.0.2.1\nold A 192.0.2.9\n");
  const auto next = after(*zone, update()
                                     .add(record("new.sub.example.org. 60 IN A 192.0.2.2"))
                                     .remove_name(name("old.example.org."))
                                     .remove(record("www.example.org. 0 IN A 192.0.2.77")));
  CHECK(next->soa().serial == 8);
  CHECK(answer_to(*next, "new.sub.example.org. A") == "NOERROR aa\nnew.sub.example.org. 60 IN A 192.0.2.2\n-\n-\n-\n");
  CHECK(answer_to(*next, "sub.example.org. A").starts_with("NOERROR aa\n-\n"));  // there, and empty
  CHECK(answer_to(*next, "old.example.org. A").starts_with("NXDOMAIN"));
  CHECK(answer_to(*next, "www.example.org. A") == "NOERROR aa\nwww.example.org. 300 IN A 192.0.2.1\n-\n-\n-\n");
  CHECK(zone->soa().serial == 7);
}

TEST_CASE("what was not spoken of stays as it was") {
  const auto zone = zone_with("www A 192.0.2.1\na.b.c TXT \"x\"\nsub NS ns.sub\nns.sub A 192.0.2.5\n*.wild MX 1 www\n");
  const auto next = after(*zone, update().add(record("new.example.org. 60 IN A 192.0.2.2")));
  CHECK(next->counts().records == zone->counts().records + 1);
  for (const char* asked : {"www.example.org. A", "a.b.c.example.org. TXT", "x.sub.example.org. A",
                            "y.wild.example.org. MX", "example.org. NS"})
    CHECK(answer_to(*next, asked) == answer_to(*zone, asked));
}

TEST_CASE("prerequisites are told apart by their rcodes, and one that fails leaves all as it was") {
  const auto zone = zone_with("www A 192.0.2.1\nwww A 192.0.2.2\n");
  const auto www = name("www.example.org."), none = name("none.example.org.");
  const auto one = record("www.example.org. 0 IN A 192.0.2.1"), two = record("www.example.org. 0 IN A 192.0.2.2");
  CHECK(rcode_of(*zone, update().require_in_use(www)) == Rcode::NOERROR);
  CHECK(rcode_of(*zone, update().require_in_use(none)) == Rcode::NXDOMAIN);
  CHECK(rcode_of(*zone, update().require_absent(none)) == Rcode::NOERROR);
  CHECK(rcode_of(*zone, update().require_absent(www)) == Rcode::YXDOMAIN);
  CHECK(rcode_of(*zone, update().require_exists(www, RRType::A)) == Rcode::NOERROR);
  CHECK(rcode_of(*zone, update().require_exists(www, RRType::AAAA)) == Rcode::NXRRSET);
  CHECK(rcode_of(*zone, update().require_absent(www, RRType::AAAA)) == Rcode::NOERROR);
  CHECK(rcode_of(*zone, update().require_absent(www, RRType::A)) == Rcode::YXRRSET);
  CHECK(rcode_of(*zone, update().require_is(www, RRType::A, {two.rdata, one.rdata})) == Rcode::NOERROR);
  CHECK(rcode_of(*zone, update().require_is(www, RRType::A, {one.rdata})) == Rcode::NXRRSET);

  ZoneEdit edit(*zone);
  edit.apply(update().require_in_use(none).add(record("x.example.org. 60 IN A 192.0.2.3")).message());
  CHECK_FALSE(edit.changed());
}

TEST_CASE("a CNAME and other records pass each other over, and a second CNAME takes the place of the first") {
  const auto zone = zone_with("www A 192.0.2.1\nalias CNAME www\n");
  const auto next = after(*zone, update()
                                     .add(record("www.example.org. 60 IN CNAME elsewhere.example."))
                                     .add(record("alias.example.org. 60 IN A 192.0.2.3"))
                                     .add(record("alias.example.org. 60 IN CNAME other.example.")));
  CHECK(answer_to(*next, "www.example.org. A").find("192.0.2.1") != std::string::npos);
  CHECK(answer_to(*next, "alias.example.org. CNAME") ==
        "NOERROR aa\nalias.example.org. 60 IN CNAME other.example.\n-\n-\n-\n");
}

TEST_CASE("a zone keeps its SOA and its last NS, and a SOA counts only with a later serial") {
  const auto zone = zone_with("www A 192.0.2.1\n");
  const auto apex = kOrigin;
  const auto next = after(*zone, update()
                                     .remove_name(apex)
                                     .remove_set(apex, RRType::NS)
                                     .remove(record("example.org. 0 IN NS ns.elsewhere."))
                                     .add(record("example.org. 60 IN SOA ns.elsewhere. a.example. 3 1 1 1 1"))
                                     .add(record("example.org. 60 IN TXT \"new\"")));
  CHECK(next->soa().serial == 8);
  CHECK(answer_to(*next, "example.org. NS").find("ns.elsewhere.") != std::string::npos);
  const auto later = after(*zone, update().add(record("example.org. 60 IN SOA ns.elsewhere. a.example. 70 1 1 1 1")));
  CHECK(later->soa().serial == 70);
}

TEST_CASE("records of a set have one TTL, that of the last one added") {
  const auto zone = zone_with("www A 192.0.2.1\n");
  const auto next = after(*zone, update().add(record("www.example.org. 20 IN A 192.0.2.2")));
  CHECK(answer_to(*next, "www.example.org. A") ==
        "NOERROR aa\nwww.example.org. 20 IN A 192.0.2.1\nwww.example.org. 20 IN A 192.0.2.2\n-\n-\n-\n");
}

TEST_CASE("what comes to nothing changes nothing") {
  const auto zone = zone_with("www A 192.0.2.1\n");
  ZoneEdit edit(*zone);
  edit.apply(
      update().add(record("www.example.org. 300 IN A 192.0.2.1")).remove_name(name("none.example.org.")).message());
  CHECK_FALSE(edit.changed());
}

TEST_CASE("steps that are made again lead to the same zone, whatever was changed") {
  std::mt19937 chance(3);  // NOLINT(cert-msc51-cpp): the same every time
  std::shared_ptr<const Zone> zone = zone_with("www A 192.0.2.1\n*.wild TXT \"w\"\n");
  std::shared_ptr<const Zone> again = zone;
  for (int i = 0; i < 300; ++i) {
    UpdateBuilder change(kOrigin);
    const auto owner = "n" + std::to_string(chance() % 12) + (chance() % 3 == 0 ? ".sub" : "") + ".example.org.";
    const auto address = "192.0.2." + std::to_string(chance() % 4);
    switch (chance() % 5) {
      case 0:
        change.remove_name(name(owner.c_str()));
        break;
      case 1:
        change.add(record((owner + " 60 IN CNAME www.example.org.").c_str()));
        break;
      case 2:
        change.remove(record((owner + " 0 IN A " + address).c_str()));
        break;
      default:
        change.add(record((owner + " " + std::to_string(chance() % 3 * 30) + " IN A " + address).c_str()));
    }
    ZoneEdit edit(*zone);
    REQUIRE(edit.apply(change.message()).rcode == Rcode::NOERROR);
    if (!edit.changed()) continue;
    std::string why;
    auto made = edit.finish(why);
    REQUIRE(made);
    again = replay(*again, *made->delta, why);
    REQUIRE(again);
    zone = std::move(made->zone);
    for (int n = 0; n < 12; ++n) {
      const auto asked = "n" + std::to_string(n) + ".example.org. A";
      REQUIRE(answer_to(*zone, asked) == answer_to(*again, asked));
    }
  }
  CHECK(zone->soa().serial > 100);
}
