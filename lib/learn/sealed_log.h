// A file of records that nobody without the secret can read, change, exchange or leave out, but at the end, where a crash may have cut.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <harbinger/result.h>
#include <harbinger/secret_file.h>

// A header with 32 random octets, then records, each sealed with a key derived from the secret and the header; its number is sealed with it.
namespace harbinger::learn {

/// One thread. The file belongs to one process at a time.
class SealedLog {
 public:
  static constexpr std::size_t kMostRecord = 1 << 20;
  /// What the file is for: files of one secret cannot be exchanged for another.
  struct Kind {
    std::array<std::uint8_t, 8> magic{};
    std::string_view records{}, headers{};  ///< what keys are derived for
    std::string advice{};  ///< what to do when it is damaged; goes on after "PATH is damaged at octet N; "
  };
  using Octets = std::vector<std::uint8_t>;
  /// Takes a record; false when it is none.
  using Use = std::function<bool(std::span<const std::uint8_t>)>;
  /// All records that count, as they shall be from now on.
  using All = std::function<std::vector<Octets>()>;

  /// Hands all records to `use`, then writes those that `all` gives to a new file in its place; on a full disk, the old file goes on. Folders are made.
  /// `conflict`: another process has it. `malformed`: damaged. `denied`: made with another secret, or the disk would not.
  static Result<std::unique_ptr<SealedLog>> open(std::filesystem::path path, const std::filesystem::path& lock,
                                                 const Secret& secret, Kind kind, const Use& use, const All& all);
  virtual ~SealedLog() = default;

  /// Adds records; `all` has them in it and is asked where the file is written anew. When it returns, the disk has them; after an error, none counts.
  virtual Result<void> append(std::span<const Octets> records, const All& all) = 0;
  /// Octets of the file.
  virtual std::uint64_t size() const = 0;
};

}  // namespace harbinger::learn
