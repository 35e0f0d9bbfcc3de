#include "net/http_url.h"

#include <catch2/catch.hpp>

using namespace harbinger::net;

namespace {

HttpUrl parsed(const char* text) { return HttpUrl::parse(text).value(); }

}  // namespace

TEST_CASE("a URL is read as scheme, host, port and path") {
  const auto url = parsed("https://[2001:db8::1]:6443/a/b?c=d/");
  CHECK((url.secure && url.host == "2001:db8::1" && url.port == 6443));
  CHECK((url.authority == "[2001:db8::1]:6443" && url.path == "/a/b?c=d/"));
  CHECK(parsed("http://[::1]").port == 80);
  CHECK(parsed("https://a.example").port == 443);
  for (const auto* wrong : {"", "a.example", "ftp://a", "http://", "http://:1", "http:///a", "http://a:", "http://a:b",
                            "http://a:0", "http://a:65536", "https://[]:1"})
    CHECK_FALSE(HttpUrl::parse(wrong));
}

TEST_CASE("a value is written into a URL so that nothing in it means something there") {
  CHECK(url_escaped("a=b,c/d e") == "a%3Db%2Cc%2Fd%20e");
  CHECK(url_escaped("A-z_0.9~\xff") == "A-z_0.9~%FF");
}
