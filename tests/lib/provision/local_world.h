// A folder for a provider of this machine, and what its instances leave in the machine.
#pragma once

#include <signal.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <tests/lib/provision/provider_conformance.h>
#include <tests/support/scratch.h>
#include "provision/process_stat.h"

namespace harbinger::test {

/// Instances are known by the folder, which no other test has.
class LocalWorld {
 public:
  std::filesystem::path state() const { return scratch_ / "state"; }
  std::string folder_of(const std::string& id) const { return (state() / "instances" / id).string(); }

  provision::ProviderWorld world(std::map<std::string, std::string> options = {}) const {
    return {.clock = &system_clock(), .installation = "test", .state = state(), .options = std::move(options)};
  }

  /// Processes whose words or environment tell of the instance, or of any of this folder.
  std::vector<provision::ProcessStat> processes(const std::string& text) const {
    auto all = provision::all_processes();
    std::erase_if(all, [&](const auto& one) { return one.ended() || one.pid == getpid() || !tells_of(one.pid, text); });
    return all;
  }
  void kill_all(const std::string& id) const {
    for (const auto& one : processes(folder_of(id))) ::kill(one.pid, SIGKILL);
  }
  std::vector<std::string> left() const {
    std::vector<std::string> left;
    for (const auto& one : processes(state().string()))
      left.push_back("process " + std::to_string(one.pid) + " " + words_of(one.pid));
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(state() / "instances", error))
      left.push_back(entry.path().string());
    std::istringstream mounts(read_text("/proc/mounts"));
    for (std::string line; std::getline(mounts, line);)
      if (line.find(state().string()) != std::string::npos) left.push_back("mount " + line);
    return left;
  }

 private:
  // Nothing of a process that ends meanwhile.
  static std::string told_of(pid_t pid, const char* file) {
    try {
      return read_text("/proc/" + std::to_string(pid) + "/" + file);
    } catch (const std::exception&) {
      return {};
    }
  }
  static std::string words_of(pid_t pid) {
    auto words = told_of(pid, "cmdline");
    for (char& c : words)
      if (c == '\0') c = ' ';
    return words;
  }
  static bool tells_of(pid_t pid, const std::string& text) {
    return words_of(pid).find(text) != std::string::npos || told_of(pid, "environ").find(text) != std::string::npos;
  }

  Scratch scratch_;
};

/// A port on which somebody listens at all addresses.
class BusyPort {
 public:
  BusyPort() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in any{};
    any.sin_family = AF_INET;
    socklen_t size = sizeof(any);
    if (bind(socket_, reinterpret_cast<const sockaddr*>(&any), size) || listen(socket_, 1) ||
        getsockname(socket_, reinterpret_cast<sockaddr*>(&any), &size))
      throw std::runtime_error("cannot listen");
    port_ = ntohs(any.sin_port);
  }
  ~BusyPort() { close(socket_); }
  BusyPort(const BusyPort&) = delete;
  BusyPort& operator=(const BusyPort&) = delete;
  std::uint16_t port() const { return port_; }

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

}  // namespace harbinger::test
