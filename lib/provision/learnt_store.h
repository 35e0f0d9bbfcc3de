// What was learnt, on disk, so that a restart does not begin anew.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <harbinger/result.h>
#include <harbinger/secret_file.h>
#include "mirror/sealed_file.h"

namespace harbinger::provision {

/// One thread.
class LearntStore {
 public:
  using Learnt = std::map<std::string, std::vector<std::uint8_t>>;  ///< by the name of who learnt it

  /// `what` is what it holds ("what pools learnt"), for messages, and so that files are not exchanged for one another.
  LearntStore(std::filesystem::path path, const Secret& secret, const std::string& what)
      : what_(what), file_(std::move(path), secret, what) {}
  Result<void> write(const Learnt& learnt) const;
  /// Nothing, when nothing was ever written. `malformed` and more as SealedFile says.
  Result<Learnt> read() const;

 private:
  std::string what_;
  mirror::SealedFile file_;
};

}  // namespace harbinger::provision
