#include "mirror/config_document.h"

#include <string>

#include <catch2/catch.hpp>

using namespace harbinger::mirror;
using nlohmann::json;

namespace {

MirrorSettings unusual() {
  MirrorSettings settings;
  settings.dry_run = true;
  settings.horizon = std::chrono::seconds(900);
  settings.types["video"] = {.publish = 12.5, .withdraw = 3, .least_benefit = 2, .most_mirrors = 5};
  settings.servers["edge-1.eu"] = {.cache_bytes = 1ull << 40, .excluded = true, .preference = 0.25};
  settings.weights.cost = 0;
  settings.fill_patience = std::chrono::milliseconds(1234);
  return settings;
}

Complaints complaints_of(std::string_view text) {
  const auto read = read_settings(parse_json(text).value());
  return read ? Complaints() : read.error();
}

// A document with one thing wrong: where, and what would be right.
struct Wrong {
  const char *document, *at, *right;
};

}  // namespace

TEST_CASE("settings are the same after they were written and read") {
  for (const auto& settings : {MirrorSettings(), unusual()}) {
    const auto read = read_settings(parse_json(settings_text(settings)).value());
    REQUIRE(read);
    CHECK(*read == settings);
  }
}

TEST_CASE("what a document leaves out is at its default") {
  CHECK(read_settings(json::object()).value() == MirrorSettings());
  const auto read =
      read_settings(parse_json(R"({"types": {"video": {"publish": 50}}, "lease_s": 90})").value()).value();
  CHECK(read.types.at("video") == Threshold{.publish = 50});
  CHECK(read.lease == std::chrono::seconds(90));
  CHECK(read.ttl == MirrorSettings().ttl);
}

TEST_CASE("a document with something wrong says where, and what would be right") {
  const auto wrong = GENERATE(values<Wrong>({
      {R"([])", "", "an object"},
      {R"(7)", "", "an object"},
      {R"({"threshhold": {}})", "/threshhold", "`threshold`, perhaps"},
      {R"({"xyz": 1})", "/xyz", "one of `dry_run`, "},
      {R"({"a/b~c": 1})", "/a~1b~0c", "one of"},
      {R"({"dry_run": "yes"})", "/dry_run", "true or false"},
      {R"({"dry_run": null})", "/dry_run", "true or false"},
      {R"({"horizon_s": 0})", "/horizon_s", "a whole number from 60 to 604800"},
      {R"({"horizon_s": 90.5})", "/horizon_s", "a whole number"},
      {R"({"horizon_s": "3600"})", "/horizon_s", "a whole number"},
      {R"({"most_mirrors": -1})", "/most_mirrors", "a whole number from 0 to 1000000"},
      {R"({"most_mirrors": 4294967297})", "/most_mirrors", "a whole number from 0 to 1000000"},
      {R"({"most_bytes": 0})", "/most_bytes", "a whole number from 1"},
      {R"({"most_bytes": 18446744073709551615})", "/most_bytes", "a whole number from 1"},
      {R"({"push_share": 1.5})", "/push_share", "a number from 0 to 1"},
      {R"({"threshold": 5})", "/threshold", "an object"},
      {R"({"threshold": {"publish": -1}})", "/threshold/publish", "a number from 0.001"},
      {R"({"threshold": {"publish": true}})", "/threshold/publish", "a number from 0.001"},
      {R"({"threshold": {"publish": 5, "withdraw": 5}})", "/threshold/withdraw", "less than `publish`, which is 5"},
      {R"({"types": {"video": {"withdraw": 40}}})", "/types/video/withdraw", "less than `publish`, which is 30"},
      {R"({"types": {"": {}}})", "/types/", "1 to 63 letters"},
      {R"({"types": {"a b": {}}})", "/types/a b", "1 to 63 letters"},
      {R"({"types": []})", "/types", "an object"},
      {R"({"types": {"video": {"speed": 1}}})", "/types/video/speed", "one of"},
      {R"({"servers": {"edge": {"cache_bytes": -5}}})", "/servers/edge/cache_bytes", "a whole number from 0"},
      {R"({"servers": {"edge": {"preference": 0}}})", "/servers/edge/preference", "a number from 0.001 to 1000"},
      {R"({"weights": {"latency": -0.1}})", "/weights/latency", "a number from 0 to 1000"},
      {R"({"weights": {"latency": 0, "free_capacity": 0, "diversity": 0, "cost": 0, "trust": 0}})", "/weights",
       "at least one of them above 0"},
      {R"({"ttl_s": 61, "drain_s": 100})", "/ttl_s", "at most `lease_s`, which is 60"},
      {R"({"ttl_s": 30, "drain_s": 29})", "/ttl_s", "at most `drain_s`, which is 29"},
      {R"({"most_mirrors": 10})", "/most_mirrors_of_cluster", "at most `most_mirrors`, which is 10"},
      {R"({"push_burst_bytes": 5})", "/most_bytes", "at most `push_burst_bytes`, which is 5"},
  }));
  CAPTURE(wrong.document);
  const auto complaints = complaints_of(wrong.document);
  REQUIRE(complaints.size() == 1);
  CHECK(complaints[0].at == wrong.at);
  CHECK_THAT(complaints[0].right, Catch::StartsWith(wrong.right));
  CHECK_FALSE(complaints[0].wrong.empty());
}

TEST_CASE("every wrong field is told at once") {
  const auto complaints = complaints_of(
      R"({"dry_run": 1, "lease_s": -1, "threshold": {"publish": "x", "speed": 2}, "servers": {"a": 1, "b": {"c": 2}}})");
  std::string places;
  for (const auto& each : complaints) places += each.at + ' ';
  CHECK(places == "/dry_run /threshold/publish /threshold/speed /servers/a /servers/b/c /lease_s ");
}

TEST_CASE("text that is no JSON, or could be read in two ways, is no document") {
  for (const auto* text :
       {"", "{", "{\"a\":}", "nonsense", "{\"ttl_s\": 1e999}", "{} {}", "\xff", "{\"dry_run\": NaN}"})
    CHECK(parse_json(text).error().code == harbinger::ErrorCode::malformed);
  CHECK(parse_json(R"({"ttl_s": 1, "ttl_s": 2})").error().message == "the key \"ttl_s\" is there twice");
  CHECK(parse_json(R"({"a": {"x": 1}, "b": {"x": 2}})"));
  CHECK_FALSE(parse_json(std::string(100'000, '[')));
}

TEST_CASE("the changes between two versions name each field with its old and its new value") {
  MirrorSettings before, after;
  before.servers["a"];
  after.servers["b"].preference = 2;
  after.push_share = 0.2;
  std::string all;
  for (const auto& [at, from, to] : changes_between(before, after))
    all += at + ' ' + from.dump() + ' ' + to.dump() + '\n';
  CHECK_THAT(all, Catch::Contains("/push_share 0.1 0.2\n"));
  CHECK_THAT(all, Catch::Contains("/servers/a/preference 1.0 null\n"));
  CHECK_THAT(all, Catch::Contains("/servers/b/preference null 2.0\n"));
  CHECK_THAT(all, !Catch::Contains("ttl"));
  CHECK(changes_between(before, before).empty());
}
