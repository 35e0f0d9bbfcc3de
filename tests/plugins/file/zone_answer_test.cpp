#include "plugins/file/zone_answer.h"

#include "tests/plugins/file/zone_talk.h"

using namespace harbinger;
using namespace harbinger::file;

TEST_CASE("a record set is answered whole, in the order of the file, under the client's spelling") {
  const auto zone = zone_with("www A 192.0.2.2\nwww A 192.0.2.1\nwww AAAA 2001:db8::1\n");
  CHECK(answer_to(*zone, "WwW.example.org A") ==
        answer_of("WwW.example.org. 300 IN A 192.0.2.2\nWwW.example.org. 300 IN A 192.0.2.1\n"));
}

TEST_CASE("a name without the type is NODATA, a name that is not there NXDOMAIN, both with the SOA") {
  const auto zone = zone_with("www A 192.0.2.1\n");
  CHECK(answer_to(*zone, "www.example.org MX") == kNoData);
  CHECK(answer_to(*zone, "nope.example.org A") == kNoName);
  CHECK(answer_to(*zone, "a.www.example.org A") == kNoName);
  CHECK(answer_to(*zone, "example.org A") == kNoData);
}

TEST_CASE("the SOA of a negative answer has its own TTL where that is the smaller one") {
  const LoadedZone loaded = load_zone_text("@ 30 SOA ns.x. a 1 2 3 4 60\n@ 30 NS ns.x.\n", kOrigin);
  CHECK(answer_to(*loaded.zone, "a.example.org A") ==
        "NXDOMAIN aa\n-\nexample.org. 30 IN SOA ns.x. a.example.org. 1 2 3 4 60\n-\n-\n");
  CHECK(answer_to(*loaded.zone, "example.org SOA") ==
        answer_of("example.org. 30 IN SOA ns.x. a.example.org. 1 2 3 4 60\n"));
}

TEST_CASE("an empty non-terminal exists") {
  const auto zone = zone_with("a.b.c A 192.0.2.1\n");
  CHECK(answer_to(*zone, "b.c.example.org A") == kNoData);
  CHECK(answer_to(*zone, "c.example.org A") == kNoData);
  CHECK(answer_to(*zone, "x.c.example.org A") == kNoName);
}

TEST_CASE("the root zone can be served") {
  const auto zone = zone_with("www.example.org. A 192.0.2.1\n", Name());
  CHECK(answer_to(*zone, "www.example.org A") == answer_of("www.example.org. 300 IN A 192.0.2.1\n"));
  CHECK_THAT(answer_to(*zone, "org A"), Catch::StartsWith("NOERROR aa\n-\n. 60 IN SOA "));
  CHECK_THAT(answer_to(*zone, "net A"), Catch::StartsWith("NXDOMAIN aa\n-\n. 60 IN SOA "));
}

TEST_CASE("a question of 127 labels finds its encloser") {
  const auto zone = zone_with("a.a A 192.0.2.1\n");
  std::string name;
  for (int i = 0; i < 121; ++i) name += "a.";
  CHECK(answer_to(*zone, name + "example.org A") == kNoName);
}

TEST_CASE("wildcards answer as RFC 4592 section 2.2.1 says") {
  const auto zone = zone_with(
      "* TXT \"this is a wildcard\"\n"
      "* MX 10 host1\n"
      "sub.* TXT \"this is not a wildcard\"\n"
      "host1 A 192.0.2.1\n"
      "_ssh._tcp.host1 SRV 0 0 22 host1\n"
      "_ssh._tcp.host2 SRV 0 0 22 host2\n"
      "subdel NS ns.example.com.\n"
      "subdel NS ns.example.net.\n");
  const std::string mail = "10 host1.example.org.\n";
  const std::string address = "host1.example.org. 300 IN A 192.0.2.1\n-\n";
  // Synthesized.
  CHECK(answer_to(*zone, "host3.example.org MX") ==
        "NOERROR aa\nhost3.example.org. 300 IN MX " + mail + "-\n-\n" + address);
  CHECK(answer_to(*zone, "host3.example.org A") == kNoData);
  CHECK(answer_to(*zone, "foo.bar.example.org TXT") ==
        answer_of("foo.bar.example.org. 300 IN TXT \"this is a wildcard\"\n"));
  // Not synthesized.
  CHECK(answer_to(*zone, "host1.example.org MX") == kNoData);
  CHECK(answer_to(*zone, "sub.*.example.org MX") == kNoData);
  CHECK(answer_to(*zone, "_telnet._tcp.host1.example.org SRV") == kNoName);
  CHECK(answer_to(*zone, "host.subdel.example.org A") ==
        "NOERROR\n-\nsubdel.example.org. 300 IN NS ns.example.com.\nsubdel.example.org. 300 IN NS "
        "ns.example.net.\n-\n-\n");
  CHECK(answer_to(*zone, "ghost.*.example.org MX") == kNoName);
  // The wildcard's own name is a name like others.
  CHECK(answer_to(*zone, "*.example.org TXT") == answer_of("*.example.org. 300 IN TXT \"this is a wildcard\"\n"));
}

