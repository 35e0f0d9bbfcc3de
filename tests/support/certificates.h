// Certificates that a test makes for itself.
#pragma once

#include <filesystem>
#include <string>

#include "tests/support/scratch.h"

namespace harbinger::test {

/// A certificate with its key, as PEM files.
struct Identity {
  std::filesystem::path certificate, key;
};

/// An authority that signs; its files are in a folder of the test.
class Authority {
 public:
  explicit Authority(const Scratch& folder, const std::string& name = "ca");
  ~Authority();
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

  const std::filesystem::path& certificate() const { return identity_.certificate; }
  const std::filesystem::path& key() const { return identity_.key; }
  /// For a host of this name.
  Identity sign(const std::string& name) const;

 private:
  struct Impl;
  const Scratch& folder_;
  Impl* impl_;
  Identity identity_;
};

}  // namespace harbinger::test
