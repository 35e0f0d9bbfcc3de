// The whole server as a library: listeners, workers, reload. A custom server needs this header and its own main.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <harbinger/chain.h>
#include <harbinger/log.h>
#include <harbinger/plugin.h>

namespace harbinger {

/// Serves DNS from a Harbingerfile until told to stop.
class Server {
 public:
  struct Options {
    std::filesystem::path config = "Harbingerfile";
    std::optional<std::string> config_text;  ///< instead of reading `config`, which still names the errors' file
    std::vector<PluginSpec> plugins;         ///< what the file may use; usually all_plugins() and your own
    std::uint16_t default_port = 53;         ///< for zones without one
    LogSink* log = nullptr;                  ///< null: nothing is logged
    bool handle_signals = true;  ///< SIGINT, SIGTERM: stop gracefully; SIGQUIT: at once; SIGHUP, SIGUSR1: reload
  };

  /// Reads the configuration, starts every plugin, binds every address and starts the workers. All errors of the configuration at once.
  static std::expected<std::unique_ptr<Server>, config::Errors> start(Options options);
  ~Server();

  /// Waits until the server has stopped: by a signal or by stop().
  void wait();
  /// Graceful: not ready at once, goes on answering for the lame-duck time, then closes listeners, finishes queries in work. Any thread.
  void stop();
  /// Reads the configuration again. On any error the old one stays and the errors are returned and logged. Any thread but a worker's.
  std::expected<void, config::Errors> reload();

  /// Addresses that are listened on, real ports in place of 0. For tests and for people who bind port 0.
  std::vector<ListenAddress> addresses() const;
  Metrics& metrics();

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace harbinger
