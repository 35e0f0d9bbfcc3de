#include "plugins/file/denial.h"

#include "plugins/file/nsec3.h"
#include "tests/plugins/file/zone_talk.h"

using namespace harbinger;
using namespace harbinger::file;

namespace {

std::string signature(const std::string& owner, const std::string& type, int labels = 3) {
  return owner + " RRSIG " + type + " 13 " + std::to_string(labels) +
         " 300 20300101000000 20200101000000 1 example.org. AAAA\n";
}

// What the answer has of this type, one `owner` a line, in order.
std::string owners_of(const Zone& zone, std::string_view question, std::string_view type) {
  const std::string answer = answer_to(zone, question, true);
  std::string owners;
  for (std::size_t from = 0, to; (to = answer.find('\n', from)) != std::string::npos; from = to + 1) {
    const std::string line = answer.substr(from, to - from);
    if (line.find(" IN " + std::string(type) + " ") != std::string::npos)
      owners += line.substr(0, line.find(' ')) + "\n";
  }
  return owners;
}

std::unique_ptr<Zone> nsec_zone() {
  return zone_with(
      "@ NSEC a NS SOA RRSIG NSEC\na A 192.0.2.1\na NSEC sub A RRSIG NSEC\nsub NS ns.elsewhere.\nsub NSEC *.w NS RRSIG "
      "NSEC\n"
      "*.w A 192.0.2.2\n*.w NSEC z.y A RRSIG NSEC\nz.y A 192.0.2.3\nz.y NSEC example.org. A RRSIG NSEC\n" +
      signature("@", "SOA", 2) + signature("a", "A") + signature("a", "NSEC") + signature("*.w", "A") +
      signature("@", "NSEC", 2));
}

}  // namespace

TEST_CASE("a signed answer carries its signatures for clients that want them, with the TTL of the record set") {
  const auto zone =
      zone_with("a 20 A 192.0.2.1\na 99 RRSIG A 13 3 20 20300101000000 20200101000000 1 example.org. AAAA\n" +
                signature("a", "TXT"));
  CHECK(answer_to(*zone, "a.example.org A", true) ==
        answer_of("a.example.org. 20 IN A 192.0.2.1\n"
                  "a.example.org. 20 IN RRSIG A 13 3 20 20300101000000 20200101000000 1 example.org. AAAA\n"));
  CHECK(answer_to(*zone, "a.example.org A", false) == answer_of("a.example.org. 20 IN A 192.0.2.1\n"));
}

TEST_CASE("an unsigned zone has no proofs to give") {
  const auto zone = zone_with("a A 192.0.2.1\n");
  CHECK(answer_to(*zone, "b.example.org A", true) == kNoName);
}

TEST_CASE("NODATA is proved by the name's own NSEC, signed") {
  const auto zone = nsec_zone();
  CHECK(answer_to(*zone, "a.example.org MX", true) ==
        "NOERROR aa\n-\n" + kSoa +
            "example.org. 60 IN RRSIG SOA 13 2 300 20300101000000 20200101000000 1 example.org. AAAA\n"
            "a.example.org. 300 IN NSEC sub.example.org. A RRSIG NSEC\n"
            "a.example.org. 300 IN RRSIG NSEC 13 3 300 20300101000000 20200101000000 1 example.org. AAAA\n-\n-\n");
  CHECK(answer_to(*zone, "a.example.org MX", false) == kNoData);
}

TEST_CASE("NXDOMAIN is proved by the NSECs around the name and the wildcard, each once") {
  const auto zone = nsec_zone();
  CHECK(owners_of(*zone, "b.example.org A", "NSEC") == "a.example.org.\nexample.org.\n");
  CHECK(owners_of(*zone, "0.example.org A", "NSEC") == "example.org.\n");
  CHECK(owners_of(*zone, "zz.example.org A", "NSEC") == "z.y.example.org.\nexample.org.\n");
}

TEST_CASE("an empty non-terminal's NODATA is proved by the NSEC before it") {
  CHECK(owners_of(*nsec_zone(), "y.example.org A", "NSEC") == "*.w.example.org.\n");
}

TEST_CASE("an answer from a wildcard is proved to have no closer name") {
  const auto zone = nsec_zone();
  CHECK(owners_of(*zone, "x.w.example.org A", "NSEC") == "*.w.example.org.\n");
  CHECK(owners_of(*zone, "x.w.example.org A", "RRSIG") == "x.w.example.org.\n");
  CHECK(owners_of(*zone, "x.w.example.org MX", "NSEC") == "*.w.example.org.\n");
}

