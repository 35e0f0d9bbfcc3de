// harbinger-persona with parts that a test makes.
#include <catch2/catch.hpp>

#include <future>
#include <sstream>

#include "server/persona/program.h"
#include "tests/lib/persona/rpc/rpc_pair.h"
#include "tests/support/drive.h"
#include "tests/support/http_client.h"

using namespace harbinger;
using namespace harbinger::persona;
using namespace harbinger::test;

namespace {

struct Deeds {
  std::optional<EngineSettings> settings;
  int saved = 0;
  bool shared = false;
  Result<void> save_result{};
  std::vector<std::uint8_t> weights;
};

class FakeNetwork final : public Network {
 public:
  explicit FakeNetwork(Deeds& deeds) : deeds_(deeds) {}
  void step(std::span<const EventCode>, std::span<float>, std::span<float>) override {}
  void predict(std::span<const float>, std::span<float>) override {}
  double train(std::span<const Sequence>) override { return 0; }
  double loss(std::span<const Sequence>) override { return 0; }
  std::unique_ptr<Network> clone() const override { return std::make_unique<FakeNetwork>(deeds_); }
  std::vector<std::uint8_t> save() const override { return {}; }
  Result<void> load(std::span<const std::uint8_t> octets) override {
    if (octets.size() != 3) return fail(ErrorCode::malformed, "no weights");
    deeds_.weights.assign(octets.begin(), octets.end());
    return {};
  }

 private:
  Deeds& deeds_;
};

class FakeLocalEngine final : public LocalEngine {
 public:
  // Registers its figures itself, as the real one does.
  FakeLocalEngine(Deeds& deeds, Metrics& metrics)
      : deeds_(deeds), clients_(metrics.gauge("harbinger_persona_engine_clients", "", [] { return 42.0; })) {}
  void assign(std::span<const PersonaAsk> asks, Assigned done) override { engine_.assign(asks, std::move(done)); }
  void report(std::span<const BehaviourEvent> events, Reported done) override {
    engine_.report(events, std::move(done));
  }
  std::shared_ptr<void> watch(Watcher update) override { return engine_.watch(std::move(update)); }
  void explain(ClientKey client, Explained done) override { engine_.explain(client, std::move(done)); }
  State state() const override { return engine_.state(); }
  std::vector<PersonaProfile> list() const override { return {}; }
  Result<void> rename(std::string_view, std::string_view) override { return {}; }
  Result<void> pin(std::string_view, bool) override { return {}; }
  Result<void> split(std::string_view, std::string_view) override { return {}; }
  Result<void> merge(std::string_view, std::string_view) override { return {}; }
  void catch_up() override {}
  Result<void> save() override {
    ++deeds_.saved;
    return deeds_.save_result;
  }

 private:
  FakeEngine engine_;
  Deeds& deeds_;
  Metrics::GaugeHandle clients_;
};

Makers fake_makers(Deeds& deeds) {
  Makers makers;
  makers.catalogue = [](const CommandLine& line) -> std::expected<std::shared_ptr<const Catalogue>, config::Errors> {
    if (line.catalogue)
      return std::unexpected(config::Errors{{ErrorCode::unknown, "no such word", {"personas", 3, 5}}});
    return std::make_shared<const Catalogue>();
  };
  makers.network = [&](const CommandLine&) { return std::make_unique<FakeNetwork>(deeds); };
  makers.share = [&](const CommandLine& line, const EngineWorld&) -> Result<std::unique_ptr<Share>> {
    deeds.shared = true;
    return fail(ErrorCode::malformed, line.redis + " is no URL of a store");
  };
  makers.engine = [&](const EngineSettings& settings, auto, auto network, auto,
                      const EngineWorld& world) -> Result<std::unique_ptr<LocalEngine>> {
    CHECK(network);
    deeds.settings = settings;
    return std::make_unique<FakeLocalEngine>(deeds, *world.metrics);
  };
  makers.start_model = [](const CommandLine& line, const Logger&) -> Result<void> {
    if (line.steps == 1) return fail(ErrorCode::denied, "cannot write " + line.make_start_model->string());
    return {};
  };
  return makers;
}

struct Ran {
  int code = -1;
  std::string out, errors;
};

CommandLine flags(std::vector<const char*> words) {
  words.insert(words.begin(), "harbinger-persona");
  return parse_command_line(static_cast<int>(words.size()), words.data()).value();
}

Ran run_with(const std::vector<const char*>& words, Deeds& deeds, const std::function<void()>& stop = [] {}) {
  std::ostringstream out, errors;
  const int code = run(flags(words), fake_makers(deeds), null_log_sink(), out, errors, stop);
  return {code, out.str(), errors.str()};
}

Ran run_with(const std::vector<const char*>& words) {
  Deeds deeds;
  return run_with(words, deeds);
}

}  // namespace

