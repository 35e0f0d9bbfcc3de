#include "tests/lib/provision/api_conversation.h"
#include "tests/lib/provision/remote_house.h"

using namespace harbinger;
using namespace harbinger::provision;
using namespace harbinger::test;
using namespace std::chrono_literals;
using Condition = Found::Condition;

namespace {

Template shop() {
  return {.name = "shop",
          .provider = "kubernetes",
          .size = {.cpus = 0.5, .memory_mb = 128},
          .command = {"/bin/shop", "--listen", "{address}:{port}", "--name", "{id}"},
          .image = "registry.example/shop:1",
          .more = {{"node_selector", "disk=ssd,zone=a"}},
          .port = 8080,
          .health = "/ready"};
}

// A conversation, and a provider that takes part in it.
struct Cluster {
  explicit Cluster(const std::string& file, const std::string& watch = "no")
      : server(file),
        token(folder.write("token", "first")),
        provider(made(make_kubernetes_provider, {{"server", server.url()},
                                                 {"namespace", "web"},
                                                 {"token", token.string()},
                                                 {"grace_s", "7"},
                                                 {"watch", watch}})) {}
  Result<Found> look(const std::string& id, MonotonicTime deadline = in_time()) { return provider->look(id, deadline); }

  Scratch folder;
  ApiConversation server;
  std::filesystem::path token;
  std::unique_ptr<Provider> provider;
};

}  // namespace

TEST_CASE("a Pod is made, becomes ready, is measured, resized and ended") {
  Cluster cluster("kubernetes_life.json");
  const auto begun = start(*cluster.provider, "a1", shop());
  REQUIRE(begun);
  CHECK(begun->condition == Condition::starting);
  CHECK(begun->template_name == "shop");
  CHECK(cluster.look("a1")->condition == Condition::starting);
  const auto ready = cluster.look("a1");
  CHECK(ready->condition == Condition::running);
  CHECK(text_of(ready->reach) == "10.1.2.3:8080 ");
  const auto usage = cluster.provider->usage("a1", in_time());
  REQUIRE(usage);
  CHECK(usage->cpus == Approx(0.25));
  CHECK(usage->memory_mb == 64);
  CHECK(cluster.provider->resize("a1", {.cpus = 2, .memory_mb = 512}, in_time()));
  CHECK(cluster.provider->stop("a1", in_time()));
  CHECK(cluster.look("a1")->condition == Condition::gone);
  CHECK(cluster.server.trouble() == "");
}

TEST_CASE("a Pod that is there already is the one that was wanted, but not one that ends") {
  Cluster cluster("kubernetes_conflict.json");
  CHECK(start(*cluster.provider, "a1", shop())->condition == Condition::running);
  CHECK(start(*cluster.provider, "a1", shop()).error().code == ErrorCode::conflict);
  CHECK(cluster.server.trouble() == "");
}

TEST_CASE("a quota of Kubernetes is no room now; missing rights and a wrong image are never") {
  Cluster cluster("kubernetes_refusals.json");
  for (const auto code : {ErrorCode::too_large, ErrorCode::denied, ErrorCode::denied, ErrorCode::unreachable}) {
    const auto refused = start(*cluster.provider, "a1", shop());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == code);
  }
  CHECK(cluster.server.trouble() == "");
}

TEST_CASE("a token that has run out is read again, and what to do is said when that does not help") {
  const Scratch folder;
  const auto token = folder.write("token", "first");
  ApiConversation server("kubernetes_token.json", [&](std::size_t step) {
    if (step == 1) folder.write("token", "second");
  });
  const auto provider =
      made(make_kubernetes_provider,
           {{"server", server.url()}, {"namespace", "web"}, {"token", token.string()}, {"watch", "no"}});
  CHECK(provider->look("a1", in_time())->condition == Condition::running);
  const auto refused = provider->look("a1", in_time());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::denied);
  CHECK(refused.error().message.find(token.string()) != std::string::npos);
  CHECK(server.trouble() == "");
}

TEST_CASE("Kubernetes is asked again when it has too much to do, unless that is after the deadline") {
  Cluster cluster("kubernetes_busy.json");
  CHECK(start(*cluster.provider, "a1", shop()));
  CHECK(start(*cluster.provider, "a1", shop()).error().code == ErrorCode::too_large);
  CHECK(cluster.server.trouble() == "");
}