TEST_CASE("a delegation without DS is proved to have none") {
  CHECK(owners_of(*nsec_zone(), "x.sub.example.org A", "NSEC") == "sub.example.org.\n");
}

TEST_CASE("the NSEC of an alias can be asked for") {
  const auto zone = zone_with("a CNAME b\na NSEC b CNAME NSEC\nb A 192.0.2.1\n@ NSEC a NS SOA\nb NSEC @ A\n");
  CHECK(answer_to(*zone, "a.example.org NSEC") == answer_of("a.example.org. 300 IN NSEC b.example.org. CNAME NSEC\n"));
}

// RFC 5155 appendix A: these hashes are given there, for salt aabbccdd and 12 iterations.
TEST_CASE("names hash to what RFC 5155 says") {
  const Nsec3Settings settings{12, {0xaa, 0xbb, 0xcc, 0xdd}};
  const auto hash = [&](const char* name) { return nsec3_hash(*Name::parse(name), settings); };
  const auto written = [](std::string text) {
    text.insert(0, 1, static_cast<char>(text.size()));
    return nsec3_hash_in({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  };
  CHECK(hash("example.") == written("0p9mhaveqvm6t7vbl5lop2u3t2rp3tom"));
  CHECK(hash("A.Example.") == written("35MTHGPGCU1QG68FAB165KLNSNK3DPVL"));
  CHECK(hash("*.w.example.") == written("r53bq7cc2uvmubfu5ocmm6pers9tk9en"));
  CHECK_FALSE(written("0p9mhaveqvm6t7vbl5lop2u3t2rp3to"));
  CHECK_FALSE(written("zp9mhaveqvm6t7vbl5lop2u3t2rp3tom"));
}

namespace {

// The zone of RFC 5155 appendix A without its signatures.
std::unique_ptr<Zone> rfc5155_zone() {
  const Name origin = *Name::parse("example.");
  return zone_with(
      "@ MX 1 xx\n@ NSEC3PARAM 1 0 12 aabbccdd\n"
      "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom NSEC3 1 1 12 aabbccdd 2t7b4g4vsa5smi47k61mv5bv1a22bojr MX DNSKEY NS SOA "
      "NSEC3PARAM RRSIG\n"
      "2t7b4g4vsa5smi47k61mv5bv1a22bojr NSEC3 1 1 12 aabbccdd 2vptu5timamqttgl4luu9kg21e0aor3s A RRSIG\n"
      "2vptu5timamqttgl4luu9kg21e0aor3s NSEC3 1 1 12 aabbccdd 35mthgpgcu1qg68fab165klnsnk3dpvl MX RRSIG\n"
      "35mthgpgcu1qg68fab165klnsnk3dpvl NSEC3 1 1 12 aabbccdd b4um86eghhds6nea196smvmlo4ors995 NS DS RRSIG\n"
      "b4um86eghhds6nea196smvmlo4ors995 NSEC3 1 1 12 aabbccdd gjeqe526plbf1g8mklp59enfd789njgi MX RRSIG\n"
      "gjeqe526plbf1g8mklp59enfd789njgi NSEC3 1 1 12 aabbccdd ji6neoaepv8b5o6k4ev33abha8ht9fgc A HINFO AAAA RRSIG\n"
      "ji6neoaepv8b5o6k4ev33abha8ht9fgc NSEC3 1 1 12 aabbccdd k8udemvp1j2f7eg6jebps17vp3n8i58h\n"
      "k8udemvp1j2f7eg6jebps17vp3n8i58h NSEC3 1 1 12 aabbccdd kohar7mbb8dc2ce8a9qvl8hon4k53uhi\n"
      "kohar7mbb8dc2ce8a9qvl8hon4k53uhi NSEC3 1 1 12 aabbccdd q04jkcevqvmu85r014c7dkba38o0ji5r A RRSIG\n"
      "q04jkcevqvmu85r014c7dkba38o0ji5r NSEC3 1 1 12 aabbccdd r53bq7cc2uvmubfu5ocmm6pers9tk9en A RRSIG\n"
      "r53bq7cc2uvmubfu5ocmm6pers9tk9en NSEC3 1 1 12 aabbccdd t644ebqk9bibcna874givr6joj62mlhv MX RRSIG\n"
      "t644ebqk9bibcna874givr6joj62mlhv NSEC3 1 1 12 aabbccdd 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom A HINFO AAAA RRSIG\n"
      "2t7b4g4vsa5smi47k61mv5bv1a22bojr A 192.0.2.127\n"
      "a NS ns1.a\na DS 58470 5 1 3079F1593EBAD6DC121E202A8B766A6A4837206C\nns1.a A 192.0.2.5\n"
      "ai A 192.0.2.9\nc NS ns1.c\nns1.c A 192.0.2.7\nns1 A 192.0.2.1\n*.w MX 1 ai\nx.w MX 1 xx\nx.y.w MX 1 xx\nxx A "
      "192.0.2.10\n",
      origin);
}

}  // namespace

// Appendix B, by its sections.
TEST_CASE("NSEC3 proofs are those of RFC 5155 appendix B") {
  const auto zone = rfc5155_zone();
  const std::string apex = "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example.\n",
                    h2t = "2t7b4g4vsa5smi47k61mv5bv1a22bojr.example.\n";
  CHECK(owners_of(*zone, "a.c.x.w.example. A", "NSEC3") ==
        "b4um86eghhds6nea196smvmlo4ors995.example.\n" + apex + "35mthgpgcu1qg68fab165klnsnk3dpvl.example.\n");  // B.1
  CHECK(owners_of(*zone, "ns1.example. MX", "NSEC3") == h2t);                                                   // B.2
  CHECK(owners_of(*zone, "y.w.example. A", "NSEC3") == "ji6neoaepv8b5o6k4ev33abha8ht9fgc.example.\n");          // B.2.1
  CHECK(owners_of(*zone, "mc.c.example. MX", "NSEC3") == apex + "35mthgpgcu1qg68fab165klnsnk3dpvl.example.\n");  // B.3
  CHECK(owners_of(*zone, "a.z.w.example. MX", "NSEC3") == "q04jkcevqvmu85r014c7dkba38o0ji5r.example.\n");        // B.4
  CHECK(owners_of(*zone, "a.z.w.example. AAAA", "NSEC3") ==
        "k8udemvp1j2f7eg6jebps17vp3n8i58h.example.\nq04jkcevqvmu85r014c7dkba38o0ji5r.example.\n"
        "r53bq7cc2uvmubfu5ocmm6pers9tk9en.example.\n");     // B.5
  CHECK(owners_of(*zone, "example. DS", "NSEC3") == apex);  // B.6
}

TEST_CASE("NSEC3 proofs start at an ancestor that has one where delegations opted out") {
  // u.ns1 is there for the delegation's sake only; ns1 is the nearest with an NSEC3.
  const auto opted_out = zone_with(
      "@ NSEC3PARAM 1 0 12 aabbccdd\nns1 A 192.0.2.1\nv.u.ns1 NS ns.elsewhere.\n"
      "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom NSEC3 1 1 12 aabbccdd 2t7b4g4vsa5smi47k61mv5bv1a22bojr NS SOA\n"
      "2t7b4g4vsa5smi47k61mv5bv1a22bojr NSEC3 1 1 12 aabbccdd 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom A\n",
      *Name::parse("example."));
  const std::string ns1 = "2t7b4g4vsa5smi47k61mv5bv1a22bojr.example.\n";
  for (const char* question : {"x.u.ns1.example. A", "u.ns1.example. A", "v.u.ns1.example. DS", "w.v.u.ns1.example. A"})
    CHECK_THAT(owners_of(*opted_out, question, "NSEC3"), Catch::StartsWith(ns1));
}

TEST_CASE("the owner of an NSEC3 alone does not exist, one with other data does") {
  const auto zone = rfc5155_zone();
  CHECK_THAT(answer_to(*zone, "kohar7mbb8dc2ce8a9qvl8hon4k53uhi.example. A"), Catch::StartsWith("NXDOMAIN aa\n-\n"));
  CHECK_THAT(answer_to(*zone, "kohar7mbb8dc2ce8a9qvl8hon4k53uhi.example. NSEC3"),
             Catch::StartsWith("NXDOMAIN aa\n-\n"));
  CHECK(answer_to(*zone, "2t7b4g4vsa5smi47k61mv5bv1a22bojr.example. A") ==
        answer_of("2t7b4g4vsa5smi47k61mv5bv1a22bojr.example. 300 IN A 192.0.2.127\n"));
}

TEST_CASE("too many NSEC3 iterations are worth a warning, and no proof") {
  const std::string text =
      "$TTL 5\n@ SOA ns a 1 2 3 4 5\n@ NS ns.x.\n"
      "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom NSEC3 1 0 151 - 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom A\n";
  CHECK_THAT(warnings_in(text), Catch::Contains("NSEC3 with more than 150 iterations (RFC 9276 sec. 3.2)"));
  CHECK_FALSE(load_zone_text(text, kOrigin).zone->has_nsec3());
}
