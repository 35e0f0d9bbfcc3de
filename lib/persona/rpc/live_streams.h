// Streams that are open at a server, so that it can end them.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace harbinger::persona {

/// A stream that is open.
class LiveStream {
 public:
  virtual ~LiveStream() = default;
  /// Ends after what is being written.
  virtual void drain() = 0;
};

/// Any thread.
class LiveStreams {
 public:
  explicit LiveStreams(std::size_t most) : most_(most) {}

  /// Counts the stream in; false when there is no room, or the server stops.
  bool add(const std::shared_ptr<LiveStream>& stream);
  void remove(const LiveStream* stream);
  /// No new streams; those that are open end soon.
  void drain();

 private:
  const std::size_t most_;
  std::mutex mutex_;
  bool draining_ = false;
  std::unordered_map<const LiveStream*, std::weak_ptr<LiveStream>> streams_;
};

}  // namespace harbinger::persona
