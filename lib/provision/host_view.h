// What all processes and connections of this machine are at a moment, looked at once for many questions.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/address.h>
#include <harbinger/clock.h>
#include "provision/process_stat.h"

namespace harbinger::provision {

/// The machine at a moment.
struct HostMoment {
  MonotonicTime at{};
  std::vector<ProcessStat> processes{};
  std::map<SocketAddress, std::uint32_t> connections{};  ///< established ones, by their address here
};

/// Connections in the text of /proc/net/tcp or tcp6, added to `counts`. Lines that are none are passed over.
void count_connections(std::string_view text, std::map<SocketAddress, std::uint32_t>& counts);

/// Any thread.
class HostView {
 public:
  /// Not older than a fifth of a second: a hundred instances are asked for one after the other.
  std::shared_ptr<const HostMoment> look(const Clock& clock);

 private:
  std::mutex lock_;
  std::shared_ptr<const HostMoment> last_;
};

}  // namespace harbinger::provision
