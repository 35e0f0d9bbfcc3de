// What a plugin is: a class that overrides the roles it needs, and a spec that names it and its options.
#pragma once

#include <concepts>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <harbinger/exchange.h>
#include <harbinger/log.h>
#include <harbinger/loop.h>
#include <harbinger/metrics.h>
#include <harbinger/options.h>
#include <harbinger/query.h>
#include <harbinger/random.h>
#include <harbinger/reply.h>
#include <harbinger/result.h>
#include <harbinger/task.h>
#include <harbinger/zone_request.h>

namespace harbinger {

class Plugin;

/// Whether a query goes on. `drop` sends nothing; `truncate` an empty reply with TC, so that the client comes back over TCP.
struct Verdict {
  enum class Kind : std::uint8_t { pass, answer, truncate, drop };
  Kind kind = Kind::pass;
  Rcode rcode = Rcode::NOERROR;
  EdeCode cause = EdeCode::other;

  static Verdict pass() { return {}; }
  static Verdict refuse(EdeCode cause = EdeCode::prohibited) { return {Kind::answer, Rcode::REFUSED, cause}; }
  static Verdict answer(Rcode rcode, EdeCode cause) { return {Kind::answer, rcode, cause}; }
  static Verdict truncate() { return {Kind::truncate}; }
  static Verdict drop() { return {Kind::drop}; }
};

/// The rest of the chain: `co_await next(query)`. A plain value, valid while the query is served.
class Next {
 public:
  explicit Next(std::span<Plugin* const> rest) : rest_(rest) {}
  /// The reply of the plugins that follow; nobody_answered() behind the last. `query` must live until the reply is there.
  Task<Reply> operator()(const Query& query) const;

 private:
  std::span<Plugin* const> rest_;
};

/// Makes kept answers disappear the moment that they became wrong.
class Answers {
 public:
  virtual ~Answers() = default;
  /// Every kept answer whose question is `name`, or that depends on it, is gone at once. Any thread; change the state first.
  virtual void changed(const Name& name) = 0;
  /// As above for every name of the chain.
  virtual void changed_all() = 0;
};

/// A question that is answered before a client asks it. The flags are those of the clients that it is for: answers are kept by them.
struct AheadQuestion {
  Name name;
  RRType type{};
  bool recursion_desired = true, checking_disabled = false, dnssec_ok = false;
};

/// What became of it.
struct AheadAnswer {
  enum class Outcome : std::uint8_t {
    kept,       ///< the answer cache has it now, for every client
    not_kept,   ///< an answer that others cannot use: it depends on the client, or may not be kept
    failed,     ///< SERVFAIL, or nobody answered
    under_way,  ///< it was being computed for somebody already; nothing was started
    overloaded  ///< too many queries are in work; nothing was started
  };
  Outcome outcome = Outcome::failed;
  bool ages = false;        ///< TTLs count down; else the answer stays until its name changes
  std::uint32_t ttl_s = 0;  ///< of a kept answer
};

/// The world as a plugin may use it. Lives as long as the plugin.
struct PluginContext {
  std::vector<Name> zones;                     ///< of the server block
  std::filesystem::path directory;             ///< of the Harbingerfile; relative paths start there
  std::vector<std::filesystem::path> sources;  ///< the Harbingerfile and everything that it imports
  Logger log;                                  ///< prefixed with the plugin's name
  Metrics* metrics = nullptr;
  const Clock* clock = nullptr;
  Random* random = nullptr;
  Exchange* exchange = nullptr;
  Answers* answers = nullptr;
  /// Only check the configuration and what it names; open nothing, listen nowhere.
  bool checking = false;
  /// Runs `work` on the thread for slow work, soon, once per call; drops it after `stop`. Any thread.
  std::function<void(std::function<void()> work)> in_background;
  /// The id of a plugin's own fact; the same for the same name everywhere in the process.
  std::function<FactId(std::string_view name)> fact;
  /// Asks the server to do something: "reload". For plugins like `reload`; false when the server knows no such wish.
  std::function<bool(std::string_view wish)> ask_server;
  /// Answers a question with this server block's plugins soon, on a worker, and keeps the answer. Clients that ask meanwhile wait for the same
  /// answer; no plugin's admit, identify, decorate or observe sees it. `done` is called on that worker, unless the server ends
  /// before. False, and `done` is not called, when there is no worker (yet, or any more). Any thread.
  std::function<bool(const AheadQuestion& question, std::function<void(const AheadAnswer&)> done)> resolve_ahead;
  /// Plugins of this configuration (all blocks), for `ready`; empty until every plugin has started. Any thread, until `stop`. Holding on
  /// to them keeps their chains, so let go soon.
  std::function<std::vector<std::shared_ptr<const Plugin>>()> siblings;

  /// `path` itself when absolute, else below `directory`.
  std::filesystem::path resolve(const std::filesystem::path& path) const { return directory / path; }
};

/// A link of the chain. Override what you need; the roles run in the order of this list, and calls come from all workers at the same time.
/// The synchronous roles run for every query: memory only, no lock, no allocation, no system call.
class Plugin {
 public:
  virtual ~Plugin() = default;

  /// May this query pass? Runs before the answer cache.
  virtual Verdict admit(const Query&) { return Verdict::pass(); }
  /// Sets facts about the client.
  virtual void identify(Query&) {}
  /// Answers, or hands on: `co_return co_await next(query)`. Runs when the answer cache has none. May wait; must be done by
  /// the query's deadline. `query` lives until the returned task is done.
  virtual Task<Reply> serve(const Query& query, Next next) { return next(query); }
  /// Additions for this one client; never kept.
  virtual void decorate(const Query&, ReplyEditor&) {}
  /// Sees what was sent.
  virtual void observe(const Query&, const ReplyView&) {}

