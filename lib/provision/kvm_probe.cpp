#include "provision/kvm_probe.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string_view>

#include "provision/process_stat.h"
#include "provision/programs.h"

namespace harbinger::provision {
namespace {

namespace fs = std::filesystem;

// A PC begins sixteen octets below the end of its firmware: mov al, 0xfe; out 0x64, al; hlt. So the keyboard controller resets the machine.
bool write_firmware(const fs::path& file) {
  constexpr std::size_t kSize = 64UL * 1024, kStart = kSize - 16;
  constexpr std::string_view kCode = "\xb0\xfe\xe6\x64\xf4";
  std::string octets(kSize, '\xf4');
  std::ranges::copy(kCode, octets.begin() + kStart);
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << octets;
  out.close();
  return static_cast<bool>(out);
}

}  // namespace

bool guest_works(const std::string& qemu, const std::string& accelerator, const fs::path& folder, const Clock& clock,
                 Duration limit) {
  const auto firmware = folder / "probe.bin";
  if (!write_firmware(firmware)) return false;
  const auto ended = run_program(
      {.words = {qemu, "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-machine", "pc", "-cpu",
                 accelerator == "kvm" ? "host" : "max", "-accel", accelerator, "-m", "16", "-bios", firmware.string()}},
      clock, clock.now() + limit);
  return ended.has_value();
}

bool kvm_works(const std::string& qemu, const fs::path& folder, const Clock& clock) {
  if (access("/dev/kvm", R_OK | W_OK) != 0) return false;
  const auto file = folder / "kvm";
  std::string boot, verdict;
  std::ifstream remembered(file);
  remembered >> boot >> verdict;
  if (boot == boot_id() && !verdict.empty()) return verdict == "works";
  const bool works = guest_works(qemu, "kvm", folder, clock, std::chrono::seconds(2));
  std::ofstream(file, std::ios::trunc) << boot_id() << (works ? " works\n" : " hangs\n");
  return works;
}

}  // namespace harbinger::provision