TEST_CASE("connections to Kubernetes that break, and answers that are late or nonsense, are errors in time") {
  Cluster cluster("kubernetes_broken.json");
  CHECK(start(*cluster.provider, "a1", shop()).error().code == ErrorCode::unreachable);
  CHECK(cluster.look("a1").error().code == ErrorCode::unreachable);
  CHECK(cluster.look("a1", within(150ms)).error().code == ErrorCode::timeout);
  CHECK(cluster.look("a1").error().code == ErrorCode::malformed);
  CHECK(cluster.provider->list(in_time()).error().code == ErrorCode::malformed);
  CHECK(cluster.server.trouble() == "");
}

TEST_CASE("lists of Pods come in pages, and anew when a page is too old") {
  Cluster cluster("kubernetes_pages.json");
  const auto listed = cluster.provider->list(in_time());
  REQUIRE(listed);
  REQUIRE(listed->size() == 3);  // not the one that ends
  CHECK(listed->at(0).id == "a1");
  CHECK(listed->at(1).condition == Condition::starting);
  CHECK(listed->at(2).condition == Condition::gone);
  CHECK(cluster.server.trouble() == "");
}

TEST_CASE("a Pod that will never start says why") {
  Cluster cluster("kubernetes_stuck.json");
  const auto no_image = cluster.look("a1"), no_room = cluster.look("a2");
  REQUIRE_FALSE(no_image);
  CHECK(no_image.error().code == ErrorCode::denied);
  CHECK(no_image.error().message.find("Back-off pulling") != std::string::npos);
  REQUIRE_FALSE(no_room);
  CHECK(no_room.error().code == ErrorCode::too_large);
  CHECK(cluster.look("a3")->condition == Condition::gone);
  CHECK(cluster.server.trouble() == "");
}

TEST_CASE("a cluster without metrics or resizing says that it has none") {
  Cluster cluster("kubernetes_small.json");
  CHECK(cluster.provider->usage("a1", in_time()).error().code == ErrorCode::unsupported);
  CHECK(cluster.provider->usage("a1", in_time()).error().code == ErrorCode::not_found);
  CHECK(cluster.provider->resize("a1", {}, in_time()).error().code == ErrorCode::unsupported);
  CHECK(cluster.server.trouble() == "");
}

TEST_CASE("a ready Pod of a Deployment is taken out of it, and is ours from then on") {
  Cluster cluster("kubernetes_warm.json");
  auto what = shop();
  what.more = {{"deployment", "warm"}};
  const auto taken = start(*cluster.provider, "a1", what);
  REQUIRE(taken);
  CHECK(text_of(taken->reach) == "10.1.2.9:8080 ");
  CHECK(cluster.look("a1")->condition == Condition::running);
  CHECK(start(*cluster.provider, "a2", what).error().code == ErrorCode::too_large);
  CHECK(cluster.server.trouble() == "");
}

TEST_CASE("Kubernetes' options and templates that are wrong are refused with what would be right") {
  const auto wrong = [](const RemoteOptions& options) { return wrong_with(make_kubernetes_provider, options); };
  CHECK(wrong({}).find("server") != std::string::npos);
  CHECK(wrong({{"server", "10.0.0.1"}}).find("https://HOST") != std::string::npos);
  CHECK(wrong({{"server", "https://a"}, {"namespace", "Über"}}).find("small letters") != std::string::npos);
  CHECK(wrong({{"server", "https://a"}, {"pods", "5"}}).find("there are") != std::string::npos);
  CHECK(wrong({{"server", "https://a"}, {"watch", "maybe"}}).find("yes or no") != std::string::npos);
  CHECK(wrong({{"server", "https://a"}, {"ca", "/none/ca.pem"}}).find("/none/ca.pem") != std::string::npos);

  const auto provider =
      made(make_kubernetes_provider, {{"server", "http://127.0.0.1:1"}, {"watch", "no"}, {"most", "7"}});
  CHECK(provider->traits().most == 7);
  CHECK_FALSE(provider->trouble().empty());
  auto what = shop();
  what.more = {{"colour", "red"}};
  CHECK(start(*provider, "a1", what).error().code == ErrorCode::denied);
  what = shop();
  what.image.clear();
  CHECK(start(*provider, "a1", what).error().code == ErrorCode::denied);
  CHECK(start(*provider, "Upper", shop()).error().code == ErrorCode::denied);
}
