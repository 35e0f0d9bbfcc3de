#include "persona/share_queue.h"

#include <catch2/catch.hpp>

using namespace harbinger;
using namespace harbinger::persona;

namespace {

ShareItem of_client(ClientKey client, std::uint64_t stamp = 1, std::string value = "value") {
  ShareItem item;
  item.client = client;
  item.stamp = stamp;
  item.value = std::move(value);
  return item;
}

ShareItem of_table(std::string name, std::uint64_t version) {
  ShareItem item;
  item.kind = ValueKind::table;
  item.name = std::move(name);
  item.stamp = version;
  item.value = "table";
  return item;
}

std::vector<ShareItem> take_all(ShareQueue& queue) { return queue.take(1'000'000, 1'000'000'000, 0); }

}  // namespace

TEST_CASE("of one key only the newest value waits, in the turn of the first") {
  ShareQueue queue(10);
  queue.put(of_client(1, 1));
  queue.put(of_client(2, 2));
  queue.put(of_client(1, 3));
  queue.put(of_client(2, 1));  // came late by another thread
  CHECK(queue.waiting() == 2);
  const auto taken = take_all(queue);
  REQUIRE(taken.size() == 2);
  CHECK(taken[0].client == 1);
  CHECK(taken[0].stamp == 3);
  CHECK(taken[1].stamp == 2);
}

TEST_CASE("an assignment and a profile of one client are two values, and profiles push no assignment out") {
  ShareQueue queue(1);
  queue.put(of_client(1));
  ShareItem profile = of_client(1);
  profile.kind = ValueKind::profile;
  queue.put(profile);
  CHECK(queue.waiting() == 2);
  for (profile.client = 2; profile.client < 10; ++profile.client) queue.put(profile);
  CHECK(queue.lost() == 8);
  const auto taken = take_all(queue);
  REQUIRE(taken.size() == 2);
  CHECK(taken[0].kind == ValueKind::assignment);
  CHECK(taken[0].client == 1);
  CHECK(taken[1].client == 9);
}

TEST_CASE("where there is no more room the oldest is lost; tables have room of their own and go first") {
  ShareQueue queue(3);
  for (ClientKey client = 1; client <= 5; ++client) queue.put(of_client(client));
  queue.put(of_table("catalogue", 1));
  CHECK(queue.lost() == 2);
  const auto taken = take_all(queue);
  REQUIRE(taken.size() == 4);
  CHECK(taken[0].name == "catalogue");
  CHECK(taken[1].client == 3);
}

TEST_CASE("room is counted in octets, too") {
  ShareQueue queue(1000);
  const std::string large(ShareQueue::kMostOctets / 4 - 10, 'x');
  const auto put = [&](ClientKey client, std::uint64_t stamp, const std::string& value) {
    ShareItem item = of_client(client, stamp, value);
    item.kind = ValueKind::profile;
    queue.put(std::move(item));
  };
  for (ClientKey client = 1; client <= 6; ++client) put(client, 1, large);
  CHECK(queue.waiting() == 4);
  CHECK(queue.lost() == 2);
  put(6, 2, "small");
  put(7, 1, large);
  CHECK(queue.lost() == 2);
}

TEST_CASE("what could not be written comes first again, unless something newer came meanwhile") {
  ShareQueue queue(10);
  for (ClientKey client = 1; client <= 3; ++client) queue.put(of_client(client));
  auto taken = queue.take(2, 1'000'000, 0);
  CHECK(queue.waiting() == 3);
  queue.put(of_client(1, 9));
  queue.put_back(std::move(taken));
  CHECK(queue.waiting() == 3);
  taken = take_all(queue);
  REQUIRE(taken.size() == 3);
  CHECK(taken[0].client == 2);
  CHECK(taken[2].client == 1);
  CHECK(taken[2].stamp == 9);
  for (int i = 0; i < 3; ++i) queue.settled();
  CHECK(queue.waiting() == 0);
  CHECK(queue.lost() == 0);
}

TEST_CASE("what comes back to a full queue is the oldest, and lost") {
  ShareQueue queue(2);
  queue.put(of_client(1));
  auto taken = take_all(queue);
  queue.put(of_client(2));
  queue.put(of_client(3));
  queue.put_back(std::move(taken));
  CHECK(queue.lost() == 1);
  CHECK(take_all(queue).at(0).client == 2);
}

TEST_CASE("what expired while it waited is passed over and is no loss") {
  ShareQueue queue(10);
  ShareItem item = of_client(1);
  item.until = 100;
  queue.put(std::move(item));
  queue.put(of_client(2));
  CHECK(queue.take(10, 1000, 100).at(0).client == 2);
  CHECK(queue.lost() == 0);
}

TEST_CASE("a batch ends with the value that goes beyond its octets") {
  ShareQueue queue(10);
  for (ClientKey client = 1; client <= 5; ++client) queue.put(of_client(client, 1, std::string(10, 'x')));
  CHECK(queue.take(10, 15, 0).size() == 2);
}
