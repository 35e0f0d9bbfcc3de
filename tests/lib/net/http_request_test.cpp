#include <catch2/catch.hpp>

#include <harbinger/http.h>

using namespace harbinger;

namespace {

std::string value_in(std::string_view query, std::string_view name) {
  return HttpRequest{.path = "/", .query = query}.value(name);
}

}  // namespace

TEST_CASE("values of a URL's query are found and decoded") {
  CHECK(value_in("name=a.example&client=192.0.2.1", "client") == "192.0.2.1");
  CHECK(value_in("name=a%2Eexample", "name") == "a.example");
  CHECK(value_in("client=2001%3Adb8%3A%3A1&name=x", "client") == "2001:db8::1");
  CHECK(value_in("name=100%", "name") == "100%");
  CHECK(value_in("name=%zz%2", "name") == "%zz%2");
  CHECK(value_in("surname=x&name", "name").empty());
  CHECK(value_in("", "name").empty());
}
