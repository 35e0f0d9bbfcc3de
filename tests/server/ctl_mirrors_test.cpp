#include <tests/lib/mirror/pdme_world.h>
#include <tests/support/certificates.h>
#include <tests/support/ctl.h>

using namespace harbinger;
using namespace harbinger::test;

namespace {

// A server with TLS that knows of one mirror, and harbingerctl before it.
struct Operator {
  Scratch folder;
  Authority authority{folder};
  Identity own = authority.sign("localhost");
  PdmeWorld world{HttpTls{own.certificate, own.key}};
  std::filesystem::path token = folder.write("token", kReadToken + "\n");

  Operator() {
    world.source.told_mirrors.push_back(
        {.resource = "film.video.example", .cluster = "eu", .server = "edge-1", .step = "published"});
    world.source.told_reasons.push_back({.cluster = "eu", .decision = "mirrored: enough is expected"});
    world.source.told_reasons.push_back({.cluster = "us", .decision = "not mirrored: too few"});
  }

  Ran run(std::vector<std::string> words, bool shows_token = true, bool trusts = true) const {
    words.insert(words.end(), {"--url", "https://localhost:" + std::to_string(world.server->address().port)});
    if (shows_token) words.insert(words.end(), {"--token-file", token});
    if (trusts) words.insert(words.end(), {"--ca", authority.certificate()});
    return ctl(std::move(words));
  }
};

}  // namespace

TEST_CASE_METHOD(Operator, "ctl mirrors prints them as a table and as JSON, over TLS and with a token") {
  const auto table = run({"mirrors"});
  CHECK(table.exit_code == 0);
  CHECK_THAT(table.output,
             Catch::Contains("RESOURCE") && Catch::Contains("film.video.example") && Catch::Contains("edge-1"));
  CHECK_THAT(run({"mirrors", "--json"}).output, Catch::Contains("\"step\": \"published\""));
}

TEST_CASE_METHOD(Operator, "ctl why-mirror tells why, in one cluster or in all") {
  const auto all = run({"why-mirror", "film.video.example"});
  CHECK(all.exit_code == 0);
  CHECK_THAT(all.output, Catch::Contains("enough is expected") && Catch::Contains("too few"));
  CHECK_THAT(run({"why-mirror", "film.video.example", "--cluster", "us"}).output,
             !Catch::Contains("enough is expected"));
  const auto unknown = run({"why-mirror", "other.example"});
  CHECK(unknown.exit_code == 1);
  CHECK_THAT(unknown.output, Catch::Contains("nobody has asked for it of late"));
}

TEST_CASE_METHOD(Operator, "ctl says that a token is needed, or that a server is not vouched for") {
  const auto nameless = run({"mirrors"}, false);
  CHECK(nameless.exit_code == 1);
  CHECK_THAT(nameless.output, Catch::Contains("name a token with --token-file"));
  const auto doubting = run({"mirrors"}, true, false);
  CHECK(doubting.exit_code == 3);
  CHECK_THAT(doubting.output, Catch::Contains("vouches for this server (--ca names who does)"));
  CHECK(ctl({"mirrors", "--url", "https://127.0.0.1:" + std::to_string(world.server->address().port), "--ca",
             authority.certificate()})
            .exit_code == 3);  // it is vouched for as localhost only
  CHECK(ctl({"mirrors", "--url", "https://localhost:1", "--ca", folder / "none"}).exit_code == 2);
}

TEST_CASE("ctl shows its certificate to servers that want one") {
  const Scratch folder;
  const Authority authority(folder);
  const auto own = authority.sign("localhost"), ops = authority.sign("ops");
  const PdmeWorld world(HttpTls{own.certificate, own.key, authority.certificate()});
  const auto token = folder.write("token", kReadToken + "\n");
  std::vector<std::string> words{"mirrors",
                                 "--url",
                                 "https://localhost:" + std::to_string(world.server->address().port),
                                 "--ca",
                                 authority.certificate(),
                                 "--token-file",
                                 token};
  CHECK(ctl(words).exit_code == 3);
  words.insert(words.end(), {"--cert", ops.certificate, "--key", ops.key});
  CHECK(ctl(words).exit_code == 0);
}