TEST_CASE("harbinger-persona serves until it is told to stop, and writes a last checkpoint") {
  Deeds deeds;
  const Scratch folder;
  RememberedLog log;
  std::ostringstream out, errors;
  const auto state = folder.path().string();
  const auto line =
      flags({"--listen", "127.0.0.1:0", "--http", "127.0.0.1:0", "--clients", "5000", "--state", state.c_str()});
  const auto address_after = [&](const std::string& before) {
    const auto text = log.text();
    const auto at = text.find(before);
    REQUIRE(at != std::string::npos);
    return SocketAddress::parse(
               text.substr(at + before.size(), text.find_first_of("/\n", at + before.size()) - at - before.size()))
        .value();
  };
  const int code = run(line, fake_makers(deeds), log, out, errors, [&] {
    RpcClientSettings settings;
    settings.address = address_after("grpc://").to_string();
    const auto client = connect_engine(settings).value();
    CHECK(assign(*client));
    const auto page = http_get(address_after("http://"), "/metrics");
    CHECK(page.find("harbinger_persona_engine_clients 42") != std::string::npos);
    CHECK(page.find("harbinger_persona_engine_clients 42") == page.rfind("harbinger_persona_engine_clients 42"));
    CHECK(page.find("process_resident_memory_bytes") != std::string::npos);
    CHECK(deeds.saved == 0);
  });
  CHECK(code == 0);
  CHECK(errors.str().empty());
  CHECK(deeds.saved == 1);
  REQUIRE(deeds.settings);
  CHECK(deeds.settings->clients == 5000);
  CHECK(deeds.settings->state == folder.path());
}

TEST_CASE("a last checkpoint that cannot be written is an error") {
  Deeds deeds;
  deeds.save_result = fail(ErrorCode::denied, "no room on the disk");
  const auto ran = run_with({"--listen", "127.0.0.1:0", "--state", "/tmp"}, deeds);
  CHECK(ran.code == 1);
  CHECK(ran.errors == "harbinger-persona: --state: no room on the disk\n");
}

TEST_CASE("a check looks at all files and serves nothing") {
  Deeds deeds;
  const auto ran = run_with({"--check"}, deeds, [] { FAIL("it runs"); });
  CHECK(ran.code == 0);
  CHECK(ran.out == "ok\n");
  CHECK_FALSE(deeds.settings);
}

TEST_CASE("what is wrong is said with the flag that names it") {
  CHECK(run_with({"--check", "--tokens", "/nowhere"}).errors ==
        "harbinger-persona: --tokens: cannot read the file of tokens /nowhere\n");
  CHECK(run_with({"--check", "--tls-cert", "/nowhere", "--tls-key", "/nowhere"}).errors ==
        "harbinger-persona: --tls-cert, --tls-key, --client-ca: cannot read the certificate /nowhere\n");
  CHECK(run_with({"--check", "--redis", "nonsense"}).errors ==
        "harbinger-persona: --redis: nonsense is no URL of a store\n");
  CHECK(run_with({"--check", "--catalogue", "personas"}).errors == "personas:3:5: no such word\n");
  CHECK(run_with({"--check", "--start-model", "/nowhere"}).errors ==
        "harbinger-persona: --start-model: cannot read the start model /nowhere\n");
  const Scratch folder;
  const auto weights = folder.write("weights", "four").string();
  CHECK(run_with({"--check", "--start-model", weights.c_str()}).errors ==
        "harbinger-persona: --start-model: " + weights + ": no weights\n");
  const auto open = run_with({"--listen", "0.0.0.0:0"});
  CHECK(open.code == 1);
  CHECK(open.errors.starts_with("harbinger-persona: --listen: everybody could change personas at 0.0.0.0:0"));
}

TEST_CASE("start weights are loaded into the network") {
  Deeds deeds;
  const Scratch folder;
  const auto weights = folder.write("weights", "abc").string();
  CHECK(run_with({"--check", "--start-model", weights.c_str()}, deeds).code == 0);
  CHECK(deeds.weights == std::vector<std::uint8_t>{'a', 'b', 'c'});
}

TEST_CASE("a start model is made instead of serving") {
  Deeds deeds;
  CHECK(run_with({"--make-start-model", "model", "--seed", "7"}, deeds, [] { FAIL("it runs"); }).code == 0);
  CHECK(run_with({"--make-start-model", "model", "--steps", "1"}).errors ==
        "harbinger-persona: --make-start-model: cannot write model\n");
}

TEST_CASE("several addresses are listened on, and the default is not one of them then") {
  CHECK(flags({}).listen.size() == 1);
  const auto line = flags({"--listen", "127.0.0.1:1", "--listen", "[::1]"});
  REQUIRE(line.listen.size() == 2);
  CHECK(line.listen[0].to_string() == "127.0.0.1:1");
  CHECK(line.listen[1].to_string() == "[::1]:7531");
}

TEST_CASE("wrong flags exit with 2") {
  for (const auto& words : {std::vector<const char*>{"x", "--listen", "nonsense"},
                            {"x", "--nonsense"},
                            {"x", "--clients", "1"},
                            {"x", "--tls-cert", "a"},
                            {"x", "--client-ca", "a"},
                            {"x", "--seed", "4"}}) {
    const auto line = parse_command_line(static_cast<int>(words.size()), words.data());
    REQUIRE_FALSE(line);
    CHECK(line.error() == 2);
  }
}
