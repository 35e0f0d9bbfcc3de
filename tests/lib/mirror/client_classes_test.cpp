#include "mirror/client_classes.h"

#include <catch2/catch.hpp>

#include <harbinger/client_keys.h>

using namespace harbinger;
using mirror::ClientClasses;

namespace {

constexpr UnixMillis kHour = 3'600'000, kMidnight = 20'000 * 24 * kHour;
using Rows = std::vector<ClientClasses::Row>;

void see(ClientClasses& classes, ClientKey first, ClientKey last, std::string_view cluster, std::string_view kind,
         UnixMillis at = kMidnight + 9 * kHour) {
  for (ClientKey client = first; client <= last; ++client) classes.seen(client, cluster, kind, at);
}

}  // namespace

TEST_CASE("four clients never show, five do") {
  ClientClasses classes({.least_clients = 5});
  see(classes, 1, 4, "eu", "phone");
  for (int again = 0; again < 100; ++again) see(classes, 1, 4, "eu", "phone");
  CHECK(classes.rows().empty());
  see(classes, 5, 5, "eu", "phone");
  CHECK(classes.rows() == Rows{{"eu", "phone", 2, 405}});
}

TEST_CASE(
    "classes that are too small are put together, by cluster and then over clusters, until they are large enough") {
  ClientClasses classes({.least_clients = 5});
  see(classes, 1, 3, "eu", "phone");
  see(classes, 4, 6, "eu", "tablet");
  CHECK(classes.rows() == Rows{{"eu", "other", -1, 5}});
  see(classes, 11, 13, "us", "phone");
  CHECK(classes.rows().size() == 1);
  see(classes, 21, 23, "asia", "phone");
  CHECK(classes.rows() == Rows{{"eu", "other", -1, 5}, {"", "other", -1, 5}});
}

TEST_CASE("few clients that are in many small classes stay few when those are put together") {
  ClientClasses classes({.least_clients = 5});
  for (int kind = 0; kind < 50; ++kind) see(classes, 1, 4, "eu", "kind-" + std::to_string(kind));
  CHECK(classes.rows().empty());
}

TEST_CASE("one client's next request does not show") {
  ClientClasses classes({.least_clients = 5});
  see(classes, 1, 5, "eu", "phone");
  const auto before = classes.rows();
  see(classes, 3, 3, "eu", "phone");
  CHECK(classes.rows() == before);
}

TEST_CASE("clients that ask not to be told apart never make a class large enough") {
  ClientClasses classes({.least_clients = 2});
  for (int i = 0; i < 100; ++i) classes.seen(0, "eu", "phone", kMidnight);
  CHECK(classes.rows().empty());
}

TEST_CASE("four clients with another key each after midnight stay four, whichever way the clock goes") {
  const std::array<std::uint8_t, 32> secret{1, 2, 3};
  const ClientKeys keys(secret);
  ClientClasses classes({.least_clients = 5});
  const auto four = [&](UnixMillis at) {
    for (int i = 1; i <= 4; ++i)
      classes.seen(keys.key_of(IpAddress::parse("192.0.2." + std::to_string(i)).value(), "", at), "eu", "phone", at);
  };
  four(kMidnight - kHour);
  four(kMidnight + kHour);
  CHECK(classes.rows().empty());
  four(kMidnight - kHour);
  four(kMidnight + kHour);
  four(kMidnight - kHour);
  CHECK(classes.rows().empty());
}

TEST_CASE("close to midnight, where a key may be of either day, no client makes a class large enough") {
  ClientClasses classes({.least_clients = 5});
  see(classes, 1, 4, "eu", "phone", kMidnight + kHour);
  see(classes, 101, 104, "eu", "phone", kMidnight + 9'999);
  CHECK(classes.rows().empty());
  see(classes, 5, 5, "eu", "phone", kMidnight + 10'000);
  CHECK(classes.rows() == Rows{{"eu", "phone", 0, 5}});
}

TEST_CASE("a day that is over is forgotten") {
  ClientClasses classes({.least_clients = 2});
  see(classes, 1, 9, "eu", "phone", kMidnight - kHour);
  CHECK(classes.rows() == Rows{{"eu", "phone", 5, 8}});
  classes.seen(1, "eu", "phone", kMidnight + kHour);
  CHECK(classes.rows().empty());
  CHECK(classes.classes() == 1);
}

TEST_CASE("a million classes take no more room than the limit, and what is beyond counts together") {
  ClientClasses classes({.least_clients = 5, .most_classes = 1000});
  for (ClientKey i = 1; i <= 1'000'000; ++i) classes.seen(i, "eu", std::to_string(i), kMidnight + kHour);
  CHECK(classes.classes() == 1000);
  CHECK(classes.rows() == Rows{{"eu", "other", -1, 1000}, {"", "other", -1, 999'000}});
  see(classes, 1, 3, std::string(1000, 'x'), "phone", kMidnight + kHour);
  CHECK(classes.classes() == 1000);
}
