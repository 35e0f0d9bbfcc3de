#include "tests/lib/provision/api_conversation.h"
#include "tests/lib/provision/remote_house.h"

#include "provision/keystone.h"
#include "provision/nova_flavors.h"

using namespace harbinger;
using namespace harbinger::provision;
using namespace harbinger::test;
using namespace std::chrono_literals;
using Condition = Found::Condition;

namespace {

Template shop() {
  return {.name = "shop",
          .provider = "openstack",
          .size = {.cpus = 1, .memory_mb = 600},
          .command = {"/bin/shop", "--listen", "{address}:{port}"},
          .image = "70a599e0-31e7-49b7-b260-868f441e862b",
          .more = {{"networks", "n-1,n-2"}, {"security_groups", "web"}, {"key_name", "ops"}},
          .port = 80};
}

// A conversation, and a provider that takes part in it.
struct Cloud {
  explicit Cloud(const std::string& file, const RemoteOptions& more = {}, const Clock& clock = system_clock())
      : server(file) {
    RemoteOptions options{{"auth_url", server.url() + "/identity"},
                          {"user", "dns"},
                          {"project", "site"},
                          {"region", "north"},
                          {"secret", folder.write("secret", "hush\n").string()}};
    for (const auto& [word, value] : more) options[word] = value;
    std::erase_if(options, [](const auto& each) { return each.second.empty(); });
    provider = made(make_openstack_provider, options, clock);
  }
  Result<Found> look(const std::string& id) { return provider->look(id, in_time()); }

  Scratch folder;
  ApiConversation server;
  std::unique_ptr<Provider> provider;
};

}  // namespace

TEST_CASE("a server of Nova is made with the smallest flavor that fits, becomes active, is measured, and ended") {
  Cloud cloud("openstack_life.json", {{"addresses", "floating"}});
  const auto begun = start(*cloud.provider, "a1", shop());
  REQUIRE(begun);
  CHECK(begun->condition == Condition::starting);
  CHECK(begun->template_name == "shop");
  CHECK(cloud.look("a1")->condition == Condition::starting);
  CHECK(text_of(cloud.look("a1")->reach) == "198.51.100.7:80 ");
  const auto usage = cloud.provider->usage("a1", in_time());
  REQUIRE(usage);
  CHECK(usage->cpus == 0);  // a counter, looked at once
  CHECK(usage->memory_mb == 256);
  CHECK(cloud.provider->stop("a1", in_time()));
  CHECK(cloud.look("a1")->condition == Condition::gone);
  CHECK(cloud.server.trouble() == "");
}

TEST_CASE("an application credential needs neither user nor project") {
  Cloud cloud("openstack_credential.json", {{"application_credential", "c-1"}, {"user", ""}, {"project", ""}});
  CHECK(cloud.provider->trouble() == "");
  CHECK(cloud.server.trouble() == "");
}

TEST_CASE(
    "a token of Keystone is renewed when it is refused and before it runs out, and what to do is said when there is "
    "none") {
  FakeClock clock;
  Cloud cloud("openstack_token.json", {}, clock);
  CHECK(cloud.provider->trouble() == "");
  clock.advance(59min);  // tokens live an hour
  CHECK(cloud.provider->trouble() == "");
  CHECK(cloud.provider->trouble().find((cloud.folder / "secret").string()) != std::string::npos);
  CHECK(cloud.server.trouble() == "");
}

TEST_CASE("a quota of Nova is no room now, a wrong image never, and a limited rate is waited for") {
  Cloud cloud("openstack_refusals.json");
  CHECK(start(*cloud.provider, "a1", shop()).error().code == ErrorCode::too_large);
  CHECK(start(*cloud.provider, "a1", shop()).error().code == ErrorCode::denied);
  CHECK(start(*cloud.provider, "a1", shop()));
  CHECK(cloud.look("a1").error().code == ErrorCode::unreachable);
  CHECK(cloud.server.trouble() == "");
}

TEST_CASE("a server in ERROR tells its fault, and one that was made twice is ended twice") {
  Cloud cloud("openstack_fault.json");
  const auto no_host = cloud.look("a1"), bad = cloud.look("a2");
  REQUIRE_FALSE(no_host);
  CHECK(no_host.error().code == ErrorCode::too_large);
  REQUIRE_FALSE(bad);
  CHECK(bad.error().code == ErrorCode::denied);
  CHECK(bad.error().message.find("Image is unacceptable") != std::string::npos);
  CHECK(cloud.look("a3")->condition == Condition::gone);
  CHECK(cloud.provider->stop("a1", in_time()));
  CHECK(cloud.server.trouble() == "");
}

