// Events that lie in a file.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <harbinger/clock.h>
#include <harbinger/log.h>
#include <harbinger/repeater.h>
#include "mirror/settings.h"

namespace harbinger::mirroring {

/// Reads the file at once, and again when it has changed, as `POST /v1/events/external` takes it, and hands on what the file did not have before. A wrong
/// file is logged, and nothing of it is taken. `expect` is called on a thread of its own.
class EventFile {
 public:
  using Expect = std::function<void(const std::vector<mirror::ExternalEvent>&)>;
  EventFile(std::filesystem::path file, const Clock& clock, Logger log, Expect expect,
            Duration every = std::chrono::seconds(1));

 private:
  void look();
  void read();

  const std::filesystem::path file_;
  const Clock& clock_;
  const Logger log_;
  const Expect expect_;
  std::filesystem::file_time_type seen_{};
  std::set<std::string> told_{};  // as the file had them
  std::unique_ptr<Repeater> rounds_;
};

}  // namespace harbinger::mirroring
