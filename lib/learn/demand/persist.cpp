// All that a DemandForecast has learnt, as octets: a head, the clusters, the tags, the lines, and a checksum over all of it.
#include <cstring>
#include <type_traits>

#include "learn/demand/impl.h"

namespace harbinger {

using namespace demand;

namespace {

constexpr std::uint64_t kMagic = 0x32646e616d656468ULL;  // "hdemand2"
constexpr std::uint32_t kMostTag = 4096;

class Writer {
 public:
  template <class T>
  void put(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    const auto* from = reinterpret_cast<const std::uint8_t*>(&value);
    octets_.insert(octets_.end(), from, from + sizeof value);
  }
  void put_text(const std::string& text) {
    put(static_cast<std::uint32_t>(text.size()));
    octets_.insert(octets_.end(), text.begin(), text.end());
  }
  std::vector<std::uint8_t> finish() {
    put(resource_hash({reinterpret_cast<const char*>(octets_.data()), octets_.size()}));
    return std::move(octets_);
  }

 private:
  std::vector<std::uint8_t> octets_;
};

class Reader {
 public:
  explicit Reader(std::span<const std::uint8_t> octets) : rest_(octets) {}
  template <class T>
  bool get(T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (rest_.size() < sizeof value) return false;
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_ = rest_.subspan(sizeof value);
    return true;
  }
  bool get_text(std::string& text) {
    std::uint32_t size = 0;
    if (!get(size) || size > kMostTag || size > rest_.size()) return false;
    text.assign(reinterpret_cast<const char*>(rest_.data()), size);
    rest_ = rest_.subspan(size);
    return true;
  }
  std::size_t left() const { return rest_.size(); }

 private:
  std::span<const std::uint8_t> rest_;
};

struct Head {
  std::uint64_t magic = kMagic;
  std::int64_t interval_s = 0;
  UnixMillis now = 0;
  std::uint32_t clusters = 0, tags = 0, lines = 0, octets_of_line = sizeof(Line);
};

// What a line holds comes from a file of ours with the right checksum; still, what is used as an index or without bounds must be one.
bool sound(const Line& line) {
  const auto fine = [](float value) { return value >= 0 && value <= 1e30f; };
  return line.used() && fine(line.count) && fine(line.last) && fine(line.means[0]) && fine(line.means[1]) &&
         fine(line.means[2]) && fine(line.spread) && fine(line.burst) && std::isfinite(line.level) &&
         std::isfinite(line.trend);
}

std::unexpected<Error> damaged(const char* what) {
  return fail(ErrorCode::malformed, std::string("the forecasts of before cannot be read: ") + what);
}

}  // namespace

std::vector<std::uint8_t> DemandForecast::save() const {
  Writer out;
  const auto& lines = impl_->book.lines();
  out.put(Head{.interval_s = impl_->settings.interval.count(),
               .now = impl_->now,
               .clusters = static_cast<std::uint32_t>(impl_->clusters.size()),
               .tags = static_cast<std::uint32_t>(impl_->events.tags().size()),
               .lines = static_cast<std::uint32_t>(lines.size())});
  for (const auto& [id, cluster] : impl_->clusters) {
    out.put(id);
    out.put(cluster);
  }
  for (const auto& [tag, learnt] : impl_->events.tags()) {
    out.put_text(tag);
    out.put(learnt);
  }
  for (const auto& line : lines) out.put(line);
  return out.finish();
}

Result<void> DemandForecast::load(std::span<const std::uint8_t> octets) {
  std::uint64_t checksum = 0;
  if (octets.size() < sizeof(Head) + sizeof checksum) return damaged("too short");
  const auto body = octets.first(octets.size() - sizeof checksum);
  std::memcpy(&checksum, body.data() + body.size(), sizeof checksum);
  if (checksum != resource_hash({reinterpret_cast<const char*>(body.data()), body.size()})) return damaged("damaged");
  Reader in(body);
  Head head;
  if (!in.get(head) || head.magic != kMagic || head.octets_of_line != sizeof(Line))
    return damaged("of another version");
  if (head.interval_s != impl_->settings.interval.count()) return damaged("made with another interval");

  auto fresh = std::make_unique<Impl>(impl_->settings);
  fresh->now = head.now;
  for (std::uint32_t i = 0; i < head.clusters; ++i) {
    std::uint32_t id = 0;
    Impl::Cluster cluster;
    if (!in.get(id) || !in.get(cluster)) return damaged("cut off");
    fresh->clusters[id] = cluster;
  }
  for (std::uint32_t i = 0; i < head.tags; ++i) {
    std::string tag;
    Events::Learnt learnt;
    if (!in.get_text(tag) || !in.get(learnt)) return damaged("cut off");
    fresh->events.tags()[tag] = learnt;
  }
  if (in.left() != std::size_t{head.lines} * sizeof(Line)) return damaged("cut off");
  for (std::uint32_t i = 0; i < head.lines; ++i) {
    Line line;
    if (!in.get(line) || !sound(line)) return damaged("numbers that cannot be");
    if (fresh->book.lines().size() < impl_->settings.series && !fresh->book.find(line.resource, line.cluster))
      fresh->book.lines().at(fresh->book.make(line.resource, line.cluster)) = line;
  }
  impl_ = std::move(fresh);
  return {};
}

}  // namespace harbinger