TEST_CASE("an empty non-terminal keeps a wildcard above it from answering") {
  const auto zone = zone_with("* A 192.0.2.1\na.b TXT x\n");
  CHECK(answer_to(*zone, "b.example.org A") == kNoData);
  CHECK(answer_to(*zone, "c.b.example.org A") == kNoName);
  CHECK(answer_to(*zone, "c.example.org A") == answer_of("c.example.org. 300 IN A 192.0.2.1\n"));
}

TEST_CASE("a wildcard may be an empty non-terminal itself") {
  const auto zone = zone_with("a.*.b A 192.0.2.1\n");
  CHECK(answer_to(*zone, "x.b.example.org A") == kNoData);
}

TEST_CASE("a CNAME is followed inside of the zone, and given alone when asked for") {
  const auto zone = zone_with("a CNAME b\nb CNAME c\nc A 192.0.2.1\nout CNAME www.example.net.\ngone CNAME nope\n");
  CHECK(answer_to(*zone, "a.example.org A") ==
        answer_of("a.example.org. 300 IN CNAME b.example.org.\nb.example.org. 300 IN CNAME c.example.org.\n"
                  "c.example.org. 300 IN A 192.0.2.1\n"));
  CHECK(answer_to(*zone, "a.example.org CNAME") == answer_of("a.example.org. 300 IN CNAME b.example.org.\n"));
  CHECK(answer_to(*zone, "b.example.org AAAA") ==
        "NOERROR aa\nb.example.org. 300 IN CNAME c.example.org.\n-\n" + kSoa + "-\n-\n");
  CHECK(answer_to(*zone, "out.example.org A") == answer_of("out.example.org. 300 IN CNAME www.example.net.\n"));
  CHECK(answer_to(*zone, "gone.example.org A") ==
        "NXDOMAIN aa\ngone.example.org. 300 IN CNAME nope.example.org.\n-\n" + kSoa + "-\n-\n");
}

TEST_CASE("a CNAME to a wildcard, from a wildcard and into a delegation") {
  const auto zone = zone_with("*.w A 192.0.2.1\na CNAME x.w\n*.c CNAME a\nb CNAME x.sub\nsub NS ns.elsewhere.\n");
  CHECK(answer_to(*zone, "y.c.example.org A") ==
        answer_of("y.c.example.org. 300 IN CNAME a.example.org.\na.example.org. 300 IN CNAME x.w.example.org.\n"
                  "x.w.example.org. 300 IN A 192.0.2.1\n"));
  CHECK(answer_to(*zone, "b.example.org A") ==
        "NOERROR aa\nb.example.org. 300 IN CNAME x.sub.example.org.\n-\nsub.example.org. 300 IN NS "
        "ns.elsewhere.\n-\n-\n");
}

TEST_CASE("CNAME loops and endless chains end") {
  const auto zone = zone_with("a CNAME b\nb CNAME a\nself CNAME self\n*.w CNAME x.w\n$GENERATE 1-99 c$ CNAME c${1}\n");
  CHECK(answer_to(*zone, "a.example.org A") ==
        answer_of("a.example.org. 300 IN CNAME b.example.org.\nb.example.org. 300 IN CNAME a.example.org.\n"));
  CHECK(answer_to(*zone, "self.example.org A") == answer_of("self.example.org. 300 IN CNAME self.example.org.\n"));
  CHECK(answer_to(*zone, "y.w.example.org A") ==
        answer_of("y.w.example.org. 300 IN CNAME x.w.example.org.\nx.w.example.org. 300 IN CNAME x.w.example.org.\n"));
  const std::string chain = answer_to(*zone, "c1.example.org A");
  CHECK(std::count(chain.begin(), chain.end(), '\n') == 1 + 16 + 3);
}

