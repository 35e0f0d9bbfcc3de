#include "plugins/vm_provisioning/pages.h"

#include <catch2/catch.hpp>

#include "tests/support/dns_client.h"
#include "tests/support/fake_provisioning_engine.h"
#include "tests/support/http_client.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::test;
using namespace harbinger::vm_provisioning;
using Catch::Matchers::Contains;

namespace {

constexpr std::uint64_t kSecretTag = 1234567890123456789;

struct Operator {
  Scratch folder;
  std::shared_ptr<HttpServer> server = HttpServer::listen(loopback(0)).value();
  std::shared_ptr<net::HttpGuard> guard =
      net::HttpGuard::make(
          {.tokens = folder.write("tokens", "reading-0123456789 read\nwriting-0123456789 write\n"), .log = {}})
          .value();
  std::shared_ptr<FakeProvisioningEngine> engine = std::make_shared<FakeProvisioningEngine>(
      provision::ProvisioningEngine::Settings{}, provision::ProvisioningEngine::World{});
  ProvisioningPages pages{server, guard, [this] { return engine; }};

  Operator() {
    engine->told.mode = provision::Mode::on;
    engine->told.pools = {{.name = "small", .provider = "process", .ready = 2, .wishes = 5, .cold = 1}};
    engine->told.instances = {{.id = "i-1",
                               .pool = "small",
                               .step = provision::Step::assigned,
                               .reach = {{IpAddress::parse("127.0.0.1").value()}, 8080},
                               .tag = kSecretTag}};
  }
  std::string ask(const std::string& method, const std::string& target, const std::string& more = {},
                  const std::string& token = "writing-0123456789", const std::string& body = {}) const {
    HttpClient client(server->address());
    client.send(method + " " + target + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token + "\r\n" + more +
                "\r\n" + body);
    return client.receive();
  }
  std::string halt(const std::string& body, const std::string& token = "writing-0123456789") const {
    return ask("POST", "/v1/halt", "Content-Length: " + std::to_string(body.size()) + "\r\n", token, body);
  }
};

}  // namespace

TEST_CASE_METHOD(Operator, "pools and instances are shown as JSON and as tables, without tags") {
  CHECK_THAT(ask("GET", "/v1/pools"), Contains("\"wishes\": 5") && Contains("\"mode\": \"on\""));
  CHECK_THAT(ask("GET", "/v1/pools", "Accept: text/plain\r\n"), Contains("POOL") && Contains("small"));
  const auto json = ask("GET", "/v1/instances"), table = ask("GET", "/v1/instances", "Accept: text/plain\r\n");
  CHECK_THAT(json, Contains("\"step\": \"assigned\"") && Contains("\"given_to\": \"a tag\""));
  CHECK_THAT(table, Contains("i-1") && Contains("127.0.0.1 8080"));
  for (const auto& page : {json, table}) CHECK_THAT(page, !Contains(std::to_string(kSecretTag)));
}

TEST_CASE_METHOD(Operator, "why a pool has so many instances is told, and what pools there are not") {
  CHECK_THAT(ask("GET", "/v1/why-scale?pool=small"), Contains("enough are ready") && Contains("holt-winters"));
  CHECK_THAT(ask("GET", "/v1/why-scale?pool=small", "Accept: text/plain\r\n"), Contains("3 shall be ready"));
  CHECK(status_of(ask("GET", "/v1/why-scale?pool=other")) == 404);
  CHECK(status_of(ask("GET", "/v1/why-scale")) == 400);
}

TEST_CASE_METHOD(Operator, "who may write halts and releases; who may read does not, and nobody else sees anything") {
  CHECK(status_of(halt("{\"halted\": true}", "reading-0123456789")) == 403);
  CHECK_FALSE(engine->told.halted);
  CHECK(status_of(halt("{\"halted\": true}")) == 200);
  CHECK(engine->told.halted);
  CHECK(status_of(halt("{\"halted\": 1}")) == 400);
  CHECK(status_of(halt("no")) == 400);
  CHECK(status_of(ask("DELETE", "/v1/instances?id=i-1", {}, "reading-0123456789")) == 403);
  CHECK(status_of(ask("DELETE", "/v1/instances?id=i-1")) == 202);
  CHECK(engine->released == std::vector<std::string>{"i-1"});
  CHECK(status_of(ask("DELETE", "/v1/instances?id=i-2")) == 404);
  CHECK(status_of(ask("DELETE", "/v1/instances")) == 400);
  for (const auto* page : {"/v1/pools", "/v1/instances", "/v1/why-scale?pool=small"})
    CHECK(status_of(ask("GET", page, {}, "somebody-0123456789")) == 401);
}

TEST_CASE_METHOD(Operator, "until it has begun, pages say so") {
  engine = nullptr;
  CHECK(status_of(ask("GET", "/v1/pools")) == 503);
}
