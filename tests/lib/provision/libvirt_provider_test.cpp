#include <dlfcn.h>

#include "provision/domain_text.h"
#include "provision/patient_calls.h"
#include "tests/lib/provision/remote_house.h"

using namespace harbinger;
using namespace harbinger::provision;
using namespace harbinger::test;
using namespace std::chrono_literals;
using Condition = Found::Condition;

namespace {

constexpr const char* kDomain = R"(<domain type="test">
  <name>{name}</name>
  <memory unit="MiB">{most_memory_mb}</memory>
  <currentMemory unit="MiB">{memory_mb}</currentMemory>
  <vcpu current="{cpus}">{most_cpus}</vcpu>
  <os><type>hvm</type></os>
  <devices><interface type="network"><source network="default"/><mac address="{mac}"/></interface></devices>
</domain>
)";

// libvirt's own test driver: a hypervisor in memory, which lives as long as somebody is connected to it.
struct Hypervisor {
  Hypervisor() {
    if (!here()) return;
    provider = anew();
    REQUIRE(provider->trouble().empty());
  }
  static bool here() { return ::dlopen("libvirt.so.0", RTLD_NOW | RTLD_LOCAL) != nullptr; }
  static std::unique_ptr<Provider> anew(const std::string& addresses = "lease") {
    return made(make_libvirt_provider, {{"uri", "test:///default"}, {"addresses", addresses}});
  }
  Template shop() const {
    return {.name = "shop",
            .provider = "libvirt",
            .size = {.cpus = 1, .memory_mb = 256},
            .most = {.cpus = 4, .memory_mb = 1024},
            .image = folder.write("shop.xml", kDomain).string(),
            .port = 80};
  }

  Scratch folder;
  std::unique_ptr<Provider> provider;
};

bool skipped() {
  if (Hypervisor::here()) return false;
  WARN("no libvirt.so.0 here: skipped");
  return true;
}

}  // namespace

TEST_CASE("a domain of libvirt is started, reached, measured, resized, found again and ended") {
  if (skipped()) return;
  const Hypervisor host;
  auto& provider = *host.provider;
  const auto begun = start(provider, "a1", host.shop());
  REQUIRE(begun);
  CHECK(begun->id == "a1");
  CHECK(begun->template_name == "shop");
  CHECK(begun->condition == Condition::running);
  REQUIRE(begun->reach.addresses.size() == 1);
  CHECK(begun->reach.port == 80);
  CHECK(start(provider, "a1", host.shop())->reach == begun->reach);

  const auto other = Hypervisor::anew();
  const auto listed = other->list(in_time());
  REQUIRE(listed);
  REQUIRE(listed->size() == 1);  // the driver has a domain `test` of its own
  CHECK(listed->front().reach == begun->reach);

  CHECK(provider.usage("a1", in_time())->memory_mb == 256);
  CHECK(provider.resize("a1", {.cpus = 3, .memory_mb = 512}, in_time()));
  CHECK(provider.usage("a1", in_time())->memory_mb == 512);
  CHECK_FALSE(provider.resize("a1", {.cpus = 9, .memory_mb = 512}, in_time()));

  CHECK(other->stop("a1", in_time()));
  CHECK(provider.look("a1", in_time())->condition == Condition::gone);
  CHECK(provider.list(in_time())->empty());
  CHECK(provider.stop("a1", in_time()));
}

TEST_CASE("a domain of libvirt with an address of its own is reached there") {
  if (skipped()) return;
  const Hypervisor host;
  auto what = host.shop();
  what.more = {{"address", "192.0.2.7"}};
  CHECK(text_of(start(*host.provider, "a2", what)->reach) == "192.0.2.7:80 ");
  CHECK(host.provider->stop("a2", in_time()));
}