TEST_CASE("a delegation is referred to with its glue, and not authoritatively") {
  const auto zone =
      zone_with("sub NS ns.sub\nsub NS ns\nns.sub A 192.0.2.1\nns.sub AAAA 2001:db8::1\nns A 192.0.2.2\n");
  const std::string referral =
      "NOERROR\n-\nsub.example.org. 300 IN NS ns.sub.example.org.\nsub.example.org. 300 IN NS ns.example.org.\n-\n"
      "ns.sub.example.org. 300 IN A 192.0.2.1\nns.sub.example.org. 300 IN AAAA 2001:db8::1\nns.example.org. 300 IN A "
      "192.0.2.2\n-\n";
  CHECK(answer_to(*zone, "sub.example.org A") == referral);
  CHECK(answer_to(*zone, "sub.example.org NS") == referral);
  CHECK(answer_to(*zone, "ns.sub.example.org A") == referral);
  CHECK(answer_to(*zone, "deep.er.sub.example.org MX") == referral);
}

TEST_CASE("the DS of a delegation is answered by the zone above") {
  const auto zone =
      zone_with("sub NS ns.elsewhere.\nsub DS 1 13 2 " + std::string(64, 'A') + "\nplain NS ns.elsewhere.\n");
  CHECK_THAT(answer_to(*zone, "sub.example.org DS"),
             Catch::StartsWith("NOERROR aa\nsub.example.org. 300 IN DS 1 13 2 AA"));
  CHECK(answer_to(*zone, "plain.example.org DS") == kNoData);
  CHECK(answer_to(*zone, "a.plain.example.org DS") == "NOERROR\n-\nplain.example.org. 300 IN NS ns.elsewhere.\n-\n-\n");
}

TEST_CASE("of delegations in each other the upper one counts, and names below do not exist here") {
  const auto zone = zone_with("a NS ns.upper.\nb.a NS ns.lower.\nc.b.a A 192.0.2.1\n*.a A 192.0.2.2\n");
  for (const char* question : {"b.a.example.org A", "c.b.a.example.org A", "x.a.example.org A"})
    CHECK(answer_to(*zone, question) == "NOERROR\n-\na.example.org. 300 IN NS ns.upper.\n-\n-\n");
}

TEST_CASE("a DNAME sends names below it elsewhere, with a synthesized CNAME, and leaves its owner alone") {
  const auto zone = zone_with("d DNAME e\nd A 192.0.2.9\nx.e A 192.0.2.1\nout DNAME example.net.\n");
  CHECK(answer_to(*zone, "x.d.example.org A") ==
        answer_of("d.example.org. 300 IN DNAME e.example.org.\nx.d.example.org. 300 IN CNAME x.e.example.org.\n"
                  "x.e.example.org. 300 IN A 192.0.2.1\n"));
  CHECK(answer_to(*zone, "d.example.org A") == answer_of("d.example.org. 300 IN A 192.0.2.9\n"));
  CHECK(answer_to(*zone, "d.example.org DNAME") == answer_of("d.example.org. 300 IN DNAME e.example.org.\n"));
  CHECK(answer_to(*zone, "y.d.example.org A") ==
        "NXDOMAIN aa\nd.example.org. 300 IN DNAME e.example.org.\ny.d.example.org. 300 IN CNAME y.e.example.org.\n-\n" +
            kSoa + "-\n-\n");
  CHECK(answer_to(*zone, "a.b.out.example.org A") ==
        answer_of("out.example.org. 300 IN DNAME example.net.\na.b.out.example.org. 300 IN CNAME a.b.example.net.\n"));
}

TEST_CASE("names below a DNAME in the file are not served") {
  const auto zone = zone_with("d DNAME e\nx.d A 192.0.2.66\nx.e A 192.0.2.1\n");
  CHECK(answer_to(*zone, "x.d.example.org A") ==
        answer_of("d.example.org. 300 IN DNAME e.example.org.\nx.d.example.org. 300 IN CNAME x.e.example.org.\n"
                  "x.e.example.org. 300 IN A 192.0.2.1\n"));
}

