#include <algorithm>
#include <atomic>
#include <exception>
#include <map>
#include <mutex>
#include <set>

#include <harbinger/chain.h>
#include "chain/fact_names.h"
#include "chain/server_directives.h"
#include "chain/server_key.h"

namespace harbinger {

namespace {

// A plugin's handle on the answers that were computed with it.
class ChainAnswers final : public Answers {
 public:
  ChainAnswers(const World& world, std::uint32_t chain)
      : changed_(world.answers_changed), changed_all_(world.answers_changed_all), chain_(chain) {}
  void changed(const Name& name) override {
    if (changed_) changed_(chain_, name);
  }
  void changed_all() override {
    if (changed_all_) changed_all_(chain_);
  }

 private:
  std::function<void(std::uint32_t, const Name&)> changed_;
  std::function<void(std::uint32_t)> changed_all_;
  std::uint32_t chain_;
};

std::uint32_t next_chain_id() {
  static std::atomic<std::uint32_t> last{0};
  return ++last;
}

// What a plugin throws before it runs is an error like those it returns: it keeps the configuration out, and the server goes on.
std::expected<std::unique_ptr<Plugin>, config::Errors> make_plugin(const PluginSpec& spec,
                                                                   const config::Directive& directive) {
  try {
    return spec.make(directive);
  } catch (const std::exception& error) {
    return std::unexpected(
        config::Errors{{ErrorCode::internal, "plugin/" + spec.name + ": " + error.what(), directive.word.position}});
  }
}

Result<void> start_plugin(Plugin& plugin, const PluginContext& context) {
  try {
    return plugin.start(context);
  } catch (const std::exception& error) {
    return fail(ErrorCode::internal, error.what());
  }
}

void append(std::string& text, const config::Directive& directive) {
  text += directive.word.text;
  for (const auto& argument : directive.arguments) text += '\x1f' + argument.text;
  text += '{';
  for (const auto& line : directive.body) append(text, line);
  text += '}';
}

}  // namespace

std::string fingerprint_of(const config::File& file) {
  std::string text;
  for (const auto& directive : file.global) append(text, directive);
  for (const auto& block : file.blocks) {
    for (const auto& key : block.keys) text += '\x1e' + key.text;
    for (const auto& directive : block.directives) append(text, directive);
  }
  return text;
}

/// Builds one ChainSet; collects errors as it goes.
class ChainBuilder {
 public:
  ChainBuilder(const config::File& file, std::span<const PluginSpec> plugins, const World& world)
      : file_(file), specs_(plugins.begin(), plugins.end()), world_(world) {}

  std::expected<std::shared_ptr<const ChainSet>, config::Errors> build();

 private:
  struct Made {
    Plugin* plugin;
    PluginContext* context;
    Position position;
  };

  void read_global();
  void build_block(const config::ServerBlock& block);
  void add_plugin(Chain& chain, const config::Directive& directive);
  std::unique_ptr<PluginContext> make_context(Chain& chain, const std::string& name);
  void listen(const std::shared_ptr<const Chain>& chain, const std::vector<ServerKey>& keys,
              const std::vector<IpAddress>& binds, const Position& position);
  void start_all();
  void complain(Error error) { errors_.push_back(std::move(error)); }
  void complain(const config::Errors& errors) { errors_.insert(errors_.end(), errors.begin(), errors.end()); }
  const PluginSpec* spec_of(const std::string& name) const;

