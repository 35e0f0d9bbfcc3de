#include "tests/support/memory_server.h"

#include <array>
#include <sstream>
#include <stdexcept>

#include <harbinger/config.h>
#include <harbinger/foresight.h>

#include "persona/persona_service.h"

namespace harbinger::test {

namespace {

class LaterLetter final : public Later {
 public:
  explicit LaterLetter(std::shared_ptr<Letter> letter) : letter_(std::move(letter)) {}
  void reply(std::span<const std::uint8_t> bytes) override {
    letter_->bytes.assign(bytes.begin(), bytes.end());
    letter_->arrived = true;
    ++letter_->times;
  }
  More more(std::span<const std::uint8_t> bytes) override {
    if (letter_->gone) return More::gone;
    if (letter_->before.size() >= letter_->room) return More::full;
    letter_->before.emplace_back(bytes.begin(), bytes.end());
    return More::taken;
  }

 private:
  std::shared_ptr<Letter> letter_;
};

[[noreturn]] void throw_all(const config::Errors& errors) {
  std::string text;
  for (const auto& error : errors) text += error.to_string() + '\n';
  throw std::runtime_error(text);
}

std::vector<std::uint8_t> packed_options(const MemoryServer::Asking& how) {
  auto options = how.options;
  if (!how.subnet) return options;
  std::vector<std::uint8_t> data;
  how.subnet->write(data);
  for (const unsigned value : {unsigned(OptionCode::ECS), unsigned(data.size())}) {
    options.push_back(static_cast<std::uint8_t>(value >> 8));
    options.push_back(static_cast<std::uint8_t>(value));
  }
  options.insert(options.end(), data.begin(), data.end());
  return options;
}

}  // namespace

std::string Letter::answers() const {
  std::string text;
  for (const auto& record : message().answers) text += record.to_string() + '\n';
  return text;
}

std::optional<EdeCode> Letter::ede() const {
  const auto whole = message();
  if (!whole.edns) return std::nullopt;
  const auto data = whole.edns->option(OptionCode::EDE);
  if (!data) return std::nullopt;
  return ExtendedError::parse(*data).value().code;
}

MemoryServer::MemoryServer(const std::string& config, std::vector<PluginSpec> plugins,
                           std::filesystem::path directory) {
  const auto file = config::parse(config, directory / "Harbingerfile");
  if (!file) throw_all(file.error());
  World world;
  world.metrics = &metrics;
  world.clock = &loop.clock();
  world.random = &system_random();
  world.exchange = &exchange;
  world.answers_changed = [this](std::uint32_t chain, const Name& name) { responder->answers_changed(chain, name); };
  world.answers_changed_all = [this](std::uint32_t chain) { responder->answers_changed_all(chain); };
  world.resolve_ahead = [this](const std::shared_ptr<const Chain>& chain, const AheadQuestion& question,
                               const std::function<void(const AheadAnswer&)>& done) {
    loop.post([this, chain, question, done] { responder->resolve_ahead(chain, question, done); });
    return true;
  };
  // Plugins may say "changed" while they start, so there is a responder before there are chains.
  responder = std::make_unique<Responder>(world, ServerConfig{});
  auto built = build_chains(*file, plugins, world);
  if (!built) throw_all(built.error());
  chains_ = *built;
  responder = std::make_unique<Responder>(world, chains_->server);
}

std::shared_ptr<Letter> MemoryServer::ask(const std::string& question, const Asking& how) {
  std::istringstream words(question);
  std::string name, type;
  words >> name >> type;
  const auto query = make_query(next_id_++, {Name::parse(name).value(), parse_type(type).value()},
                                how.recursion_desired, how.edns ? how.udp_size : 0, how.dnssec_ok, packed_options(how));
  return send(query, how);
}

std::shared_ptr<Letter> MemoryServer::send(std::span<const std::uint8_t> bytes, const Asking& how) {
  auto letter = std::make_shared<Letter>();
  letter->room = how.room;
  std::array<std::uint8_t, 65535> out;
  const Incoming in{bytes, {IpAddress::parse(how.client).value(), 5353}, how.transport, loop.clock().now()};
  const auto size = responder->answer(in, *chains_->ports.at(0).zones, out, [&]() -> std::unique_ptr<Later> {
    return std::make_unique<LaterLetter>(letter);
  });
  if (size != Responder::kLater) {
    letter->bytes.assign(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(size));
    letter->arrived = true;
    ++letter->times;
  }
  loop.run();
  return letter;
}

// Learners have a thread of their own, which nothing in here waits for: so they are made to catch up before and after.
void MemoryServer::advance(Duration by) {
  const auto catch_up = [] {
    persona::PersonaService::catch_up_all();
    Foresight::catch_up_all();
  };
  catch_up();
  loop.advance(by);
  catch_up();
  loop.run();
}

std::uint64_t MemoryServer::count(const std::string& metric) const {
  double sum = 0;
  for (const auto& sample : metrics.collect())
    if (sample.name == metric) sum += sample.value;
  return static_cast<std::uint64_t>(sum);
}

}  // namespace harbinger::test