TEST_CASE("lists of servers come in pages, without those that end and those that are not ours") {
  Cloud cloud("openstack_pages.json");
  const auto listed = cloud.provider->list(in_time());
  REQUIRE(listed);
  REQUIRE(listed->size() == 2);
  CHECK(text_of(listed->at(0).reach) == "192.168.0.3:80 198.51.100.7:80 ");
  CHECK(listed->at(1).condition == Condition::starting);
  CHECK(cloud.server.trouble() == "");
}

TEST_CASE("a server is resized where that is allowed, and measured where that is") {
  Cloud cloud("openstack_resize.json", {{"resize", "yes"}});
  CHECK(cloud.provider->traits().resizes);
  CHECK(cloud.provider->resize("a1", {.cpus = 2, .memory_mb = 4000}, in_time()));
  CHECK(cloud.provider->usage("a1", in_time()).error().code == ErrorCode::unsupported);
  CHECK(cloud.server.trouble() == "");
}

TEST_CASE("a cloud without the region that is wanted says which there are") {
  Cloud cloud("openstack_catalogue.json", {{"region", "west"}});
  CHECK(cloud.provider->trouble().find("south/public") != std::string::npos);
  CHECK(cloud.provider->resize("a1", {}, in_time()).error().code == ErrorCode::unsupported);
}

TEST_CASE("the smallest flavor that fits has enough of both, and the least of both together") {
  const std::vector<Flavor> flavors{{.id = "wide", .cpus = 8, .memory_mb = 2048},
                                    {.id = "high", .cpus = 1, .memory_mb = 65536},
                                    {.id = "even", .cpus = 2, .memory_mb = 4096},
                                    {.id = "off", .cpus = 1, .memory_mb = 2048, .disabled = true}};
  const auto fits = [&](Size size) {
    const auto* const found = smallest_that_fits(flavors, size);
    return found ? found->id : "none";
  };
  CHECK(fits({.cpus = 1, .memory_mb = 2048}) == "even");
  CHECK(fits({.cpus = 4, .memory_mb = 100}) == "wide");
  CHECK(fits({.cpus = 0.1, .memory_mb = 60000}) == "high");
  CHECK(fits({.cpus = 16, .memory_mb = 1}) == "none");
}

TEST_CASE("how long a token lives is read from two times of Keystone's own clock") {
  CHECK(seconds_between("2026-11-27T23:59:00.000000Z", "2026-11-28T00:01:30Z") == std::optional(150s));
  CHECK_FALSE(seconds_between("yesterday", "2026-11-28T00:01:30Z"));
  CHECK_FALSE(seconds_between("2026-02-30T00:00:00Z", "2026-11-28T00:01:30Z"));
}

TEST_CASE("OpenStack's options and templates that are wrong are refused with what would be right") {
  const RemoteOptions right{
      {"auth_url", "http://127.0.0.1:1/v3"}, {"user", "a"}, {"project", "b"}, {"secret", "/none"}};
  const auto wrong = [&](const RemoteOptions& more) {
    auto options = right;
    for (const auto& [word, value] : more) options[word] = value;
    std::erase_if(options, [](const auto& each) { return each.second.empty(); });
    return wrong_with(make_openstack_provider, options);
  };
  CHECK(wrong({}).empty());
  CHECK(wrong({{"auth_url", ""}}).find("auth_url") != std::string::npos);
  CHECK(wrong({{"secret", ""}}).find("secret") != std::string::npos);
  CHECK(wrong({{"project", ""}}).find("project") != std::string::npos);
  CHECK(wrong({{"application_credential", "x"}}).find("exclude") != std::string::npos);
  CHECK(wrong({{"addresses", "some"}}).find("floating") != std::string::npos);
  const auto provider = made(make_openstack_provider, right);
  CHECK(provider->trouble().find("/none") != std::string::npos);
  auto what = shop();
  what.more["colour"] = "red";
  CHECK(start(*provider, "a1", what).error().code == ErrorCode::denied);
}
