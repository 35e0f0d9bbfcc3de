#include <harbinger/recent_resources.h>

#include <algorithm>
#include <bit>

namespace harbinger {

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

// Shifted by one, so that the first second of a clock is not "never".
std::uint64_t second_of(MonotonicTime now) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(now.ns, 0) / 1'000'000'000) + 1;
}

}  // namespace

RecentResources::RecentResources(Settings settings)
    : gap_s_(static_cast<std::uint64_t>(
          std::max<std::int64_t>(std::chrono::duration_cast<std::chrono::seconds>(settings.session_gap).count(), 1))),
      most_per_second_(settings.most_per_second),
      mask_(std::bit_ceil(std::max<std::size_t>(settings.clients, 1)) - 1),
      lines_(std::make_unique<Line[]>(mask_ + 1)) {}

bool RecentResources::Trail::has(std::uint64_t resource) const noexcept {
  return std::find(resources.begin(), resources.begin() + size, resource) != resources.begin() + size;
}

std::uint64_t RecentResources::Trail::before(std::uint64_t current) const noexcept {
  if (size == 0 || resources[0] != current) return size == 0 ? 0 : resources[0];
  return size > 1 ? resources[1] : 0;
}

bool RecentResources::ended(std::uint64_t seen, std::uint64_t second) const noexcept {
  return (seen >> 32) + gap_s_ < second;
}

// Guarded by a sequence number (a seqlock; Boehm, "Can Seqlocks Get Along With Programming Language Memory Models?", 2012). Nobody waits: a
// reader that meets a writer sees nothing, and of two writers the later one's access is not remembered.
RecentResources::Trail RecentResources::of(ClientKey client, MonotonicTime now) const noexcept {
  const auto& line = line_of(client);
  Trail trail;
  const auto version = line.version.load(std::memory_order_acquire);
  if (client == 0 || version % 2 != 0 || line.client.load(kRelaxed) != client ||
      ended(line.seen.load(kRelaxed), second_of(now)))
    return trail;
  for (const auto& each : line.resources) {
    const auto resource = each.load(kRelaxed);
    if (resource == 0) break;
    trail.resources[trail.size++] = resource;
  }
  std::atomic_thread_fence(std::memory_order_acquire);
  if (line.version.load(kRelaxed) != version) trail.size = 0;
  return trail;
}

bool RecentResources::note(ClientKey client, std::uint64_t resource, MonotonicTime now) noexcept {
  if (client == 0) return true;
  auto& line = line_of(client);
  auto version = line.version.load(kRelaxed);
  if (version % 2 != 0 ||
      !line.version.compare_exchange_strong(version, version + 1, std::memory_order_acquire, kRelaxed))
    return true;
  std::atomic_thread_fence(std::memory_order_release);
  const bool calm = write(line, client, resource, second_of(now));
  line.version.store(version + 2, std::memory_order_release);
  return calm;
}

bool RecentResources::write(Line& line, ClientKey client, std::uint64_t resource, std::uint64_t second) const noexcept {
  const auto seen = line.seen.load(kRelaxed);
  if (line.client.load(kRelaxed) != client || ended(seen, second)) {
    for (auto& each : line.resources) each.store(0, kRelaxed);
    line.resources[0].store(resource, kRelaxed);
    line.seen.store(second << 32 | 1, kRelaxed);
    line.client.store(client, kRelaxed);
    return true;
  }
  const bool same_second = seen >> 32 == second;
  const auto count = same_second ? (seen & 0xffffffffu) + 1 : 1;
  line.seen.store(second << 32 | count, kRelaxed);
  if (count > most_per_second_) return false;
  if (line.resources[0].load(kRelaxed) == resource) return true;
  for (auto i = kKept - 1; i > 0; --i) line.resources[i].store(line.resources[i - 1].load(kRelaxed), kRelaxed);
  line.resources[0].store(resource, kRelaxed);
  return true;
}

}  // namespace harbinger
