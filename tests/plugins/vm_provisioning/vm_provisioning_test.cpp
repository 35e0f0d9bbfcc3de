#include <catch2/catch.hpp>

#include "plugins/all.h"
#include "plugins/vm_provisioning/service.h"
#include "tests/support/dns_client.h"
#include "tests/support/fake_provisioning_engine.h"
#include "tests/support/http_client.h"
#include "tests/support/memory_server.h"
#include "tests/support/process.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using provision::Assignment;
using vm_provisioning::ProvisioningService;

namespace {

const std::string kPools =
    "pool small waiting_room 192.0.2.1\npool big without wait waiting_room 192.0.2.1\n"
    "command small /bin/true {port}\ncommand big /bin/true\n";
const std::string kNames = "name {cpt}.{resource}.{type}.apps.example pool small\ntype encode pool big\n";
const std::string kTiers = "tier gold clients 198.51.100.0/24\ntier plain\n";
const std::string kGold = "198.51.100.1", kGoldToo = "198.51.100.2", kPlain = "203.0.113.1";
const std::string kName = "report.query.apps.example.";

std::string block(const std::string& lines, const std::string& mode = "on", const std::string& before = {}) {
  return "apps.example {\n" + before + "vm_provisioning " + mode + " {\n" + lines +
         "}\nhosts {\n 192.0.2.80 www.apps.example report.query.apps.example\n}\n}\n";
}

// Engines that do what the test says.
struct Engines {
  FakeProvisioningEngine* latest = nullptr;
  vm_provisioning::EngineSource source{
      [this](auto settings, auto world) -> Result<std::unique_ptr<provision::ProvisioningEngine>> {
        auto made = std::make_unique<FakeProvisioningEngine>(std::move(settings), std::move(world));
        latest = made.get();
        return made;
      }};
};

// A server with such an engine.
struct House {
  Engines engines;
  FakeProvisioningEngine*& engine = engines.latest;
  Scratch folder;
  MemoryServer server;

  explicit House(const std::string& mode = "on", const std::string& more = {})
      : server(block(kPools + kNames + kTiers + more, mode, "cookies\n"), all_plugins(), folder.path()) {
    if (engine) engine->fall_back(0, Assignment::Kind::waiting, "192.0.2.1");
    if (engine) engine->fall_back(1, Assignment::Kind::waiting, "192.0.2.1");
  }

  std::shared_ptr<Letter> ask(const std::string& client, const std::string& name = kName, const char* type = "A") {
    return server.ask(name + " " + type, client);
  }
  std::string answers(const std::string& client, const std::string& name = kName) {
    return ask(client, name)->answers();
  }
  /// The tag of a client, as it is told.
  std::string tag_of(const std::string& client) {
    const auto text = ask(client, "cpt.apps.example.", "TXT")->answers();
    const auto quote = text.find('"');
    return quote == std::string::npos ? "" : text.substr(quote + 1, ProfileTag::kLength);
  }
  static std::uint64_t key_of(const std::string& tag) { return ProfileTag::parse(tag).value().key(); }
};

std::string record(const std::string& name, int ttl, const std::string& address) {
  return name + " " + std::to_string(ttl) + " IN A " + address + "\n";
}

std::string fault(const std::string& lines) {
  const Engines engines;
  const Scratch folder;
  try {
    const MemoryServer server(block(lines, "dry-run"), all_plugins(), folder.path());
  } catch (const std::exception& error) {
    return error.what();
  }
  return {};
}

std::vector<std::uint8_t> option(std::string_view text) {
  std::vector<std::uint8_t> octets{0xff, 0x23, 0, static_cast<std::uint8_t>(text.size())};
  octets.insert(octets.end(), text.begin(), text.end());
  return octets;
}

}  // namespace

TEST_CASE("a client waits for a second at a time, and is given its instance the moment that it is ready") {
  House house;
  CHECK(house.answers(kGold) == record(kName, 1, "192.0.2.1"));
  CHECK(house.ask(kGold)->ede() == EdeCode::capacity_warming);
  house.engine->give({House::key_of(house.tag_of(kGold)), 0}, "192.0.2.9");
  CHECK(house.answers(kGold) == record(kName, 30, "192.0.2.9"));
  CHECK_FALSE(house.ask(kGold)->ede());
  house.engine->give({House::key_of(house.tag_of(kGold)), 0}, "192.0.2.10");
  CHECK(house.answers(kGold) == record(kName, 30, "192.0.2.10"));
  house.engine->give({House::key_of(house.tag_of(kGold)), 0}, "");
  CHECK(house.answers(kGold) == record(kName, 1, "192.0.2.1"));
}

