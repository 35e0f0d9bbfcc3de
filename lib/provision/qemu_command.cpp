#include "provision/qemu_command.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <system_error>

#include <harbinger/random.h>

namespace harbinger::provision {
namespace {

namespace fs = std::filesystem;

const std::string* find(const Template& what, const char* word) {
  const auto found = what.more.find(word);
  return found == what.more.end() ? nullptr : &found->second;
}

bool is_file(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

// Commas divide QEMU's words; doubled, they are commas.
std::string escaped(const fs::path& path) {
  std::string result;
  for (const char c : path.string()) result.append(c == ',' ? 2 : 1, c);
  return result;
}

std::unexpected<Error> wrong(const Template& what, const std::string& sentence) {
  return fail(ErrorCode::denied, "template " + what.name + ": " + sentence);
}

std::string network(const QemuMachine& machine) {
  return std::string("user,id=net,ipv6=off,restrict=") + (machine.outside ? "off" : "on") +
         ",hostfwd=tcp:" + machine.reach.addresses.at(0).to_string() + ":" + std::to_string(machine.reach.port) +
         "-10.0.2.15:" + std::to_string(machine.guest_port);
}

std::string memory(const QemuMachine& machine) {
  const auto size = ",size=" + std::to_string(machine.memory_mb) + "M";
  if (machine.memory.empty()) return "memory-backend-ram,id=ram" + size;
  return "memory-backend-file,id=ram" + size + ",mem-path=" + escaped(machine.memory) +
         ",share=" + (machine.memory_shared ? "on" : "off");
}

}  // namespace

Result<QemuMachine> machine_of(const Template& what, const Size& size) {
  QemuMachine machine;
  machine.kernel = fs::absolute(what.image);
  if (what.image.empty() || !is_file(machine.kernel))
    return wrong(what, "image '" + what.image + "' would be a kernel that can be booted");
  if (const auto* initrd = find(what, "initrd")) {
    machine.initrd = fs::absolute(*initrd);
    if (!is_file(machine.initrd)) return wrong(what, "initrd '" + *initrd + "' would be a file");
  }
  const auto* append = find(what, "append");
  machine.append = append ? *append : "console=ttyS0 quiet panic=-1 no_timer_check tsc=reliable";
  const auto* outside = find(what, "outside");
  machine.outside = outside && *outside == "yes";
  machine.processors = static_cast<unsigned>(std::clamp(std::ceil(size.cpus), 1.0, 64.0));
  machine.memory_mb = std::max<std::uint64_t>(size.memory_mb, 32);
  machine.guest_port = what.port != 0 ? what.port : 80;
  if (const auto* port = find(what, "guest_port")) {
    const int number = std::atoi(port->c_str());
    if (number < 1 || number > 65'535) return wrong(what, "guest_port '" + *port + "' would be a port, 1 to 65535");
    machine.guest_port = static_cast<std::uint16_t>(number);
  }
  return machine;
}

std::vector<std::string> words_of(const QemuMachine& machine) {
  std::vector<std::string> words{machine.program,
                                 "-name",
                                 machine.id,
                                 "-nodefaults",
                                 "-no-user-config",
                                 "-display",
                                 "none",
                                 "-no-reboot",
                                 "-machine",
                                 "pc,usb=off,vmport=off,memory-backend=ram",
                                 "-accel",
                                 machine.kvm ? "kvm" : "tcg",
                                 "-cpu",
                                 machine.kvm ? "host" : "max",
                                 "-smp",
                                 std::to_string(machine.processors),
                                 "-m",
                                 std::to_string(machine.memory_mb),
                                 "-object",
                                 memory(machine),
                                 "-netdev",
                                 network(machine),
                                 "-device",
                                 "virtio-net-pci,netdev=net,romfile=",
                                 "-qmp",
                                 "unix:qmp,server=on,wait=off",
                                 "-chardev",
                                 "file,id=console,path=log,append=on",
                                 "-serial",
                                 "chardev:console",
                                 "-chardev",
                                 "pipe,id=told,path=told",
                                 "-serial",
                                 "chardev:told",
                                 "-sandbox",
                                 std::string("on,obsolete=deny,elevateprivileges=deny,resourcecontrol=deny,spawn=") +
                                     (machine.saves ? "allow" : "deny")};
  const auto add = [&words](std::initializer_list<std::string> more) { words.insert(words.end(), more); };
  if (machine.state >= 0) {
    add({"-incoming", "defer"});
    return words;
  }
  add({"-kernel", machine.kernel.string(), "-append", machine.append});
  if (!machine.initrd.empty()) add({"-initrd", machine.initrd.string()});
  return words;
}

std::string told_to(const std::string& id) {
  std::string text(64, '\n');
  text += "harbinger " + id + " ";
  for (int i = 0; i < 4; ++i) {
    std::array<char, 17> digits;
    std::snprintf(digits.data(), digits.size(), "%016llx", static_cast<unsigned long long>(system_random().next()));
    text += digits.data();
  }
  return text + "\n";
}

}  // namespace harbinger::provision
