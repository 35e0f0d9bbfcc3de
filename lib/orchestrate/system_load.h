// How busy the machine is.
#pragma once

#include <cstdint>
#include <mutex>
#include <string_view>

#include "orchestrate/need_model.h"

namespace harbinger::orchestrate {

/// Any thread.
class LoadMeter {
 public:
  /// Processor: the share of time that was not idle since the look before (proc_stat(5)); memory: what is not available (proc_meminfo(5)). What cannot be read is not
  /// known. Looks that follow within a second get the answer of the first.
  SystemLoad look();
  /// The same of these texts.
  SystemLoad read(std::string_view stat, std::string_view meminfo);

 private:
  SystemLoad read_locked(std::string_view stat, std::string_view meminfo);

  std::mutex lock_;
  std::uint64_t busy_ = 0, all_ = 0;
  std::int64_t looked_ms_ = 0;
  SystemLoad last_{};
};

}  // namespace harbinger::orchestrate
