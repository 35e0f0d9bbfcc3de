// Starting a QEMU in a folder, so that it goes on without us.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <harbinger/clock.h>
#include <harbinger/result.h>
#include "provision/held_process.h"
#include "provision/qemu_command.h"
#include "provision/qmp.h"

namespace harbinger::provision {

/// A QEMU that listens to us.
struct QemuRun {
  ProcessIdentity process{};
  std::unique_ptr<Qmp> qmp{};
};

/// Begins in `folder`, with its files made there, and `process`, a note of who it is. Returns when it answers. Errors: what it wrote before it
/// ended; `timeout`.
Result<QemuRun> run_qemu(const QemuMachine& machine, const std::filesystem::path& folder, const std::string& mark,
                         int nice, const Clock& clock, MonotonicTime deadline);

}  // namespace harbinger::provision
