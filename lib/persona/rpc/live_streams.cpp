#include "persona/rpc/live_streams.h"

#include <utility>
#include <vector>

namespace harbinger::persona {

bool LiveStreams::add(const std::shared_ptr<LiveStream>& stream) {
  const std::lock_guard lock(mutex_);
  if (draining_ || streams_.size() >= most_) return false;
  return streams_.emplace(stream.get(), stream).second;
}

void LiveStreams::remove(const LiveStream* stream) {
  const std::lock_guard lock(mutex_);
  streams_.erase(stream);
}

void LiveStreams::drain() {
  std::vector<std::shared_ptr<LiveStream>> open;
  {
    const std::lock_guard lock(mutex_);
    draining_ = true;
    for (const auto& [key, stream] : streams_)
      if (auto alive = stream.lock()) open.push_back(std::move(alive));
  }
  for (const auto& stream : open) stream->drain();
}

}  // namespace harbinger::persona
