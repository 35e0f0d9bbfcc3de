// Whole servers for scenarios: harbingerd as it was built, and Knot and Unbound from Debian as upstream and as judge.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/address.h>
#include <tests/support/process.h>
#include <tests/support/scratch.h>

namespace harbinger::test {

/// A server on a port of its own of 127.0.0.1.
class DnsServer {
 public:
  /// Throws std::runtime_error, with what the program wrote, when it does not answer soon. Questions for `localhost` must get some reply.
  DnsServer(SocketAddress address, std::vector<std::string> command);

  const SocketAddress& address() const { return address_; }
  Process& process() { return *process_; }
  /// Ends it like a power cut.
  void kill() { process_->kill(); }
  /// Starts it again, on the same port, and waits until it answers.
  void start();

 private:
  SocketAddress address_;
  std::vector<std::string> command_;
  std::unique_ptr<Process> process_;
};

/// A zone and the master file with its records.
struct ServedZone {
  std::string name;
  std::filesystem::path file;
};

/// knotd, authoritative for these zones.
DnsServer start_knot(const Scratch& scratch, const std::vector<ServedZone>& zones);
/// unbound, which asks `upstream` for everything below `zone`.
DnsServer start_unbound(const Scratch& scratch, std::string_view zone, const SocketAddress& upstream);
/// harbingerd with this Harbingerfile; every `{port}` in it becomes the server's port.
DnsServer start_harbinger(const Scratch& scratch, std::string config);

/// False, after saying so, when one of these programs is missing: the test that asked shall return.
bool installed(std::initializer_list<std::string_view> programs);

/// A zone file of tests/scenarios/zones.
std::filesystem::path scenario_zone(std::string_view file);

}  // namespace harbinger::test
