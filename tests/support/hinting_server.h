// A server that gives the same hints to everybody who asks for some, and counts what it is asked.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include <harbinger/hints.h>
#include <harbinger/server.h>

#include "tests/support/drive.h"

namespace harbinger::test {

class HintingServer {
 public:
  /// Names below hinting.example have an address; `data` of the option are these hints, or `malformed` when given.
  explicit HintingServer(std::vector<Hint> hints, std::vector<std::uint8_t> malformed = {});

  SocketAddress address() const { return server_->addresses().at(0).address; }
  /// Of the plugin `metrics`.
  SocketAddress web_address() const;
  /// The last request for hints.
  HintRequest last_request() const;
  /// How often `name` was asked for.
  int asked(const std::string& name) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
  RememberedLog log_;
  std::unique_ptr<Server> server_;
};

}  // namespace harbinger::test
