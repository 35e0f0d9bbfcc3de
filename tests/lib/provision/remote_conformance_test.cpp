// Providers in somebody else's cloud keep to what all providers promise: against models of their interfaces in memory.
#if __has_include("tests/lib/provision/provider_conformance.h")

#include "tests/lib/provision/kubernetes_model.h"
#include "tests/lib/provision/nova_model.h"
#include "tests/lib/provision/provider_conformance.h"
#include "tests/lib/provision/remote_house.h"

using namespace harbinger;
using namespace harbinger::provision;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

bool has_address(const Reach& reach) { return !reach.addresses.empty(); }

}  // namespace

TEST_CASE("the kubernetes provider keeps to what providers promise, with a watch and without") {
  KubernetesModel cluster;
  const std::string watch = GENERATE("yes", "no");
  ProviderBench bench;
  bench.make = [&] { return made(make_kubernetes_provider, {{"server", cluster.url()}, {"watch", watch}}); };
  bench.serving = {.name = "shop", .provider = "kubernetes", .image = "shop:1", .port = 80};
  bench.kill_tree = [&](const std::string& id) { cluster.lose("site-" + id); };
  bench.left = [&] { return cluster.names(); };
  bench.answers = has_address;
  check_provider(bench);
}

TEST_CASE("the openstack provider keeps to what providers promise") {
  const Scratch folder;
  NovaModel cloud;
  const auto secret = folder.write("secret", "hush");
  ProviderBench bench;
  bench.make = [&] {
    return made(make_openstack_provider,
                {{"auth_url", cloud.url()}, {"user", "dns"}, {"project", "site"}, {"secret", secret.string()}});
  };
  bench.serving = {.name = "shop", .provider = "openstack", .image = "70a599e0", .port = 80};
  bench.kill_tree = [&](const std::string& id) { cloud.shut_down("harbinger-site-" + id); };
  bench.left = [&] { return cloud.names(); };
  bench.answers = has_address;
  check_provider(bench);
}

TEST_CASE("the libvirt provider keeps to what providers promise, on libvirt's test driver") {
  const RemoteOptions options{{"uri", "test:///default"}};
  if (!wrong_with(make_libvirt_provider, options).empty()) {
    WARN("no libvirt.so.0 here: skipped");
    return;
  }
  const Scratch folder;
  const auto keeper = made(make_libvirt_provider, options);  // the driver forgets all when nobody is connected
  REQUIRE(keeper->trouble() == "");
  ProviderBench bench;
  bench.make = [&] { return made(make_libvirt_provider, options); };
  bench.serving = {.name = "shop",
                   .provider = "libvirt",
                   .image = folder
                                .write("shop.xml", R"(<domain type="test"><name>{name}</name>
      <memory unit="MiB">{memory_mb}</memory><vcpu>{cpus}</vcpu><os><type>hvm</type></os>
      <devices><interface type="network"><source network="default"/><mac address="{mac}"/></interface></devices></domain>)")
                                .string(),
                   .port = 80};
  bench.answers = has_address;
  bench.left = [&] {
    std::vector<std::string> left;
    const auto listed = keeper->list(in_time());
    for (const auto& each : *listed) left.push_back(each.id);
    return left;
  };
  bench.many = 0;  // the driver gives every machine the same address
  check_provider(bench);
}

#endif
