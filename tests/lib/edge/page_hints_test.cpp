#include "edge/page_hints.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace harbinger::edge;

namespace {

std::string on_site(std::string_view url) { return path_on_site(url, "www.example.org").value_or("-"); }

}  // namespace

TEST_CASE("pages are told of by their paths, and those of other sites are not") {
  CHECK(on_site("https://www.example.org/next?page=2") == "/next?page=2");
  CHECK(on_site("http://www.example.org/") == "/");
  CHECK(on_site("/next") == "/next");
  for (const auto* other :
       {"https://example.org/next", "https://www.example.org:8443/next", "https://www.example.org.evil.example/next",
        "https://evil.example/www.example.org/next", "img.www.example.org", "", "https://www.example.org",
        "https://www.example.org//evil.example/", "//evil.example/", "https://www.example.org/film.mp4#0+65536"})
    CHECK(on_site(other) == "-");
}

TEST_CASE("nothing in a path ends a field, a link or a string, or begins another host's name") {
  CHECK(on_site("https://www.example.org/a>;rel=x,<b") == "/a%3E;rel=x,%3Cb");
  CHECK(on_site("https://www.example.org/a\r\nSet-Cookie: x=1") == "/a%0D%0ASet-Cookie:%20x=1");
  CHECK(on_site("https://www.example.org/a\"b\\c{}`") == "/a%22b%5Cc%7B%7D%60");
  CHECK(on_site("https://www.example.org/\\evil.example/") == "/%5Cevil.example/");
  CHECK(on_site("https://www.example.org/caf\xc3\xa9\x7f") == "/caf%C3%A9%7F");
  // What is escaped already is another page when it is escaped again.
  CHECK(on_site("https://www.example.org/a%20b[1]|2'") == "/a%20b[1]|2'");
}

TEST_CASE("whatever octets a URL has, its path is printable and without brackets and quotes") {
  std::string url = "https://www.example.org/";
  for (int octet = 0; octet < 256; ++octet)
    if (octet != '#') url += static_cast<char>(octet);
  const auto path = on_site(url);
  REQUIRE(path.starts_with("/%00%01"));
  for (const char each : path) CHECK((each > 0x20 && each < 0x7f && !std::string_view("<>\"\\").contains(each)));
}

TEST_CASE("endings tell pages from what belongs to them") {
  for (const auto* page :
       {"/", "/next", "/next.html", "/v1.2/next", "/a.PHP?x=y.png", "/next.", "/watch.mp4x", "/.js/"})
    CHECK(may_be_page(page));
  for (const auto* none : {"/a.css", "/a.JS", "/pictures/1.jpeg?size=2", "/film.mp4", "/font.woff2", "/a.b.webp"})
    CHECK_FALSE(may_be_page(none));
}

TEST_CASE("which browsers follow rules is told by the engine's version, whatever else they are called") {
  CHECK(follows_rules(R"("Not:A-Brand";v="8", "Chromium";v="156")"));
  CHECK(follows_rules(R"("Chromium";v="121", "Microsoft Edge";v="121", "Not A(Brand";v="99")"));
  CHECK_FALSE(follows_rules(R"("Chromium";v="120", "Google Chrome";v="120", "Not A(Brand";v="99")"));
  CHECK_FALSE(follows_rules(R"("Not:A-Brand";v="999")"));
  CHECK_FALSE(follows_rules(R"("Chromium";v=")"));
  CHECK_FALSE(follows_rules(""));
}

TEST_CASE("a Link field keeps its order and its size") {
  const std::vector<PageHint> hints{{"/a", 0.9}, {"/" + std::string(100, 'b'), 0.8}, {"/c", 0.2}};
  CHECK(link_field(std::vector<PageHint>{}) == "");
  CHECK(link_field(hints) == "</a>; rel=prefetch, </" + std::string(100, 'b') + ">; rel=prefetch, </c>; rel=prefetch");
  CHECK(link_field(hints, 60) == "</a>; rel=prefetch, </c>; rel=prefetch");
}

TEST_CASE("the field that names the rules is one quoted string, and says for which page") {
  CHECK(rules_field("/next") == R"("/v1/speculation-rules?for=/next")");
  CHECK(rules_field("/a b&c=d\"\\%") == R"("/v1/speculation-rules?for=/a%20b%26c%3Dd%22%5C%25")");
  CHECK(rules_field("/" + std::string(600, 'x')) == R"("/v1/speculation-rules")");
}

TEST_CASE("rules fetch at once what is likelier than not, and the rest when the user points at it") {
  using nlohmann::json;
  const std::vector<PageHint> hints{{"/sure", 0.7}, {"/even", 0.5}, {"/maybe", 0.2}};
  CHECK(json::parse(rules_document(hints, 0.5)) == json::parse(R"({"prefetch":[
      {"source":"list","urls":["/sure","/even"],"eagerness":"immediate"},
      {"source":"list","urls":["/maybe"],"eagerness":"moderate"}]})"));
  CHECK(json::parse(rules_document(std::span(hints).subspan(2), 0.5))["prefetch"].size() == 1);
  CHECK(json::parse(rules_document({}, 0.5)) == json::parse(R"({"prefetch":[]})"));
}
