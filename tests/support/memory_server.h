// A whole server without sockets: configuration in, messages in and out, time and upstreams in the test's hand.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <harbinger/chain.h>
#include <harbinger/responder.h>
#include "tests/support/fake_loop.h"
#include "tests/support/scripted_exchange.h"

namespace harbinger::test {

/// A reply on its way to one client.
struct Letter {
  bool arrived = false;
  int times = 0;                                  ///< how often it arrived; more than once is a mistake
  std::vector<std::uint8_t> bytes;                ///< empty when the server chose to send nothing
  std::vector<std::vector<std::uint8_t>> before;  ///< messages of a stream before that one
  std::size_t room = SIZE_MAX;                    ///< so many of those are taken; then the client is slow
  bool gone = false;                              ///< the client's end: it takes no more

  Message message() const { return Message::parse(bytes).value(); }
  std::string text() const { return message().to_string(); }
  Rcode rcode() const { return message().rcode(); }
  /// The answer section, one record a line.
  std::string answers() const;
  std::optional<EdeCode> ede() const;
};

class MemoryServer {
 public:
  /// Throws std::runtime_error with every error of the configuration. Relative paths start at `directory`.
  MemoryServer(const std::string& config, std::vector<PluginSpec> plugins, std::filesystem::path directory = ".");
  /// Lets everything that still waits run into its deadline.
  ~MemoryServer() { loop.advance(std::chrono::minutes(1)); }

  struct Asking {
    std::string client = "198.51.100.1";
    Transport transport = Transport::udp;
    bool dnssec_ok = false, recursion_desired = true, edns = true;
    std::uint16_t udp_size = 1232;
    std::optional<ClientSubnet> subnet{};
    std::vector<std::uint8_t> options{};
    std::size_t room = SIZE_MAX;  ///< see Letter
  };
  /// `example.org. A`
  std::shared_ptr<Letter> ask(const std::string& question, const Asking& how);
  std::shared_ptr<Letter> ask(const std::string& question) { return ask(question, Asking{}); }
  std::shared_ptr<Letter> ask(const std::string& question, const std::string& client) {
    return ask(question, Asking{.client = client});
  }
  /// Any octets at all.
  std::shared_ptr<Letter> send(std::span<const std::uint8_t> bytes, const Asking& how);

  /// Time passes; what plugins learnt from before, and planned for, is done.
  void advance(Duration by);
  std::uint64_t count(const std::string& metric) const;
  const ChainSet& chains() const { return *chains_; }

  FakeLoop loop;
  ScriptedExchange exchange;
  Metrics metrics;
  std::unique_ptr<Responder> responder;

 private:
  std::shared_ptr<const ChainSet> chains_;
  std::uint16_t next_id_ = 1;
};

}  // namespace harbinger::test
