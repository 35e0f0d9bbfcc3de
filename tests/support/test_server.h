// A whole server within the test, on ports that the system chose, with a plugin whose answers can be held up.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include <harbinger/server.h>

#include "tests/support/dns_client.h"
#include "tests/support/drive.h"
#include "tests/support/process.h"
#include "tests/support/scratch.h"

namespace harbinger::test {

/// Opens and closes the way for `slow.` names of the `trial` plugin.
extern std::atomic<bool> gate_open;
/// Queries that wait at the gate.
extern std::atomic<int> waiting_at_gate;
/// How often a `trial` plugin was told to refresh, and how many of them live.
extern std::atomic<int> trial_refreshes, trials_alive;

/// Answers A questions with an address. First label `slow`: when the gate is open; `big`: 200 TXT records.
PluginSpec trial_plugin();

/// Started by the constructor, stopped at once by the destructor.
class TestServer {
 public:
  /// `config` is the text of a Harbingerfile. Throws with all errors when it cannot be started.
  explicit TestServer(const std::string& config);
  explicit TestServer(const char* config) : TestServer(std::string(config)) {}
  /// From a file, which a test may change and reload.
  explicit TestServer(const std::filesystem::path& file);
  ~TestServer();

  Server& operator*() { return *server_; }
  Server* operator->() { return server_.get(); }
  /// The address of this family (or the only one).
  SocketAddress address(bool v6 = false) const;
  std::string log() const { return log_.text(); }
  double metric(std::string_view name, const Labels& labels = {});

 private:
  void start(Server::Options options);

  RememberedLog log_;
  std::unique_ptr<Server> server_;
};

/// What start() has to say against a configuration, one error a line; empty when it would start.
std::string start_errors(const std::string& config);

/// A query for `name` as octets.
std::vector<std::uint8_t> query_for(std::string_view name, std::uint16_t id = 1, RRType type = RRType::A);

/// ask() over TCP.
Result<Answer> ask_over_tcp(const SocketAddress& server, std::string_view name, RRType type = RRType::A);

/// Opens the gate when the test is over, however it ends.
struct ClosedGate {
  ClosedGate() { gate_open = false; }
  ~ClosedGate() { gate_open = true; }
};

}  // namespace harbinger::test
