// Plugins driven by hand: made from a line of configuration, asked one role at a time.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/clock.h>
#include <harbinger/config.h>
#include <harbinger/plugin.h>

namespace harbinger::test {

/// A log that remembers its lines.
class RememberedLog final : public LogSink {
 public:
  void write(LogLevel level, std::string_view line) override;
  /// Everything so far, one line each.
  std::string text() const;

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

/// Remembers what it is told. Threads of plugins may tell; read `names` when they have ended.
struct RememberedAnswers final : Answers {
  void changed(const Name& name) override;
  void changed_all() override { ++all; }
  std::vector<Name> names;
  std::atomic<int> all = 0;
};

/// A world for one plugin, with a clock that stands still.
struct TestWorld {
  FakeClock clock;
  Metrics metrics;
  RememberedLog log;
  RememberedAnswers answers;
  std::vector<std::string> wishes;  ///< what was asked of the server
  PluginContext context;

  TestWorld();
  TestWorld(const TestWorld&) = delete;
  /// Where a plugin that was started last says that it listens: `http://127.0.0.1:4711/health` in its log.
  SocketAddress web_address() const;
  /// The value of a series; of several that have all of `labels`, their sum. 0 when there is none.
  double metric(std::string_view name, const Labels& labels = {}) const;
};

/// The built-in plugin of one directive, such as "acl {\n block net 10.0.0.0/8\n}". Throws std::runtime_error with all errors.
std::unique_ptr<Plugin> make_plugin(std::string_view directive);
/// What is wrong with a directive, one error a line; empty when nothing is.
std::string errors_of(std::string_view directive);

/// A question as dig writes it: "example.org. AAAA"; from 127.0.0.1:4000 over UDP unless said otherwise.
Query question(std::string_view text, std::string_view client = "127.0.0.1:4000", Transport over = Transport::udp);

/// What `plugin` serves when `rest` stands behind it. The plugin must not wait for anything.
Reply ask(Plugin& plugin, const Query& query, std::vector<Plugin*> rest = {});

/// All records of a reply, one a line, answers first.
std::string text_of(const Reply& reply);

}  // namespace harbinger::test
