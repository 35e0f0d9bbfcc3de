#include <catch2/catch.hpp>

#include <string>
#include <thread>

#include "base/mailbox.h"

using namespace harbinger;

TEST_CASE("a mailbox hands letters to its owner in the order they came, and wakes him for each") {
  Mailbox<std::string> box;
  int woken = 0;
  box.wake_by([&woken] { ++woken; });
  CHECK(box.empty());
  box.post([](std::string& owned) { owned += "a"; });
  std::thread([&box] { box.post([](std::string& owned) { owned += "b"; }); }).join();
  CHECK(woken == 2);
  CHECK_FALSE(box.empty());
  std::string owned;
  box.deliver(owned);
  CHECK(owned == "ab");
  CHECK(box.empty());
  SECTION("what is posted by a letter waits for the next time") {
    box.post([&box](std::string& text) {
      text += "c";
      box.post([](std::string& later) { later += "d"; });
    });
    box.deliver(owned);
    CHECK(owned == "abc");
    box.deliver(owned);
    CHECK(owned == "abcd");
  }
  SECTION("nobody is woken any more who does not want to be") {
    box.wake_by(nullptr);
    box.post([](std::string&) {});
    CHECK(woken == 2);
  }
}
