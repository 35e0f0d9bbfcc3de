// The engine on disk: one sealed file with all that a restart needs, made now and then; the last two are kept.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <harbinger/result.h>
#include <harbinger/secret_file.h>

// A header, then frames. The key is derived from the secret and the header, which holds 32 random octets. A frame's header and its place in the file are
// authenticated with it: nothing can be changed, exchanged or left out, and the last frame says that it is the last.
namespace harbinger::persona {

enum class Section : std::uint32_t { network = 1, clusters, clients, counts, end, tables };
std::string_view to_string(Section section) noexcept;

/// Takes sections from one thread and writes them on a thread of its own, to a file that gets its name only when it is whole and on the disk.
class CheckpointWriter {
 public:
  static constexpr std::size_t kMostData = 16 << 20;  ///< of one section

  CheckpointWriter(std::filesystem::path folder, const Secret& secret);
  /// What is not finished by then is no checkpoint, and is removed.
  ~CheckpointWriter();

  /// Whether `put` would not make more wait than should.
  bool ready() const;
  /// An empty buffer to fill, with memory of one that was written.
  std::vector<std::uint8_t> buffer();
  void put(Section section, std::vector<std::uint8_t> data);
  /// That was all.
  void finish();
  /// What came of it, once it is over.
  std::optional<Result<void>> result() const;

 private:
  using Portion = std::pair<Section, std::vector<std::uint8_t>>;
  void run();
  Result<void> write();
  std::optional<Portion> next();
  void give_back(Portion portion);

  const std::filesystem::path folder_;
  const Secret secret_;
  mutable std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::deque<Portion> waiting_;
  std::vector<std::vector<std::uint8_t>> spare_;
  bool finished_ = false, abandoned_ = false;
  std::optional<Result<void>> result_;
  std::thread thread_;
};

/// The newest first.
std::vector<std::filesystem::path> checkpoints_in(const std::filesystem::path& folder);

/// Hands on the sections of a checkpoint in their order. `malformed` or `truncated`, naming file and octet, for what is not what was written; `denied` for
/// another secret's; `unsupported` for a later version's. Also what `use` finds wrong, with file and octet.
using UseSection = std::function<Result<void>(Section, std::span<const std::uint8_t>)>;
Result<void> read_checkpoint(const std::filesystem::path& file, const Secret& secret, const UseSection& use);

}  // namespace harbinger::persona
