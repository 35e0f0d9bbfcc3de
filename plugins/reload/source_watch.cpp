#include "plugins/reload/source_watch.h"

#include <string>
#include <utility>

#include <harbinger/config.h>
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
  const auto read = config::Sources::of_the_system().read_file;
  std::string all;
  for (const auto& file : files_) {
    const auto text = read(file);
    all += text ? "file " + std::to_string(text->size()) + "\n" + *text : "none\n";
  }
  return keyed_hash(all.data(), all.size());
}

}  // namespace harbinger::reload
