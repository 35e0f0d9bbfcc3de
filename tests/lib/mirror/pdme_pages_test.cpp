#include "mirror/pdme_pages.h"

#include <fstream>
#include <sstream>

#include <nlohmann/json.hpp>
#include <thread>

#include "mirror/config_document.h"
#include "mirror/refusal_limit.h"
#include "tests/lib/mirror/pdme_world.h"
#include "tests/lib/mirror/small_disk.h"
#include "tests/support/certificates.h"
#include "tests/support/curl.h"

using namespace harbinger;
using namespace harbinger::mirror;
using namespace harbinger::test;
using nlohmann::json;

namespace {

json json_in(const std::string& response) { return json::parse(body_of(response)); }

}  // namespace

TEST_CASE_METHOD(PdmeWorld, "nothing of mirroring is told without a token, nor changed with one that may only read") {
  for (const auto* path : {"/pdme/config", "/pdme/stats", "/pdme/mirrors", "/pdme/why?name=a", "/pdme/openapi.json"}) {
    CAPTURE(path);
    CHECK(status_of(ask("GET", path, "")) == 401);
    CHECK(status_of(ask("GET", path, bearer("unknown-0123456789"))) == 401);
    CHECK(status_of(get(path)) != 401);
  }
  CHECK(status_of(ask("PUT", "/pdme/config", "", "{}")) == 401);
  CHECK(status_of(ask("PUT", "/pdme/config", bearer(kReadToken), "{}")) == 403);
  CHECK(status_of(ask("POST", "/v1/events/external", bearer(kReadToken), "{}")) == 403);
  CHECK(store->current()->number == 0);
  CHECK(source.expected.empty());
}

TEST_CASE_METHOD(PdmeWorld, "what an operator gets can be changed and put back, with its ETag as the condition") {
  const auto got = get("/pdme/config");
  CHECK(status_of(got) == 200);
  auto settings = json_in(got);
  CHECK(settings["horizon_s"] == 3600);
  settings["horizon_s"] = 900;
  const auto etag = field_of(got, "ETag");
  const auto put_back = put(settings.dump(), etag);
  CHECK(status_of(put_back) == 200);
  CHECK(field_of(put_back, "ETag") != etag);
  CHECK(json_in(get("/pdme/config")) == settings);
  CHECK(field_of(get("/pdme/config"), "ETag") == field_of(put_back, "ETag"));
  CHECK(store->current()->settings.horizon == std::chrono::seconds(900));
}

TEST_CASE_METHOD(PdmeWorld, "a change without a condition, or from an older version, is refused") {
  CHECK(status_of(ask("PUT", "/pdme/config", bearer(kWriteToken) + "Content-Type: application/json\r\n", "{}")) == 428);
  CHECK(status_of(put(R"({"horizon_s": 900})", "\"0-00000000\"")) == 412);
  CHECK(store->current()->number == 0);
}

TEST_CASE_METHOD(PdmeWorld, "of clients that change the same version at once, one wins and the others hear of it") {
  const auto etag = field_of(get("/pdme/config"), "ETag");
  std::vector<std::thread> clients;
  std::vector<int> statuses(8);
  for (std::size_t i = 0; i < statuses.size(); ++i)
    clients.emplace_back(
        [&, i] { statuses[i] = status_of(put(R"({"horizon_s": )" + std::to_string(900 + i) + "}", etag)); });
  for (auto& each : clients) each.join();
  CHECK(std::ranges::count(statuses, 200) == 1);
  CHECK(std::ranges::count(statuses, 412) == 7);
  CHECK(store->current()->number == 1);
}

TEST_CASE_METHOD(PdmeWorld,
                 "a document with wrong fields is answered with the reason of each, and nothing is applied") {
  const auto response = put(R"({"horizon_s": 900, "push_share": 7, "speed": 1})");
  CHECK(status_of(response) == 422);
  const auto reasons = json_in(response)["reasons"];
  REQUIRE(reasons.size() == 2);
  CHECK(reasons[0] == json({{"at", "/push_share"}, {"wrong", "is 7"}, {"right", "a number from 0 to 1"}}));
  CHECK(reasons[1]["at"] == "/speed");
  CHECK(store->current()->number == 0);
}

