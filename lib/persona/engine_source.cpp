#include "persona/engine_source.h"

#include <mutex>
#include <utility>

#include "base/token_lines.h"
#include "persona/catalogue.h"
#include "persona/module_loader.h"
#include "persona/redis_url.h"
#include "persona/share.h"
#include "persona/start_weights.h"

namespace harbinger::persona {

namespace {

// Engines are opened where plugins start; a program's own source is set before that.
struct Source {
  std::mutex lock;
  EngineSource::Open open;
};
Source& source() {
  static Source only;
  return only;
}

std::shared_ptr<const Catalogue> built_in_catalogue() {
  return {&Catalogue::defaults(), [](const Catalogue*) {}};
}

Result<std::shared_ptr<const Catalogue>> catalogue_of(const EngineChoice& choice) {
  if (!choice.catalogue) return built_in_catalogue();
  auto loaded = Catalogue::load(*choice.catalogue);
  if (loaded) return std::make_shared<const Catalogue>(std::move(*loaded));
  // One error is what a plugin can tell; the rest of them is in its text.
  auto error = loaded.error().front();
  for (std::size_t i = 1; i < loaded.error().size(); ++i) error.message += "\n" + loaded.error()[i].to_string();
  return fail(std::move(error));
}

Result<std::unique_ptr<Share>> share_of(const EngineChoice& choice, const EngineWorld& world) {
  if (choice.redis.empty()) return nullptr;
  return make_redis_share({.url = choice.redis}, *world.clock, world.log.named("redis"));
}

Result<std::shared_ptr<PersonaEngine>> open_embedded(const EngineChoice& choice, const EngineWorld& world) {
  auto catalogue = catalogue_of(choice);
  if (!catalogue) return fail(std::move(catalogue.error()));
  auto share = share_of(choice, world);
  if (!share) return fail(std::move(share.error()));
  auto network = load_network(world.random->next());
  if (!network) return fail(std::move(network.error()));
  if (const auto model = shipped_start_model())
    if (auto loaded = load_weights(**network, *model); !loaded) return fail(std::move(loaded.error()));
  EngineSettings settings;
  settings.state = choice.state;
  auto engine = make_engine(settings, std::move(*catalogue), std::move(*network), std::move(*share), world);
  if (!engine) return fail(std::move(engine.error()));
  return std::shared_ptr<PersonaEngine>(std::move(*engine));
}

Result<std::shared_ptr<PersonaEngine>> open_remote(const EngineChoice& choice, const EngineWorld& world) {
  RpcClientSettings settings;
  settings.address = choice.address;
  settings.ca = choice.authority;
  settings.certificate = choice.certificate;
  settings.key = choice.private_key;
  settings.log = world.log;
  if (choice.token) {
    auto first = read_first_token(*choice.token);
    if (!first) return fail(std::move(first.error()));
    settings.token = std::move(first->token);
  }
  auto engine = load_remote(settings);
  if (!engine) return fail(std::move(engine.error()));
  return std::shared_ptr<PersonaEngine>(std::move(*engine));
}

}  // namespace

std::string EngineChoice::text() const {
  std::string all = address + '\n' + redis;
  for (const auto* path : {&catalogue, &state, &authority, &certificate, &private_key, &token})
    all += '\n' + (*path ? (*path)->string() : "");
  return all;
}

Result<void> check_engine(const EngineChoice& choice) {
  if (!choice.embedded()) return {};
  if (auto catalogue = catalogue_of(choice); !catalogue) return fail(std::move(catalogue.error()));
  if (choice.redis.empty()) return {};
  if (auto url = parse_redis_url(choice.redis); !url) return fail(std::move(url.error()));
  return {};
}

Result<std::shared_ptr<PersonaEngine>> open_engine(const EngineChoice& choice, const EngineWorld& world) {
  EngineSource::Open open;
  {
    const std::lock_guard guard(source().lock);
    open = source().open;
  }
  if (open) return open(choice, world);
  return choice.embedded() ? open_embedded(choice, world) : open_remote(choice, world);
}

EngineSource::EngineSource(Open open) {
  const std::lock_guard guard(source().lock);
  before_ = std::exchange(source().open, std::move(open));
}

EngineSource::~EngineSource() {
  const std::lock_guard guard(source().lock);
  source().open = std::move(before_);
}

}  // namespace harbinger::persona