TEST_CASE("a DNAME that makes the name too long is YXDOMAIN") {
  const std::string label(63, 'l');
  const auto zone = zone_with("d DNAME " + label + "." + label + "." + label + ".example.net.\n");
  const std::string answer = answer_to(*zone, label + ".d.example.org A");
  CHECK_THAT(answer, Catch::StartsWith("YXDOMAIN aa\nd.example.org. 300 IN DNAME "));
  CHECK_THAT(answer, !Catch::Contains("CNAME"));
}

TEST_CASE("a DNAME that a chain comes by twice is given once") {
  const auto zone = zone_with("d DNAME e\nx.e CNAME y.d\ny.e A 192.0.2.1\n");
  CHECK(answer_to(*zone, "x.d.example.org A") ==
        answer_of("d.example.org. 300 IN DNAME e.example.org.\nx.d.example.org. 300 IN CNAME x.e.example.org.\n"
                  "x.e.example.org. 300 IN CNAME y.d.example.org.\ny.d.example.org. 300 IN CNAME y.e.example.org.\n"
                  "y.e.example.org. 300 IN A 192.0.2.1\n"));
}

TEST_CASE("a DNAME into itself ends") {
  const auto zone = zone_with("d DNAME x.d\n");
  CHECK_THAT(answer_to(*zone, "a.d.example.org A"), Catch::StartsWith("NOERROR aa\nd.example.org. 300 IN DNAME "));
}

TEST_CASE("ANY is answered with one record set") {
  const auto zone = zone_with("a A 192.0.2.1\na A 192.0.2.2\na TXT x\n*.w TXT y\n");
  CHECK(answer_to(*zone, "a.example.org ANY") ==
        answer_of("a.example.org. 300 IN A 192.0.2.1\na.example.org. 300 IN A 192.0.2.2\n"));
  CHECK(answer_to(*zone, "b.w.example.org ANY") == answer_of("b.w.example.org. 300 IN TXT \"y\"\n"));
  CHECK(answer_to(*zone, "w.example.org ANY") == kNoData);
}

TEST_CASE("the addresses of targets in the zone come along, each once") {
  const auto zone = zone_with(
      "@ MX 5 mail\n@ MX 10 mail\n@ MX 20 sub\n@ MX 30 else.where.\nmail A 192.0.2.25\nmail AAAA 2001:db8::25\n"
      "_s._tcp SRV 0 0 1 mail\nweb HTTPS 1 .\nweb A 192.0.2.80\nalias HTTPS 0 web\nsub NS ns.x.\nsub A 192.0.2.66\n");
  const std::string mail = "mail.example.org. 300 IN A 192.0.2.25\nmail.example.org. 300 IN AAAA 2001:db8::25\n-\n";
  CHECK_THAT(answer_to(*zone, "example.org MX"), Catch::EndsWith("else.where.\n-\n-\n" + mail));
  CHECK_THAT(answer_to(*zone, "_s._tcp.example.org SRV"), Catch::EndsWith("mail.example.org.\n-\n-\n" + mail));
  const std::string web = "-\n-\nweb.example.org. 300 IN A 192.0.2.80\n-\n";
  CHECK_THAT(answer_to(*zone, "web.example.org HTTPS"), Catch::EndsWith(web));
  CHECK_THAT(answer_to(*zone, "alias.example.org HTTPS"), Catch::EndsWith(web));
}

TEST_CASE("a target may get its address from a wildcard") {
  const auto zone = zone_with("@ MX 5 in.mail\n*.mail A 192.0.2.25\n");
  CHECK_THAT(answer_to(*zone, "example.org MX"),
             Catch::EndsWith("-\n-\nin.mail.example.org. 300 IN A 192.0.2.25\n-\n"));
}

TEST_CASE("answers of a zone stay until the zone changes") {
  const auto zone = zone_with("a A 192.0.2.1\n");
  for (const char* name : {"a.example.org.", "b.example.org."})
    CHECK(answer_from(*zone, QueryBuilder(*Name::parse(name), RRType::A).build()).keeping() ==
          Reply::Keeping::until_changed);
}
