#include <array>
#include <string>
#include <vector>

#include "persona/event_json.h"
#include "persona/origins.h"
#include "persona/told_client.h"
#include "persona/told_resource.h"

using namespace harbinger;
using namespace harbinger::persona;

namespace {

std::string kept(std::string_view told, const ResourceRules& rules = {}) {
  std::string text;
  return write_kept(told, rules, text) ? text : "refused";
}

std::string client(std::string_view peer, std::vector<HttpField> fields) {
  const std::array trusted{IpPrefix::parse("10.0.0.0/8").value(), IpPrefix::parse("2001:db8:1::/48").value()};
  const HttpRequest request{.path = "/", .query = "", .peer = {IpAddress::parse(peer).value(), 1}, .fields = fields};
  const auto address = client_of(request, trusted);
  return address ? address->to_string() : "nobody";
}

}  // namespace

TEST_CASE("of a URL, what could name a person or a secret is cut") {
  CHECK(kept("HTTPS://Alice:Secret@WWW.Example.org/Path?token=1#part") == "https://www.example.org/Path");
  CHECK(kept("https://www.example.org?token=1") == "https://www.example.org/");
  CHECK(kept("https://www.example.org./") == "https://www.example.org/");
  CHECK(kept("https://a@b@www.example.org/a@b") == "https://www.example.org/a@b");
  CHECK(kept(R"(https://www.example.org\@evil.example/)") == "https://www.example.org/@evil.example/");
}

TEST_CASE("a query string is kept where that is allowed, a part of a page never") {
  CHECK(kept("https://www.example.org/a?b=c#d", {.keep_query = true}) == "https://www.example.org/a?b=c");
  CHECK(kept("https://www.example.org/a#d?b=c", {.keep_query = true}) == "https://www.example.org/a");
}

TEST_CASE("a client profile tag is cut from a query, and a resource with one elsewhere is not heard") {
  const std::string tag = "5k2mx8q0v7n3r9tbwd4hyzje";
  const ResourceRules rules{.keep_query = true};
  CHECK(kept("https://www.example.org/a?b=c&cpt=" + tag + "&d=e#f", rules) == "https://www.example.org/a?b=c&d=e");
  CHECK(kept("https://www.example.org/a?cpt=" + tag, rules) == "https://www.example.org/a");
  CHECK(kept("https://www.example.org/a?", rules) == "https://www.example.org/a?");
  CHECK(kept("https://www.example.org/a?next=%2Fb%3Fcpt%3D" + tag, rules) == "refused");
  CHECK(kept("https://cpt-" + tag + ".example.org/a") == "refused");
  CHECK(kept("cpt-" + tag + ".example.org") == "refused");
  CHECK(kept("https://www.example.org/cpt-" + tag + "/a") == "refused");
}

TEST_CASE("ports stay unless they are the usual ones") {
  CHECK(kept("https://www.example.org:443/") == "https://www.example.org/");
  CHECK(kept("http://www.example.org:443/") == "http://www.example.org:443/");
  CHECK(kept("http://[2001:DB8::1]:8080/x") == "http://[2001:db8::1]:8080/x");
  CHECK(kept("http://www.example.org:80a/") == "refused");
}

TEST_CASE("names and paths are resources too, everything else is not") {
  CHECK(kept("WWW.Example.ORG.") == "www.example.org");
  CHECK(kept("/a/b?c#d") == "/a/b");
  CHECK(kept("/a/b?c", {.site = "https://www.example.org"}) == "https://www.example.org/a/b");
  for (const auto* odd :
       {"", ".", "mailto:a@example.org", "javascript:alert(1)", "data:text/plain,x", "file:///etc/passwd", "http://",
        "http:///x", "https://a b/", "exa mple", "a@example.org", "http://[::1", "ftp://x/"})
    CHECK(std::pair(std::string(odd), kept(odd)) == std::pair(std::string(odd), std::string("refused")));
}

TEST_CASE("octets that are not printable are written as percent signs") {
  CHECK(kept("https://example.org/caf\xc3\xa9 \n") == "https://example.org/caf%C3%A9%20%0A");
}

TEST_CASE("a report is of the peer, whatever its fields claim") {
  CHECK(client("192.0.2.1", {{"X-Forwarded-For", "198.51.100.7"}, {"Forwarded", "for=198.51.100.8"}}) == "192.0.2.1");
}

