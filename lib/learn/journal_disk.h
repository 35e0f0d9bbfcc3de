// Whether the disk under a journal takes what is written.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <functional>
#include <string>

#include <harbinger/log.h>
#include <harbinger/metrics.h>
#include <harbinger/result.h>

namespace harbinger::learn {

/// Trouble is logged once, and once that it is over; each refusal is counted. One thread; metrics are read by any.
class JournalDisk {
 public:
  struct World {
    Metrics& metrics;
    std::string prefix{};  ///< of the metrics' names: `harbinger_mirror`
    Logger log{};
    /// What is not done as long as there is trouble; goes on after the error's text and "; " in the log.
    std::string meanwhile{};
    /// Is told the trouble after each write.
    std::function<void(const std::string& trouble)> tell = [](const std::string&) {};
  };
  explicit JournalDisk(World world);

  /// How a write ended; whether the disk took it.
  bool took(const Result<void>& written);
  /// Why it does not take anything; empty while it does.
  const std::string& trouble() const { return trouble_; }
  bool is_well() const { return trouble_.empty(); }

  /// About so many octets were refused: `takes_again` asks for room for as many.
  void refused(std::size_t octets) { refused_octets_ = std::max(refused_octets_, octets); }
  /// Whether there was trouble and it is over. `check` writes about so many octets that say nothing new.
  bool takes_again(const std::function<Result<void>(std::size_t octets)>& check);

 private:
  const World world_;
  const Counter failures_;
  std::string trouble_;
  std::size_t refused_octets_ = 0;
  std::atomic<bool> is_troubled_{false};
  const Metrics::GaugeHandle gauge_;  // last: it reads the one before
};

}  // namespace harbinger::learn
