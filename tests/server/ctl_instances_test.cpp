#include <tests/support/ctl.h>
#include <tests/support/dns_client.h>
#include <tests/support/fake_provisioning_engine.h>
#include <tests/support/scratch.h>

#include "plugins/vm_provisioning/pages.h"

using namespace harbinger;
using namespace harbinger::test;

namespace {

// Pages of a server with one pool and one instance, and harbingerctl before them.
struct Operator {
  Scratch folder;
  std::filesystem::path token = folder.write("token", "reading-0123456789\n");
  std::shared_ptr<HttpServer> server = HttpServer::listen(loopback(0)).value();
  std::shared_ptr<net::HttpGuard> guard =
      net::HttpGuard::make({.tokens = folder.write("tokens", "reading-0123456789 read\n"), .log = {}}).value();
  std::shared_ptr<FakeProvisioningEngine> engine = std::make_shared<FakeProvisioningEngine>(
      provision::ProvisioningEngine::Settings{}, provision::ProvisioningEngine::World{});
  vm_provisioning::ProvisioningPages pages{server, guard, [this] { return engine; }};

  Operator() {
    engine->told.pools = {{.name = "small", .provider = "process", .wishes = 5}};
    engine->told.instances = {{.id = "i-1", .pool = "small", .step = provision::Step::ready}};
  }
  Ran run(std::vector<std::string> words, bool shows_token = true) const {
    words.insert(words.end(), {"--url", url(server->address())});
    if (shows_token) words.insert(words.end(), {"--token-file", token});
    return ctl(std::move(words));
  }
};

}  // namespace

TEST_CASE_METHOD(Operator, "ctl pools and instances print them as tables and as JSON, with a token") {
  const auto pools = run({"pools"}), instances = run({"instances"});
  CHECK(pools.exit_code == 0);
  CHECK_THAT(pools.output, Catch::Contains("POOL") && Catch::Contains("small") && Catch::Contains("process"));
  CHECK_THAT(instances.output, Catch::Contains("INSTANCE") && Catch::Contains("i-1") && Catch::Contains("ready"));
  CHECK_THAT(run({"pools", "--json"}).output, Catch::Contains("\"wishes\": 5"));
  CHECK_THAT(run({"instances", "--json"}).output, Catch::Contains("\"given_to\": \"nobody\""));
  const auto nameless = run({"pools"}, false);
  CHECK(nameless.exit_code == 1);
  CHECK_THAT(nameless.output, Catch::Contains("name a token with --token-file"));
}

TEST_CASE_METHOD(Operator, "ctl why-scale tells why a pool has so many instances, or that there is no such pool") {
  CHECK_THAT(run({"why-scale", "small"}).output, Catch::Contains("enough are ready"));
  const auto unknown = run({"why-scale", "other"});
  CHECK(unknown.exit_code == 1);
  CHECK_THAT(unknown.output, Catch::Contains("no pool other"));
  CHECK(run({"why-scale"}).exit_code == 2);
}