TEST_CASE("of a trusted proxy, the nearest address that is no proxy counts") {
  CHECK(client("10.0.0.1", {{"x-forwarded-for", "203.0.113.9, 198.51.100.7"}}) == "198.51.100.7");
  CHECK(client("10.0.0.1", {{"X-Forwarded-For", "203.0.113.9, 198.51.100.7, 10.1.1.1"}}) == "198.51.100.7");
  CHECK(client("10.0.0.1", {{"X-Forwarded-For", "203.0.113.9"}, {"X-Forwarded-For", "198.51.100.7:4711"}}) ==
        "198.51.100.7");
  CHECK(client("10.0.0.1", {{"Forwarded", R"(proto=https;For="[2001:db8:2::7]:4711";by=10.0.0.1, for=10.9.9.9)"}}) ==
        "2001:db8:2::7");
  CHECK(client("10.0.0.1", {{"X-Forwarded-For", "198.51.100.7"}, {"Forwarded", "for=198.51.100.8"}}) == "198.51.100.8");
}

TEST_CASE("a trusted proxy that names nobody speaks for nobody") {
  CHECK(client("10.0.0.1", {}) == "nobody");
  CHECK(client("10.0.0.1", {{"X-Forwarded-For", "unknown"}}) == "nobody");
  CHECK(client("10.0.0.1", {{"Forwarded", "for=_hidden"}}) == "nobody");
  CHECK(client("10.0.0.1", {{"X-Forwarded-For", "198.51.100.7, "}}) == "nobody");
  CHECK(client("10.0.0.1", {{"X-Forwarded-For", "10.1.1.1, 10.1.1.2"}}) == "nobody");
  CHECK(client("10.0.0.1", {{"Forwarded", "for=\"[2001:db8::"}}) == "nobody");
}

TEST_CASE("pages report to their own host, to others only where that is allowed") {
  CHECK(may_report("https://www.example.org", "www.example.org", {}));
  CHECK(may_report("http://localhost:8080", "LOCALHOST:8080", {}));
  CHECK_FALSE(may_report("https://www.example.org", "example.org", {}));
  CHECK_FALSE(may_report("null", "", {}));
  CHECK_FALSE(may_report("https://", "", {}));
  CHECK(may_report("https://www.example.org", "h", {"https://WWW.example.org"}));
  CHECK_FALSE(may_report("http://www.example.org", "h", {"https://www.example.org"}));
  CHECK_FALSE(may_report("https://www.example.org:444", "h", {"https://www.example.org"}));
  CHECK(may_report("https://a.b.example.org", "h", {"https://*.example.org"}));
  CHECK_FALSE(may_report("https://example.org", "h", {"https://*.example.org"}));
  CHECK_FALSE(may_report("https://evilexample.org", "h", {"https://*.example.org"}));
  CHECK_FALSE(may_report("https://evil.org/.example.org", "h", {"https://*.example.com"}));
  CHECK(may_report("null", "h", {"*"}));
}

TEST_CASE("a report in JSON is read, and words that nobody knows are passed over") {
  const auto batch = read_events(R"({"v":[1,{"events":3}],"events":[
      {"action":"click","resource":"https://a/","at":1700000000000,"dwell":1.5,"extent":0.25,"x":{"at":"y"}},
      {"key":"0a","client":"192.0.2.1","device":"phone","outcome":"failed","type":28}],"sent":17e11})");
  REQUIRE(batch);
  REQUIRE(batch->events.size() == 2);
  const auto& first = batch->events[0];
  CHECK((first.action == "click" && first.resource == "https://a/" && !first.odd));
  CHECK((first.at == 1700000000000.0 && first.dwell == 1.5 && first.extent == 0.25));
  CHECK((batch->events[1].key == "0a" && batch->events[1].type == 28.0 && batch->sent == 17e11));
}

TEST_CASE("an event of odd values is marked, and the others stand") {
  const auto batch = read_events(
      R"({"events":[7,null,"x",[1,"action"],{"at":"now"},{"action":1},{"resource":{}},{"dwell":true},{"action":"click"}]})");
  REQUIRE(batch);
  REQUIRE(batch->events.size() == 9);
  for (std::size_t i = 0; i < 8; ++i) CHECK(batch->events[i].odd);
  CHECK_FALSE(batch->events[8].odd);
}

TEST_CASE("a report that is no JSON says where") {
  const auto at = [](std::string_view text) {
    const auto batch = read_events(text);
    REQUIRE_FALSE(batch);
    return std::pair(batch.error().position.line, batch.error().position.column);
  };
  CHECK(at("{\"events\":[}") == std::pair(1, 12));
  CHECK(at("{\"events\":[]\n ,,}") == std::pair(2, 3));
  CHECK(at("{\"events\":[{\"at\":1e999}]}").first == 1);
  CHECK(at("{\"events\":[]}x") == std::pair(1, 14));
  CHECK(read_events("").error().code == ErrorCode::malformed);
  CHECK_THAT(read_events("[]").error().message, Catch::Contains("an object with `events`"));
  CHECK_THAT(read_events("{\"events\":{}}").error().message, Catch::Contains("must be an array"));
  CHECK_THAT(read_events("{}").error().message, Catch::Contains("an object with `events`"));
  CHECK_THAT(read_events("{\"events\":[truth]}").error().message, !Catch::Contains("json.exception"));
}