TEST_CASE("what libvirt cannot start is refused with what it said") {
  if (skipped()) return;
  const Hypervisor host;
  auto what = host.shop();
  what.image = host.folder.write("broken.xml", "<domain type='test'><name>{name}</name></domain>").string();
  const auto broken = start(*host.provider, "a3", what);
  REQUIRE_FALSE(broken);
  CHECK(broken.error().message.find("libvirt: starting a domain: ") != std::string::npos);
  what.image = host.folder.write("none.xml", "no domain").string();
  CHECK(start(*host.provider, "a3", what).error().code == ErrorCode::denied);
  what.image = (host.folder / "missing.xml").string();
  CHECK(start(*host.provider, "a3", what).error().code == ErrorCode::denied);
  CHECK(start(*host.provider, "../a3", host.shop()).error().code == ErrorCode::denied);
  CHECK(host.provider->list(in_time())->empty());

  const auto nowhere = made(make_libvirt_provider, {{"uri", "nosuch:///system"}});
  CHECK(nowhere->look("a3", in_time()).error().code == ErrorCode::unreachable);
  CHECK(wrong_with(make_libvirt_provider, {{"addresses", "guess"}}).find("lease") != std::string::npos);
}

TEST_CASE("a domain that is not ours is left alone") {
  if (skipped()) return;
  const Hypervisor host;
  const auto theirs = made(make_libvirt_provider, {{"uri", "test:///default"}});
  auto provider = make_libvirt_provider(
      {.clock = &system_clock(), .installation = "site-b", .state = {}, .options = {{"uri", "test:///default"}}});
  REQUIRE(start(*theirs, "b-one", host.shop()));  // is named site-b-one
  CHECK((*provider)->look("one", in_time()).error().code == ErrorCode::conflict);
  CHECK((*provider)->stop("one", in_time()).error().code == ErrorCode::conflict);
  CHECK((*provider)->list(in_time())->empty());
  CHECK(theirs->stop("b-one", in_time()));
}

TEST_CASE("a domain's text is filled in, escaped, and marked where marks belong") {
  const Template what{.name = "shop", .size = {.cpus = 1.5, .memory_mb = 200}, .command = {"a", "<{port}>"}};
  const Order order{.id = "a1", .what = &what, .size = what.size};
  const DomainMark mark{.installation = "site", .id = "a1", .pool = "s\"<&'", .port = 80};
  const auto text = domain_text("<domain>{name} {cpus} {memory_mb} {command} {mac} {else}</domain>", order, mark);
  REQUIRE(text);
  CHECK(text->find("site-a1 2 200 a &lt;80&gt; 52:54:00:") != std::string::npos);
  CHECK(text->find("{else}") != std::string::npos);
  CHECK(text->ends_with("</metadata></domain>"));
  CHECK(domain_text("<domain><metadata><x/></metadata></domain>", order, mark)
            ->starts_with("<domain><metadata><instance "));
  const auto read = read_mark(mark_text(mark));
  REQUIRE(read);
  CHECK(read->pool == mark.pool);
  CHECK(read->port == 80);
  CHECK_FALSE(read_mark("<instance xmlns='urn:harbinger:instance:1'/>"));
  CHECK(mac_of("site-a1") != mac_of("site-a2"));
}

TEST_CASE("nobody waits longer than he wants for a call that hangs, and not for ever more of them") {
  PatientCalls calls("somebody", system_clock(), 2);
  const auto gate = std::make_shared<std::atomic<bool>>(false);
  const std::function<Result<int>()> hangs = [gate]() -> Result<int> {
    gate->wait(false);
    return 1;
  };
  const std::function<Result<int>()> quick = []() -> Result<int> { return 7; };
  CHECK(calls.run<int>(in_time(), quick).value() == 7);
  CHECK(calls.run<int>(within(30ms), hangs).error().code == ErrorCode::timeout);
  CHECK(calls.run<int>(within(30ms), hangs).error().code == ErrorCode::timeout);
  CHECK(calls.run<int>(in_time(), quick).error().message.find("as many calls") != std::string::npos);
  gate->store(true);
  gate->notify_all();
  bool again = false;
  for (const auto end = in_time(); !again && system_clock().now() < end;)
    again = calls.run<int>(in_time(), quick).has_value();
  CHECK(again);
  CHECK(calls.run<int>(within(-1ms), quick).error().code == ErrorCode::timeout);
}