  /// A message that maintains a zone. True when this plugin has answered it, with one message at least; else the next in the order of the file
  /// is asked. On a worker, which must not wait for a disk: see in_background.
  virtual Task<bool> maintain(const ZoneRequest&, ZoneReplies&) { return ready(false); }

  /// Called once, before the first query: load files, register metrics. An error keeps the new configuration out.
  virtual Result<void> start(const PluginContext&) { return {}; }
  /// The operator asked for a reload and the configuration is the same: look at your files again.
  virtual void refresh() {}
  /// No query will come any more. Threads and listeners end here.
  virtual void stop() {}
  /// Why this plugin cannot work yet; empty when it can.
  virtual std::string not_ready() const { return {}; }
  /// What the operator should know although the plugin works; empty when all is well.
  virtual std::string note() const { return {}; }

  /// The name in the configuration; set by the chain.
  std::string_view name() const { return name_; }

 private:
  friend class ChainBuilder;
  std::string name_;
};

/// Which roles a plugin overrides.
struct Roles {
  bool admit = false, identify = false, serve = false, decorate = false, observe = false;
};

/// Everything known about a plugin without making one: its word, what it is for, its options, its roles.
struct PluginSpec {
  std::string name;
  std::string summary;
  Roles roles;
  /// Its identify reads facts that those of other plugins set, and runs behind them, wherever it stands in the file.
  bool identifies_last = false;
  OptionTable options;
  /// Makes one from its directive, or tells everything that is wrong with it.
  std::function<std::expected<std::unique_ptr<Plugin>, config::Errors>(const config::Directive&)> make;
};

namespace detail {
template <class P>
constexpr Roles roles_of() {
  return {!std::is_same_v<decltype(&P::admit), decltype(&Plugin::admit)>,
          !std::is_same_v<decltype(&P::identify), decltype(&Plugin::identify)>,
          !std::is_same_v<decltype(&P::serve), decltype(&Plugin::serve)>,
          !std::is_same_v<decltype(&P::decorate), decltype(&Plugin::decorate)>,
          !std::is_same_v<decltype(&P::observe), decltype(&Plugin::observe)>};
}
}  // namespace detail

/// Builds a PluginSpec: `define_plugin<Hello>("hello", "answers every TXT question").option("ttl", &Hello::Config::ttl, "...")`.
/// `P` has a `Config` and is constructed from one. The option rows are those of Options<Config> (options.h).
template <class P>
class PluginDefinition {
 public:
  using Config = typename P::Config;

  PluginDefinition(std::string name, std::string summary) : name_(std::move(name)), summary_(std::move(summary)) {}

  /// A word with its value in the plugin's block, or alone in it for a bool.
  template <class... Row>
  PluginDefinition& option(std::string word, Row&&... row) {
    options_.option(std::move(word), std::forward<Row>(row)...);
    return *this;
  }
  /// A word behind the plugin's name, in order. Required unless its default is to stand: see Options::argument.
  template <class... Row>
  PluginDefinition& argument(std::string word, Row&&... row) {
    options_.argument(std::move(word), std::forward<Row>(row)...);
    return *this;
  }
  /// As argument, but may be missing: then the default stands.
  template <class... Row>
  PluginDefinition& optional_argument(std::string word, Row&&... row) {
    options_.optional_argument(std::move(word), std::forward<Row>(row)...);
    return *this;
  }
  /// Lines made of keywords, each of which appends one element to a vector: see Options::rows.
  template <class... Row>
  PluginDefinition& rows(std::string word, Row&&... row) {
    options_.rows(std::move(word), std::forward<Row>(row)...);
    return *this;
  }

  /// Lines that begin with no option's word: see Options::other_lines.
  template <class... Row>
  PluginDefinition& other_lines(Row&&... row) {
    options_.other_lines(std::forward<Row>(row)...);
    return *this;
  }

  /// See PluginSpec.
  PluginDefinition& identifies_last() {
    last_ = true;
    return *this;
  }

  operator PluginSpec() const {  // NOLINT(google-explicit-constructor): reads as the end of the sentence
    static_assert(std::derived_from<P, Plugin> && std::constructible_from<P, Config>);
    auto options = options_;
    return PluginSpec{
        name_,
        summary_,
        detail::roles_of<P>(),
        last_,
        options.table(),
        [options](const config::Directive& directive) -> std::expected<std::unique_ptr<Plugin>, config::Errors> {
          auto config = options.read(directive);
          if (!config) return std::unexpected(std::move(config.error()));
          return std::make_unique<P>(std::move(*config));
        }};
  }

 private:
  std::string name_, summary_;
  bool last_ = false;
  Options<Config> options_;
};

template <class P>
PluginDefinition<P> define_plugin(std::string name, std::string summary = {}) {
  return {std::move(name), std::move(summary)};
}

/// What an out-of-tree plugin must match to be loaded: library version, compiler, standard library and build mode that change layouts.
std::string_view abi_fingerprint();

/// Makes a shared object a loadable plugin. Once per shared object: `HARBINGER_EXPORT_PLUGIN(harbinger::hello::spec)`.
#define HARBINGER_EXPORT_PLUGIN(spec_function)                                                                   \
  extern "C" __attribute__((visibility("default"))) const char* harbinger_plugin_abi() { return HARBINGER_ABI; } \
  extern "C" __attribute__((visibility("default"))) void harbinger_plugin_spec(::harbinger::PluginSpec* out) {   \
    *out = spec_function();                                                                                      \
  }

}  // namespace harbinger

#include <harbinger/abi.h>
