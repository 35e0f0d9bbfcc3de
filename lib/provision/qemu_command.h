// The words that a QEMU is started with.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <harbinger/result.h>
#include "provision/template.h"

namespace harbinger::provision {

/// A machine as QEMU sees it. Its files `qmp`, `log`, `told.in` and `told.out` are in the folder that QEMU begins in.
struct QemuMachine {
  std::string program{};
  std::string id{};
  bool kvm = false;
  std::filesystem::path kernel{}, initrd{};  ///< the latter may be empty
  std::string append{};                      ///< the kernel's words
  unsigned processors = 1;
  std::uint64_t memory_mb = 256;
  Reach reach{};  ///< IPv4; connections there go to the guest's port
  std::uint16_t guest_port = 80;
  bool outside = false;  ///< the guest may reach others than who connects to it
  /// A file that is its memory; what is written to it stays there, or is this machine's alone.
  std::filesystem::path memory{};
  bool memory_shared = false;
  int state = -1;      ///< descriptor of what was saved beside the memory: the machine goes on from there; -1: it boots
  bool saves = false;  ///< it will be saved
};

/// What a template and a size say. `denied`: with what would be right.
Result<QemuMachine> machine_of(const Template& what, const Size& size);
std::vector<std::string> words_of(const QemuMachine& machine);

/// What the machine is told over its second serial port: "harbinger ID SEED", the seed being 32 fresh octets in hexadecimal. Before it come empty lines, of
/// which a kernel that begins may swallow some.
std::string told_to(const std::string& id);

}  // namespace harbinger::provision
