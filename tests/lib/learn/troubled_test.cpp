#include <harbinger/troubled.h>

#include <memory>

#include <catch2/catch.hpp>

using namespace harbinger;

TEST_CASE("a name is in trouble while somebody says so") {
  Troubled all;
  CHECK_FALSE(all.is("a.shop.example"));
  auto one = std::make_unique<Troubled::Reporter>(all);
  Troubled::Reporter other(all);
  one->say({"*.shop.example"});
  other.say({"*.shop.example", "www.example"});
  CHECK(all.is("a.shop.example"));
  CHECK(all.is("www.example"));
  CHECK_FALSE(all.is("shop.example"));
  other.say({"www.example"});
  CHECK(all.is("a.shop.example"));
  one.reset();
  CHECK_FALSE(all.is("a.shop.example"));
  CHECK(all.is("www.example"));
  other.say({});
  CHECK_FALSE(all.is("www.example"));
}
