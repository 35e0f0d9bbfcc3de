#include "plugins/vm_provisioning/tag_memo.h"

#include <catch2/catch.hpp>
#include <thread>
#include <vector>

using namespace harbinger::vm_provisioning;

namespace {

KnownTag tag_for(std::uint64_t code) {
  KnownTag tag{.key = code * 3 + 1};
  tag.text.fill(static_cast<char>('a' + code % 26));
  return tag;
}

}  // namespace

TEST_CASE("what was kept is found under its number, until all is forgotten") {
  TagMemo memo;
  CHECK_FALSE(memo.find(7));
  memo.keep(7, tag_for(7));
  REQUIRE(memo.find(7));
  CHECK(memo.find(7)->key == 22);
  CHECK(memo.find(7)->text == tag_for(7).text);
  CHECK_FALSE(memo.find(8));
  memo.forget();
  CHECK_FALSE(memo.find(7));
}

TEST_CASE("threads that keep and find at once never see half a tag") {
  TagMemo memo;
  std::atomic<int> wrong{0};
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&, thread] {
      for (std::uint64_t i = 0; i < 50'000; ++i) {
        const auto code = (i * 7 + static_cast<std::uint64_t>(thread)) % 5000;
        if (const auto found = memo.find(code))
          wrong += found->key != tag_for(code).key || found->text != tag_for(code).text;
        else
          memo.keep(code, tag_for(code));
      }
    });
  threads.clear();
  CHECK(wrong == 0);
}
