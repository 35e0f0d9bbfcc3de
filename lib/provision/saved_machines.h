// Machines that were booted once and saved, so that others go on from there.
#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include <harbinger/clock.h>
#include <harbinger/result.h>
#include "provision/places.h"
#include "provision/qemu_command.h"

namespace harbinger::provision {

/// What a machine goes on from.
struct SavedMachine {
  std::filesystem::path
      memory{};  ///< as large as the machine's; mapped, so that all who go on from it share what they do not change
  std::filesystem::path state{};  ///< of processors and devices
};

/// A folder for each kind of machine: another kernel, size or command line is another kind. Any thread, and any process of this installation.
class SavedMachines {
 public:
  struct Settings {
    std::filesystem::path folder{};
    int nice = 0;
  };
  SavedMachines(Settings settings, const Clock& clock) : settings_(std::move(settings)), clock_(clock) {}

  /// How to make it when there is none.
  struct Order {
    std::string template_name{};
    std::string health{};  ///< path that answers when the machine is to be saved
    QemuMachine machine{};
    MonotonicTime deadline{};
    std::stop_token stop{};
  };
  /// The first who asks waits until it was booted and saved, and so do those who ask meanwhile. Errors: `timeout`, with how far it came, and what QEMU says.
  /// What an earlier attempt left is ended and removed.
  Result<SavedMachine> ready(const Order& order);

 private:
  Result<void> make(const Order& order, const std::filesystem::path& folder);
  Result<void> save(const Order& order, const std::filesystem::path& folder);
  Result<void> clear(const std::filesystem::path& folder, MonotonicTime deadline) const;
  void forget_others(const std::string& template_name, const std::filesystem::path& but) const;

  const Settings settings_;
  const Clock& clock_;
  Places places_{IpPrefix{.address = *IpAddress::parse("127.79.0.0"), .bits = 16}};
};

}  // namespace harbinger::provision
