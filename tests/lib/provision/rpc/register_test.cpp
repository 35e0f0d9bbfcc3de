// Applications that want an instance, see what there is, and give one back.
#include <catch2/catch.hpp>

#include "tests/lib/provision/rpc/served.h"

using namespace harbinger;
using namespace harbinger::provision;
using namespace harbinger::test;

namespace {

ProvisioningEngine::Registration ready_instance() {
  return {"i-1", Step::assigned, {{IpAddress::parse("192.0.2.7").value()}, 8080}, ""};
}

}  // namespace

TEST_CASE("an application registers a profile, and gets an instance and the profile's tag") {
  const Served served;
  served.engine->answer(ready_instance());
  const auto answer = Caller(served.address()).register_profile("frankfurt", 7, "web");
  CHECK(answer.code == "OK");
  CHECK(answer.instance.id == "i-1");
  CHECK(answer.instance.pool == "web");
  CHECK(answer.instance.step == "ASSIGNED");
  CHECK(answer.instance.addresses == std::vector<std::string>{"192.0.2.7"});
  CHECK(answer.instance.port == 8080);
  const auto tag = ProfileTag::parse(answer.tag);
  REQUIRE(tag);
  CHECK(*tag == served.keys->make({"frankfurt", "", 7, "", served.keys->band(served.now())}, served.now()));
  CHECK(served.engine->asked() == std::vector{std::pair(tag->key(), std::string("web"))});
}

TEST_CASE("an application registers a tag of ours, with or without its label, in either case") {
  const Served served;
  const auto tag = served.keys->make({"frankfurt", "", 7, "", 0}, served.now());
  std::string upper(tag.text());
  for (auto& c : upper) c = static_cast<char>(std::toupper(c));
  const Caller caller(served.address());
  for (const auto& text : {std::string(tag.text()), "cpt-" + std::string(tag.text()), "CPT-" + upper}) {
    const auto answer = caller.register_tag(text, "web");
    CHECK(answer.code == "OK");
    CHECK(answer.tag.empty());
  }
  for (const auto& [key, pool] : served.engine->asked()) CHECK(key == tag.key());
  CHECK(served.engine->asked().size() == 3);
}

TEST_CASE("forged, expired, truncated and missing tags get nothing, and are told what would be right") {
  const Served served;
  const Caller caller(served.address());
  const auto forged = caller.register_tag("000000000000000000000000", "web");
  CHECK(forged.code == "INVALID_ARGUMENT");
  CHECK(forged.message == "this tag is not of our making: register the profile instead");
  const auto old = served.keys->make({}, served.now() - 3 * 86'400'000LL);
  const auto expired = caller.register_tag(std::string(old.text()), "web");
  CHECK(expired.code == "FAILED_PRECONDITION");
  CHECK(expired.message == "this tag has expired: register the profile, and use the tag that comes back");
  const auto malformed = "a tag is 24 characters of 0-9 and a-z without i, l, o and u";
  CHECK(caller.register_tag(std::string(old.text()).substr(1), "web").message == malformed);
  CHECK(caller.register_nobody("web").message == malformed);
  CHECK(served.engine->asked().empty());
}

TEST_CASE("a profile with absurd parts gets nothing") {
  const Served served;
  const Caller caller(served.address());
  CHECK(caller.register_profile(std::string(256, 'a'), 0, "web").code == "INVALID_ARGUMENT");
  CHECK(caller.register_profile("frankfurt", 256, "web").code == "INVALID_ARGUMENT");
  CHECK(caller.register_profile(std::string(100'000, 'a'), 0, "web").code == "RESOURCE_EXHAUSTED");
  CHECK(served.engine->asked().empty());
}

TEST_CASE("what the engine refuses comes back with its reason") {
  const Served served;
  const Caller caller(served.address());
  served.engine->answer(fail(ErrorCode::denied, "the budget of this hour is used up"));
  const auto denied = caller.register_profile("frankfurt", 0, "web");
  CHECK(denied.code == "PERMISSION_DENIED");
  CHECK(denied.message == "the budget of this hour is used up");
  served.engine->answer(ProvisioningEngine::Registration{"", Step::ordered, {}, "cpt-5k2mx8q0v7n3r9tbwd4hyzje waits"});
  CHECK(caller.register_profile("frankfurt", 0, "web").why == "cpt-* waits");
}

TEST_CASE("instances are listed page by page, by id, and nobody's tag with them") {
  const Served served;
  served.engine->set_pool("web", 1, 0);
  served.engine->set_pool("encode", 1, 0);
  for (const auto* id : {"c", "a", "e", "b"}) served.engine->change(id, "web", Step::ready);
  served.engine->change("d", "encode", Step::starting);
  const Caller caller(served.address());
  const auto first = caller.list("", 3);
  REQUIRE(first.instances.size() == 3);
  CHECK(first.instances[2].id == "c");
  CHECK(first.instances[0].text.find("4711") == std::string::npos);
  CHECK(first.pools == std::vector<std::string>{"web", "encode"});
  CHECK(first.next == "c");
  const auto second = caller.list("", 3, first.next);
  REQUIRE(second.instances.size() == 2);
  CHECK(second.instances[0].id == "d");
  CHECK(second.instances[0].step == "STARTING");
  CHECK(second.next.empty());
  CHECK(caller.list("encode").instances.size() == 1);
  const auto wrong = caller.list("nowhere");
  CHECK(wrong.code == "NOT_FOUND");
  CHECK(wrong.message == "no such pool; there are: web, encode");
}

TEST_CASE("an instance is given back once") {
  const Served served;
  served.engine->set_pool("web", 1, 0);
  served.engine->change("a", "web", Step::assigned);
  const Caller caller(served.address());
  CHECK(caller.release("a").code == "OK");
  CHECK(caller.release("a").code == "NOT_FOUND");
  CHECK(caller.list().instances.empty());
}
