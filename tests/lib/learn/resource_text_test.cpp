#include <catch2/catch.hpp>

#include <harbinger/resource_text.h>

using namespace harbinger;

namespace {
std::string text_of(std::string_view name) { return std::string(ResourceText(Name::parse(name).value()).view()); }
}  // namespace

TEST_CASE("a resource's text is the name in lower case without the last dot") {
  CHECK(text_of("WWW.Example.ORG.") == "www.example.org");
  CHECK(text_of("_dns.resolver_1.arpa.") == "_dns.resolver_1.arpa");
  CHECK(text_of("*.example.") == "*.example");
  CHECK(text_of("x.") == "x");
  const std::string label(63, 'A'), wanted(63, 'a');
  CHECK(text_of(label + "." + label + "." + label + "." + std::string(61, 'B') + ".") ==
        wanted + "." + wanted + "." + wanted + "." + std::string(61, 'b'));
}

TEST_CASE("the root, and names that need escapes, are no resources") {
  CHECK(text_of(".") == "");
  CHECK(text_of("a\\.b.example.") == "");
  CHECK(text_of("two\\032words.example.") == "");
  CHECK(text_of("x\\255.example.") == "");
  CHECK(text_of("x\\000y.example.") == "");
}

TEST_CASE("a name with a client profile tag is no resource, so that nobody learns or hints it") {
  CHECK(text_of("cpt-5k2mx8q0v7n3r9tbwd4hyzje.video.example.org.") == "");
  CHECK(text_of("www.CPT-5k2mx8q0v7n3r9tbwd4hyzje.example.") == "");
  CHECK(text_of("cpt-codes.example.org.") == "cpt-codes.example.org");
}

TEST_CASE("a resource belongs to a host, which lies within zones") {
  CHECK(host_of("www.example.org") == "www.example.org");
  CHECK(host_of("https://www.example.org:8443/a/b?c") == "www.example.org");
  CHECK(host_of("https://www.example.org") == "www.example.org");
  CHECK(is_within("www.example.org", "example.org"));
  CHECK(is_within("example.org", "example.org"));
  CHECK(is_within("anything", ""));
  CHECK_FALSE(is_within("badexample.org", "example.org"));
  CHECK_FALSE(is_within("org", "example.org"));
}