  const config::File& file_;
  std::vector<PluginSpec> specs_;
  const World& world_;
  std::shared_ptr<ChainSet> set_ = std::make_shared<ChainSet>();
  std::shared_ptr<std::atomic<bool>> all_started_ = std::make_shared<std::atomic<bool>>(false);
  std::map<ListenAddress, std::shared_ptr<ZoneMap>> ports_;
  std::map<std::pair<ListenAddress, Name>, Position> defined_;
  std::vector<Made> made_;
  std::vector<Plugin*> late_identify_;  // of the chain under construction
  config::Errors errors_;
};

const PluginSpec* ChainBuilder::spec_of(const std::string& name) const {
  const auto found = std::ranges::find(specs_, name, &PluginSpec::name);
  return found == specs_.end() ? nullptr : &*found;
}

void ChainBuilder::read_global() {
  const auto base = file_.sources.empty() ? std::filesystem::path() : file_.sources.front().parent_path();
  auto options = read_server_config(file_.global);
  if (options)
    set_->server = *options;
  else
    complain(options.error());
  for (const auto& file : plugin_files(file_.global, errors_)) {
    auto spec = load_plugin(base / file.text);
    if (!spec) {
      complain(Error{spec.error().code, spec.error().message, file.position});
    } else if (spec_of(spec->name)) {
      complain(Error{ErrorCode::conflict, "there is a plugin `" + spec->name + "` already", file.position});
    } else {
      specs_.push_back(std::move(*spec));
    }
  }
}

std::unique_ptr<PluginContext> ChainBuilder::make_context(Chain& chain, const std::string& name) {
  auto context = std::make_unique<PluginContext>();
  context->zones = chain.zones_;
  context->sources = file_.sources;
  context->directory = file_.sources.empty() ? std::filesystem::path(".") : file_.sources.front().parent_path();
  context->log = Logger(world_.log ? *world_.log : null_log_sink(), "plugin/" + name);
  context->metrics = world_.metrics;
  context->clock = world_.clock;
  context->random = world_.random;
  context->exchange = world_.exchange;
  chain.answers_.push_back(std::make_unique<ChainAnswers>(world_, chain.id_));
  context->answers = chain.answers_.back().get();
  context->checking = world_.checking;
  context->in_background = world_.in_background;
  context->fact = fact_named;
  context->ask_server = world_.ask_server;
  context->resolve_ahead = [resolve = world_.resolve_ahead, weak = chain.weak_from_this()](
                               const AheadQuestion& question, std::function<void(const AheadAnswer&)> done) {
    const auto alive = weak.lock();
    return resolve && alive && resolve(alive, question, std::move(done));
  };
  context->siblings = [weak = std::weak_ptr(set_), all_started = all_started_] {
    std::vector<std::shared_ptr<const Plugin>> all;
    if (!*all_started) return all;
    if (const auto set = weak.lock())
      for (const auto& each : set->chains)
        for (const auto& plugin : each->plugins()) all.emplace_back(each, plugin.get());
    return all;
  };
  return context;
}

void ChainBuilder::add_plugin(Chain& chain, const config::Directive& directive) {
  const auto& word = directive.word;
  const auto* spec = spec_of(word.text);
  if (!spec) return complain(unknown_directive(word, specs_));
  const auto same = [&](const auto& plugin) { return plugin->name() == word.text; };
  if (std::ranges::any_of(chain.plugins_, same))
    return complain(Error{ErrorCode::conflict, "`" + word.text + "` stands twice in this server block; once is right",
                          word.position});

  auto plugin = make_plugin(*spec, directive);
  if (!plugin) return complain(plugin.error());
  auto* made = plugin->get();
  made->name_ = spec->name;
  chain.contexts_.push_back(make_context(chain, spec->name));
  made_.push_back({made, chain.contexts_.back().get(), word.position});
  chain.plugins_.push_back(std::move(*plugin));
  if (spec->roles.admit) chain.admit_.push_back(made);
  if (spec->roles.identify) (spec->identifies_last ? late_identify_ : chain.identify_).push_back(made);
  if (spec->roles.serve) chain.serve_.push_back(made);
  if (spec->roles.decorate) chain.decorate_.push_back(made);
  if (spec->roles.observe) chain.observe_.push_back(made);
}

void ChainBuilder::build_block(const config::ServerBlock& block) {
  std::vector<ServerKey> keys;
  for (const auto& word : block.keys) {
    auto key = parse_server_key(word, world_.default_port);
    if (key)
      keys.push_back(std::move(*key));
    else
      complain(key.error());
  }
  const std::shared_ptr<Chain> chain(new Chain);
  chain->id_ = next_chain_id();
  for (const auto& key : keys) chain->zones_.insert(chain->zones_.end(), key.zones.begin(), key.zones.end());
  if (chain->zones_.empty()) chain->zones_.push_back(Name());

  std::vector<IpAddress> binds;
  for (const auto& directive : block.directives) {
    if (directive.word.text == "bind") {
      auto addresses = read_bind(directive);
      if (addresses)
        binds.insert(binds.end(), addresses->begin(), addresses->end());
      else
        complain(addresses.error());
    } else if (directive.word.text == "cache") {
      auto rules = read_cache_config(directive);
      if (rules)
        chain->cache_ = *rules;
      else
        complain(rules.error());
    } else {
      add_plugin(*chain, directive);
    }
  }
  chain->identify_.insert(chain->identify_.end(), late_identify_.begin(), late_identify_.end());
  late_identify_.clear();
  set_->chains.push_back(chain);
  listen(chain, keys, binds, block.position);
}

void ChainBuilder::listen(const std::shared_ptr<const Chain>& chain, const std::vector<ServerKey>& keys,
                          const std::vector<IpAddress>& binds, const Position& position) {
  const std::uint8_t any4[4] = {0, 0, 0, 0};
  const auto& addresses = binds.empty() ? std::vector{IpAddress::v4(any4), IpAddress()} : binds;
  for (const auto& key : keys) {
    for (const auto& address : addresses) {
      const ListenAddress where{{address, key.port}, key.transport};
      auto& zones = ports_[where];
      if (!zones) zones = std::make_shared<ZoneMap>();
      for (const auto& zone : key.zones) {
        if (zones->add(zone, chain)) {
          defined_[{where, zone}] = position;
          continue;
        }
        complain(Error{ErrorCode::conflict,
                       "cannot serve " + zone.to_string() + " on " + where.address.to_string() +
                           ": it is already defined at " + Error{{}, "", defined_[{where, zone}]}.to_string(),
                       position});
      }
    }
  }
}

// Plugins are started only when everything reads well; those that were started before an error are stopped by their chains.
void ChainBuilder::start_all() {
  for (const auto& made : made_) {
    if (const auto started = start_plugin(*made.plugin, *made.context); !started) {
      auto error = started.error();
      if (error.position.file.empty()) error.position = made.position;
      error.message = "plugin/" + std::string(made.plugin->name()) + ": " + error.message;
      complain(std::move(error));
    }
  }
}

std::expected<std::shared_ptr<const ChainSet>, config::Errors> ChainBuilder::build() {
  read_global();
  for (const auto& block : file_.blocks) build_block(block);
  if (file_.blocks.empty() && errors_.empty())
    complain(Error{ErrorCode::not_found, "no server block: nothing would be served; write for example `. { whoami }`",
                   file_.sources.empty() ? Position{} : Position{file_.sources.front().string(), 1, 1}});
  if (errors_.empty()) start_all();
  if (!errors_.empty()) return std::unexpected(std::move(errors_));
  *all_started_ = true;

  for (const auto& [where, zones] : ports_) set_->ports.push_back({where, zones});
  set_->sources = file_.sources;
  set_->fingerprint = fingerprint_of(file_);
  return set_;
}

std::expected<std::shared_ptr<const ChainSet>, config::Errors> build_chains(const config::File& file,
                                                                            std::span<const PluginSpec> plugins,
                                                                            const World& world) {
  return ChainBuilder(file, plugins, world).build();
}

std::string ChainSet::describe() const {
  std::string text;
  for (const auto& chain : chains) {
    for (const auto& zone : chain->zones()) text += (text.empty() || text.back() == '\n' ? "" : " ") + zone.to_string();
    text += '\n';
    const auto role = [&](std::string_view name, std::span<Plugin* const> plugins) {
      text += "  " + std::string(name);
      for (const auto* plugin : plugins) text += ' ' + std::string(plugin->name());
      text += '\n';
    };
    role("admit   ", chain->admit());
    role("identify", chain->identify());
    text += chain->cache().off ? "  (no answer cache)\n" : "  (answer cache)\n";
    role("serve   ", chain->serve());
    role("decorate", chain->decorate());
    role("observe ", chain->observe());
  }
  return text;
}

}  // namespace harbinger
