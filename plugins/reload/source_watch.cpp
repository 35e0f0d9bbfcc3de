#include "plugins/reload/source_watch.h"

#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include <harbinger/name.h>

namespace harbinger::reload {

SourceWatch::SourceWatch(std::vector<std::filesystem::path> files)
    : files_(std::move(files)), known_(look()), last_seen_(known_) {}

bool SourceWatch::changed() {
  const auto seen = look();
  const bool settled = seen == std::exchange(last_seen_, seen);
  if (!settled || seen == known_) return false;
  known_ = seen;
  return true;
}

std::uint64_t SourceWatch::look() const {
  std::string all;
  for (const auto& file : files_) {
    std::ifstream in(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    all += (in ? "file " : "none ") + std::to_string(text.size()) + "\n" + text;
  }
  return keyed_hash(all.data(), all.size());
}

}  // namespace harbinger::reload