TEST_CASE("clients that are alike share a tag and its instance, and others have another") {
  House house;
  CHECK(house.tag_of(kGold) == house.tag_of(kGoldToo));
  CHECK(house.tag_of(kGold) != house.tag_of(kPlain));
  house.engine->give({House::key_of(house.tag_of(kGold)), 0}, "192.0.2.9");
  CHECK(house.answers(kGoldToo) == record(kName, 30, "192.0.2.9"));
  CHECK(house.answers(kPlain) == record(kName, 1, "192.0.2.1"));
}

TEST_CASE("the tag in a name counts for everybody who asks for that name") {
  House house;
  const auto tag = house.tag_of(kGold);
  house.engine->give({House::key_of(tag), 0}, "192.0.2.9");
  const auto name = "cpt-" + tag + "." + kName;
  CHECK(house.answers(kPlain, name) == record(name, 30, "192.0.2.9"));
  CHECK(house.answers(kGold, name) == record(name, 30, "192.0.2.9"));
}

TEST_CASE("the tag in an EDNS option counts where the name has none") {
  House house;
  const auto tag = house.tag_of(kGold);
  house.engine->give({House::key_of(tag), 0}, "192.0.2.9");
  const auto letter = house.server.ask(kName + " A", {.client = kPlain, .options = option(tag)});
  CHECK(letter->answers() == record(kName, 30, "192.0.2.9"));
}

TEST_CASE("a client that asks for its tag by an empty option is told it, and nobody else") {
  House house;
  const auto tag = house.tag_of(kPlain);
  const auto told = [&](const std::vector<std::uint8_t>& options) {
    const auto bytes = house.server.ask(kName + " A", {.client = kPlain, .options = options})->bytes;
    return std::string(bytes.begin(), bytes.end()).find(tag) != std::string::npos;
  };
  CHECK(told(option("")));
  CHECK_FALSE(told({}));
}

TEST_CASE("a tag that somebody made up is no such name, and in an option refused; neither starts anything") {
  House house;
  auto tag = house.tag_of(kGold);
  tag[20] = tag[20] == 'a' ? 'b' : 'a';
  for (const auto& made_up : {tag, tag.substr(0, 10), std::string("0"), std::string(40, '0')}) {
    const auto letter = house.ask(kGold, "cpt-" + made_up + "." + kName);
    CHECK(letter->rcode() == Rcode::NXDOMAIN);
    CHECK(letter->answers().empty());
    CHECK(house.server.ask(kName + " A", {.client = kGold, .options = option(made_up)})->rcode() == Rcode::REFUSED);
  }
  CHECK(house.engine->wishes().empty());
  CHECK(house.answers(kGold) == record(kName, 1, "192.0.2.1"));
}

TEST_CASE("a tag whose key is too old counts as none, and the answer says so") {
  House house("on", "tags rotate 1h overlap 1m\n");
  const auto name = "cpt-" + house.tag_of(kPlain) + "." + kName;
  house.server.advance(3h);
  const auto service = house.server.chains().chains.at(0);
  CHECK(wait_until([&] {
    house.server.advance(1s);
    house.engine->give({House::key_of(house.tag_of(kGold)), 0}, "192.0.2.9");
    return house.ask(kGold, name)->answers() == record(name, 30, "192.0.2.9");
  }));
  CHECK(house.ask(kGold, name)->ede() == EdeCode::other);
}

TEST_CASE("the type in a name says which pool it is of") {
  House house;
  const auto tag = House::key_of(house.tag_of(kGold));
  house.engine->give({tag, 1}, "192.0.2.9");
  CHECK(house.answers(kGold, "film.encode.apps.example.") == record("film.encode.apps.example.", 30, "192.0.2.9"));
  CHECK(house.answers(kGold) == record(kName, 1, "192.0.2.1"));
}

TEST_CASE("every query for an address is a wish, also of a kept answer, and with proof where there is one") {
  House house;
  house.ask(kGold);
  house.ask(kGold);
  house.ask(kGold, kName, "TXT");
  house.server.ask(kName + " A", {.client = kPlain, .transport = Transport::tcp});
  const auto wishes = house.engine->wishes();
  REQUIRE(wishes.size() == 3);
  CHECK(wishes[0].wish == wishes[1].wish);
  CHECK(wishes[0].wish.tag == House::key_of(house.tag_of(kGold)));
  CHECK(wishes[0].client == wishes[1].client);
  CHECK(wishes[0].client != wishes[2].client);
  CHECK_FALSE(wishes[1].proved);
  CHECK(wishes[2].proved);
}

