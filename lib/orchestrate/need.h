// What a user of a service platform may need: a resource in the words of its platform.
#pragma once

#include <cstdint>
#include <string>

namespace harbinger::orchestrate {

/// Everything that is known of a resource that was asked for, or that will be. Words are those of the operator's configuration, or of the platform.
struct Need {
  std::string kind{};      ///< "machine", "deployment", "volume"; what targets are chosen by
  std::string machine{};   ///< machine type: a flavour, an instance type, a template's name
  std::string image{};     ///< pre-installed software
  std::string security{};  ///< security settings: a group, a policy
  std::uint32_t count = 1;
  std::uint32_t storage_gb = 0;      ///< 0: none, or not told
  std::uint32_t bandwidth_mbps = 0;  ///< 0: no matter, or not told
  friend bool operator==(const Need&, const Need&) = default;
  friend auto operator<=>(const Need&, const Need&) = default;
};

/// "2 x m1.large with ubuntu-22.04, 50 GB, web": for people.
std::string to_string(const Need& need);

}  // namespace harbinger::orchestrate