TEST_CASE_METHOD(PdmeWorld, "garbage is refused in words") {
  CHECK(status_of(put("nonsense")) == 400);
  CHECK(status_of(put("")) == 400);
  CHECK(status_of(put(std::string(300'000, '['))) == 400);
  CHECK(status_of(put(std::string(3u << 20, ' '))) == 413);
  CHECK(status_of(ask("PUT", "/pdme/config", bearer(kWriteToken) + "Content-Type: text/plain\r\nIf-Match: *\r\n",
                      "{}")) == 415);
  CHECK(status_of(ask("DELETE", "/pdme/config", bearer(kWriteToken))) == 405);
  CHECK(status_of(ask("PUT", "/pdme/stats", bearer(kWriteToken), "{}")) == 405);
  CHECK(store->current()->number == 0);
}

TEST_CASE_METHOD(PdmeWorld, "every change and every refused attempt has a line in the audit log, and no token") {
  put(R"({"horizon_s": 900})");
  put(R"({"horizon_s": 1})");
  put(R"({"horizon_s": 1000})", "\"0-0\"");
  ask("PUT", "/pdme/config", bearer("unknown-0123456789"), "{}");
  ask("PUT", "/pdme/config", bearer(kReadToken), "{}");
  tell(R"({"tag": "premiere", "resources": "*.video.example", "lift": 3})");
  std::vector<std::string> told;
  std::istringstream file(audit());
  for (std::string line; std::getline(file, line);) {
    const auto entry = json::parse(line);
    told.push_back(entry.value("what", "") + ' ' + entry.value("outcome", "") + ' ' + entry.value("who", "-") + ' ' +
                   entry.value("why", "").substr(0, 3));
  }
  CHECK(told == std::vector<std::string>{"start applied - ", "config applied ops ", "config refused ops 422",
                                         "config refused ops 412", "config refused - 401", "config refused watcher 403",
                                         "events applied ops "});
  CHECK_THAT(audit(), !Catch::Contains("0123456789"));
  CHECK_THAT(audit(), Catch::Contains("\"where\":\"127.0.0.1:"));
}

TEST_CASE_METHOD(PdmeWorld, "attempts that are refused by the thousand do not fill the audit log") {
  for (int i = 0; i < 100; ++i) ask("PUT", "/pdme/config", "", "{}");
  CHECK(std::ranges::count(audit(), '\n') == 1 + static_cast<int>(RefusalLimit::kMostInMinute));
  CHECK(status_of(put(R"({"horizon_s": 900})")) == 200);
  clock.advance(std::chrono::minutes(1));
  ask("PUT", "/pdme/config", "", "{}");
  CHECK_THAT(audit(), Catch::Contains("\"held_back\":40"));
}

TEST_CASE_METHOD(PdmeWorld, "events from outside reach whoever mirrors, one or many at once") {
  const auto response =
      tell(R"({"tag": "premiere", "resources": "*.video.example", "cluster": "eu", "at_ms": 1700000360000,
                                 "lift": 4.5, "lasts_s": 7200})");
  CHECK(status_of(response) == 202);
  CHECK(json_in(response) == json({{"taken", 1}, {"unknown", 0}}));
  REQUIRE(source.expected.size() == 1);
  CHECK(source.expected[0].tag == "premiere");
  CHECK(source.expected[0].cluster == "eu");
  CHECK(source.expected[0].at == 1700000360000);
  CHECK(source.expected[0].lift == 4.5);
  CHECK(source.expected[0].lasts == std::chrono::hours(2));
  CHECK(status_of(tell(
            R"([{"tag": "a", "resources": "x", "lift": 2}, {"tag": "b", "resources": "y", "lift": 0.5}])")) == 202);
  CHECK(source.expected.size() == 3);
  CHECK(source.expected[1].at == 1'700'000'001'000);  // now
}

TEST_CASE_METHOD(PdmeWorld, "of events of which one is wrong, none is taken") {
  const auto wrong = GENERATE(values<std::pair<const char*, const char*>>({
      {R"([{"tag": "a", "resources": "x", "lift": 2}, {"tag": "b", "resources": "y", "lift": 0}])", "/1/lift"},
      {R"({"tag": "", "resources": "x", "lift": 2})", "/tag"},
      {R"({"tag": "a", "lift": 2})", "/resources"},
      {R"({"tag": "a", "resources": "x"})", "/lift"},
      {R"({"tag": "a", "resources": "x", "lift": 1e9})", "/lift"},
      {R"({"tag": "a", "resources": "x", "lift": 2, "at_ms": 12})", "/at_ms"},
      {R"({"tag": "a", "resources": "x", "lift": 2, "at_ms": 9999999999999})", "/at_ms"},
      {R"({"tag": "a", "resources": "x", "lift": 2, "lasts_s": 0})", "/lasts_s"},
      {R"({"tag": "a", "resources": "x", "lift": 2, "cluster": 5})", "/cluster"},
      {R"({"tag": "a", "resources": "x", "lift": 2, "when": "soon"})", "/when"},
      {R"([])", ""},
      {R"([7])", "/0"},
      {R"("premiere")", ""},
  }));
  CAPTURE(wrong.first);
  const auto response = tell(wrong.first);
  CHECK(status_of(response) == 422);
  CHECK(json_in(response)["reasons"][0]["at"] == wrong.second);
  CHECK(source.expected.empty());
}

TEST_CASE_METHOD(PdmeWorld, "state is told as JSON, and as tables for people") {
  source.told_stats.steps = {{"published", 3}};
  source.told_stats.bytes_pushed = 5'000'000;
  source.told_mirrors.push_back(
      {.resource = "film.video.example", .cluster = "eu", .server = "edge-1", .step = "published"});
  source.told_reasons.push_back({.cluster = "eu",
                                 .expected = 42,
                                 .candidates = {{.server = "edge-1", .verdict = "chosen"}},
                                 .decision = "mirrored: 42.0 expected, 30.0 needed"});
  CHECK(json_in(get("/pdme/stats"))["mirrors"]["published"] == 3);
  CHECK(json_in(get("/pdme/stats"))["bytes"]["pushed"] == 5'000'000);
  CHECK(json_in(get("/pdme/mirrors"))[0]["server"] == "edge-1");
  CHECK(json_in(get("/pdme/why?name=FILM.video.example.&cluster=eu"))["clusters"][0]["demand"]["expected"] == 42);
  CHECK_THAT(get("/pdme/stats", "Accept: text/plain\r\n"), Catch::Contains("pushed                5.0 MB"));
  CHECK_THAT(get("/pdme/mirrors", "Accept: text/plain\r\n"),
             Catch::Contains("film.video.example") && Catch::Contains("edge-1"));
  CHECK_THAT(get("/pdme/why?name=film.video.example", "Accept: text/plain\r\n"),
             Catch::Contains("decision: mirrored: 42.0"));
  CHECK(status_of(get("/pdme/why?name=other.example")) == 404);
  CHECK(status_of(get("/pdme/why?name=film.video.example&cluster=us")) == 404);
  CHECK(status_of(get("/pdme/why")) == 400);
}

TEST_CASE_METHOD(PdmeWorld, "a dry run is told with the state") {
  CHECK(json_in(get("/pdme/stats"))["dry_run"] == false);
  put(R"({"dry_run": true})");
  CHECK(json_in(get("/pdme/stats"))["dry_run"] == true);
}

TEST_CASE_METHOD(PdmeWorld, "the OpenAPI document describes every route and every field of the settings") {
  const auto document = json_in(get("/pdme/openapi.json"));
  CHECK(document["openapi"] == "3.1.0");
  const auto& paths = document["paths"];
  for (const auto* get_path : {"/pdme/config", "/pdme/stats", "/pdme/mirrors", "/pdme/why", "/pdme/openapi.json"})
    CHECK(paths[get_path].contains("get"));
  CHECK(paths["/pdme/config"].contains("put"));
  CHECK(paths["/v1/events/external"].contains("post"));
  const auto& schema = document["components"]["schemas"]["Settings"]["properties"];
  MirrorSettings full;
  const json settings = settings_document(full);
  for (const auto& [key, value] : settings.items()) {
    CAPTURE(key);
    REQUIRE(schema.contains(key));
    CHECK(schema[key]["description"].is_string());
    if (value.is_object() && key != "types" && key != "servers")
      for (const auto& [inner, default_value] : value.items())
        CHECK(schema[key]["properties"][inner]["default"] == default_value);
    else if (!value.is_object())
      CHECK(schema[key]["default"] == value);
  }
  CHECK(schema["types"]["additionalProperties"]["properties"].contains("publish"));
  CHECK(schema["servers"]["additionalProperties"]["properties"].contains("preference"));
  const auto flat = document.flatten();
  for (const auto& [at, value] : flat.items()) {
    if (!at.ends_with("/$ref")) continue;
    const json::json_pointer target(value.get<std::string>().substr(1));
    CHECK(document.contains(target));
  }
}

TEST_CASE("a full disk is answered with 507, and the settings stay as they are") {
  const Scratch folder;
  const auto outcome = on_small_disk(folder / "disk", "64k", [&] {
    setenv("TMPDIR", (folder / "disk").c_str(), 1);
    const PdmeWorld world;
    fill_disk(folder / "disk");
    int last = 0;
    for (int i = 0; i < 30 && last != 507; ++i)
      last = status_of(world.put(R"({"horizon_s": )" + std::to_string(900 + i) + "}"));
    const auto number = world.store->current()->number;
    const bool same = status_of(world.put(R"({"horizon_s": 5000})")) == 507 && world.store->current()->number == number;
    make_room(folder / "disk");
    return last == 507 && same && status_of(world.put(R"({"horizon_s": 5000})")) == 200;
  });
  if (outcome == OnDisk::no_disk) {
    WARN("skipped: no right to mount a small file system");
    return;
  }
  CHECK(outcome == OnDisk::well);
}

TEST_CASE("with TLS and certificates of clients, the audit log knows who changed the settings") {
  if (no_curl()) return;
  const Scratch folder;
  const Authority authority(folder);
  const auto own = authority.sign("admin.test"), ops = authority.sign("laptop");
  PdmeWorld world(HttpTls{own.certificate, own.key, authority.certificate()});
  world.pages.reset();
  world.guard = net::HttpGuard::make({.tokens = {}, .certificates = true}).value();
  world.pages.emplace(PdmeParts{world.server, world.guard, world.store, &world.source, &world.clock, {}});
  const auto port = std::to_string(world.server->address().port);
  const auto call = [&](std::vector<std::string> more) {
    more.insert(more.end(), {"--cacert", authority.certificate(), "--connect-to", "::127.0.0.1:" + port,
                             "https://admin.test:" + port + "/pdme/config"});
    return curl(std::move(more));
  };
  CHECK(call({}).status == 0);
  const auto got = call({"--cert", ops.certificate, "--key", ops.key});
  CHECK(got.status == 200);
  const auto put =
      call({"--cert", ops.certificate, "--key", ops.key, "-X", "PUT", "-H", "If-Match: " + got.field("etag"), "-H",
            "Content-Type: application/json", "-d", R"({"horizon_s": 900})"});
  CHECK(put.status == 200);
  CHECK_THAT(world.audit(), Catch::Contains("\"who\":\"CN=laptop\""));
}