TEST_CASE("who has many addresses of an IPv6 network is one client, and who asks in many subnets' names as well") {
  House house;
  for (const auto* client : {"2001:db8:1:2::1", "2001:db8:1:2::ffff", "2001:db8:1:3::1"}) house.ask(client);
  for (const auto* subnet : {"192.0.2.0", "203.0.113.0"})
    house.server.ask(kName + " A",
                     {.client = "2001:db8:1:2::1", .subnet = ClientSubnet{*IpAddress::parse(subnet), 24, 0}});
  const auto wishes = house.engine->wishes();
  REQUIRE(wishes.size() == 5);
  for (const auto& wish : wishes) CHECK(wish.client == wishes[0].client);
}

TEST_CASE("in a pool that lets wait, a query waits for its instance, but not for long") {
  House house;
  const auto name = "film.encode.apps.example.";
  const auto letter = house.ask(kGold, name);
  CHECK_FALSE(letter->arrived);
  CHECK(house.engine->wishes().size() == 1);  // before it waits
  house.engine->give({House::key_of(house.tag_of(kGold)), 1}, "192.0.2.9");
  house.server.loop.advance(20ms);
  REQUIRE(letter->arrived);
  CHECK(letter->answers() == record(name, 30, "192.0.2.9"));
  CHECK(house.engine->wishes().size() == 1);

  const auto in_vain = house.ask(kPlain, name);
  CHECK_FALSE(in_vain->arrived);
  house.server.loop.advance(300ms);
  REQUIRE(in_vain->arrived);
  CHECK(in_vain->answers() == record(name, 1, "192.0.2.1"));
}

TEST_CASE(
    "where there is neither instance nor waiting room the next plugin answers, and behind the last one it fails") {
  const Engines engines;
  const Scratch folder;
  MemoryServer followed(block(kPools + kNames), all_plugins(), folder.path());
  CHECK(followed.ask(kName + " A", kGold)->answers() == record(kName, 3600, "192.0.2.80"));
  const Scratch other;
  MemoryServer last("apps.example {\nvm_provisioning on {\n" + kPools + kNames + "}\n}\n", all_plugins(), other.path());
  const auto letter = last.ask(kName + " A", kGold);
  CHECK(letter->rcode() == Rcode::SERVFAIL);
  CHECK(letter->ede() == EdeCode::capacity_warming);
}

TEST_CASE("a dry run counts wishes and changes no answer; off does neither") {
  House dry("dry-run");
  CHECK(dry.engine->settings().mode == provision::Mode::dry_run);
  CHECK(dry.answers(kGold) == record(kName, 3600, "192.0.2.80"));
  CHECK(dry.ask(kGold, "cpt.apps.example.", "TXT")->answers().empty());
  CHECK(dry.engine->wishes().size() == 1);
  House off("off");
  CHECK(off.engine == nullptr);
  CHECK(off.answers(kGold) == record(kName, 3600, "192.0.2.80"));
  CHECK_FALSE(std::filesystem::exists(off.folder / "vm_provisioning"));
}

TEST_CASE("names that no template holds for are answered alike for everybody") {
  House house;
  for (const auto& client : {kGold, kPlain, kGold})
    CHECK(house.answers(client, "www.apps.example.") == record("www.apps.example.", 3600, "192.0.2.80"));
  CHECK(house.engine->wishes().empty());
  CHECK(house.server.count("harbinger_cache_hits_total") == 2);
}

TEST_CASE("names that tend to be asked for before a pool's are told of as a lead") {
  House house("on", "lead www.apps.example pool small\n");
  house.ask(kGold, "www.apps.example.");
  house.ask(kGold, "other.apps.example.");
  CHECK(house.engine->leads() == std::vector<std::pair<std::size_t, float>>{{0, 1.F}});
}

TEST_CASE("who asks again with the same settings has the same instances, and with others what was told stays") {
  const Engines engines;
  const Scratch folder;
  Metrics metrics;
  vm_provisioning::ServiceSettings settings{.state = folder / "state", .mode = provision::Mode::on};
  settings.pools.push_back({.what = {.name = "small", .provider = "process"}});
  const ProvisioningService::World world{&system_clock(), &metrics, {}};
  const auto first = ProvisioningService::shared(settings, world).value();
  CHECK(ProvisioningService::shared(settings, world).value() == first);
  engines.latest->give({5, 0}, "192.0.2.9");

  settings.budgets.instances = 7;
  const auto second = ProvisioningService::shared(settings, world).value();
  CHECK(second != first);
  CHECK(&second->table() == &first->table());
  settings.pools.insert(settings.pools.begin(), {.what = {.name = "other", .provider = "process"}});
  CHECK(&ProvisioningService::shared(settings, world).value()->table() != &first->table());
}

