// Whether virtual machines run on the processor itself here.
#pragma once

#include <filesystem>
#include <string>

#include <harbinger/clock.h>

namespace harbinger::provision {

/// Runs a guest of five octets, which asks for a reset and so ends its QEMU, with `accelerator` ("kvm", "tcg"). False when that did not happen within `limit`:
/// there are machines that have /dev/kvm, and whose guests hang, or whose QEMU fails with the processor as it is. A file of 64 KiB in `folder` is its firmware.
bool guest_works(const std::string& qemu, const std::string& accelerator, const std::filesystem::path& folder,
                 const Clock& clock, Duration limit);

/// Likewise for KVM, within two seconds; remembered in `folder` until the machine is started anew. False at once where there is no /dev/kvm.
bool kvm_works(const std::string& qemu, const std::filesystem::path& folder, const Clock& clock);

}  // namespace harbinger::provision
