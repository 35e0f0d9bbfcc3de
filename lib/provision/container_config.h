// What runc is told of a container: the OCI runtime specification's config.json.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "provision/template.h"

namespace harbinger::provision {

/// One container.
struct ContainerConfig {
  std::filesystem::path root{};            ///< shared by all that are made of it, and read-only in each
  std::vector<std::string> command{};      ///< looked for in the root
  std::vector<std::string> environment{};  ///< NAME=value
  Size size{};                             ///< what is 0 has no limit
  bool limit_processes = true;             ///< to a few hundred
  std::string control_group{};             ///< its path
  std::string hostname{};
  unsigned user = 65'534;  ///< in the container, and, as it has no user namespace, in the machine
  bool low_port = false;   ///< may listen on ports below 1024
};

/// As JSON text: own processes, mounts, host name and messages; nothing writable but a small /tmp and /run; no capabilities, and none to be had.
/// The network is the machine's.
std::string container_config(const ContainerConfig& config);

}  // namespace harbinger::provision