TEST_CASE("a service whose state another still has waits for it, and says so") {
  bool free = false;
  const vm_provisioning::EngineSource source(
      [&](auto engine_settings, auto world) -> Result<std::unique_ptr<provision::ProvisioningEngine>> {
        if (!free) return fail(ErrorCode::conflict, "the journal belongs to another process");
        return std::make_unique<FakeProvisioningEngine>(std::move(engine_settings), std::move(world));
      });
  const Scratch folder;
  Metrics metrics;
  const auto service =
      ProvisioningService::shared({.state = folder / "state"}, {&system_clock(), &metrics, {}}).value();
  CHECK(service->engine() == nullptr);
  CHECK_THAT(service->trouble(), Contains("belongs to another process"));
  free = true;
  service->look();
  CHECK(service->engine() != nullptr);
  CHECK(service->trouble().empty());
}

TEST_CASE("when the last client of a tag has become another, the instance goes with it, and the tag is void") {
  const Engines engines;
  const Scratch folder;
  Metrics metrics;
  const auto service =
      ProvisioningService::shared({.state = folder / "state"}, {&system_clock(), &metrics, {}}).value();
  service->wished({{.tag = 100}, 1, true}, 100);
  service->look();
  CHECK_FALSE(service->is_void(100));
  service->wished({{.tag = 200}, 1, true}, 200);
  service->look();
  CHECK(service->is_void(100));
  CHECK(engines.latest->invalidated == std::vector<std::pair<std::uint64_t, std::uint64_t>>{{100, 200}});
}

TEST_CASE("a configuration of vm_provisioning that cannot be is refused with what would be right") {
  const auto good = kPools + kNames;
  CHECK(fault(good).empty());
  CHECK_THAT(fault(kNames), Contains("write a line as `pool small"));
  CHECK_THAT(fault(kPools), Contains("write a line as `name {cpt}"));
  CHECK_THAT(fault(good + "name {resource}.other.example pool middle\n"),
             Contains("there is no pool \"middle\"; there are small, big"));
  CHECK_THAT(fault(good + "type transcode pool middle\n"), Contains("no pool \"middle\""));
  CHECK_THAT(fault(good + "type encode pool small\n"), Contains("type encode stands twice"));
  CHECK_THAT(fault(good + "command middle /bin/true\n"), Contains("no pool \"middle\""));
  CHECK_THAT(fault(good + "pool small waiting_room 192.0.2.1\n"), Contains("stands twice"));
  CHECK_THAT(fault(good + "pool x waiting_room 192.0.2.1\n"), Contains("`command x "));
  CHECK_THAT(fault(good + "pool x\ncommand x /bin/true\n"), Contains("waiting_room ADDRESS"));
  CHECK_THAT(fault(good + "pool x provider docker\n"), Contains("process|container|qemu"));
  CHECK_THAT(fault(good + "pool X provider qemu\n"), Contains("a pool's name has"));
  CHECK_THAT(fault(good + "pool x least 5 most 2 waiting_room 192.0.2.1\n"), Contains("`least` is at most `most`"));
  CHECK_THAT(fault(good + "name {resource}.{cpt}.apps.example pool small\n"), Contains("{cpt} stands in front"));
  CHECK_THAT(fault(good + "budget clients_without_proof 1\n"), Contains("2 to 16, or 0"));
  CHECK_THAT(fault(good + "tags rotate 1h overlap 2h\n"), Contains("`overlap` is at most `rotate`"));
  CHECK_THAT(fault(good + "profile location colour\n"), Contains("location|device|persona|tier"));
  CHECK_THAT(fault(good + "profile location\ntier gold\n"), Contains("`profile ... tier`"));
  CHECK_THAT(fault(good + "tier gold clients 192.0.2.0/24\ntier gold clients 198.51.100.0/24\n"), Contains("tier"));
  CHECK_THAT(fault(good + "http 127.0.0.1:9\n"), Contains("everybody could stop instances"));
  CHECK_THAT(fault(good + "certificate c.pem\n"), Contains("stand together"));
  CHECK_THAT(fault(good + "wait 10s\n"), Contains("2s"));
  CHECK_THAT(fault(good + "state /dev/null/x\n"), Contains("cannot make /dev/null/x"));
}
