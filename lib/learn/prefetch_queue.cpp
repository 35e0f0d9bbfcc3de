#include <harbinger/prefetch_queue.h>

#include <algorithm>
#include <cstdint>
#include <unordered_map>
#include <vector>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace harbinger {

namespace {

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return XXH3_64bits(text.data(), text.size()); }
};

struct Entry {
  PrefetchJob job;
  double worth = 0;
  std::uint64_t arrival = 0;
  std::size_t best_at = 0, worst_at = 0, due_at = 0;  // its places in the three heaps
};

bool more_worthwhile(const Entry& a, const Entry& b) {
  return a.worth != b.worth ? a.worth > b.worth : a.arrival < b.arrival;
}
bool less_worthwhile(const Entry& a, const Entry& b) { return more_worthwhile(b, a); }

// What is never too late comes after everything that can be.
bool due_earlier(const Entry& a, const Entry& b) {
  const auto due = [](const Entry& entry) { return static_cast<std::uint64_t>(entry.job.needed_by.ns) - 1; };
  return due(a) < due(b);
}

/// A binary heap of entries that know their place in it, so that each can be moved or taken out.
template <bool (*first)(const Entry&, const Entry&), std::size_t Entry::* place>
class Heap {
 public:
  bool empty() const { return entries_.empty(); }
  Entry& top() const { return *entries_.front(); }

  void push(Entry& entry) {
    entries_.push_back(&entry);
    entry.*place = entries_.size() - 1;
    rise(entry.*place);
  }
  void remove(const Entry& entry) {
    const std::size_t at = entry.*place;
    Entry* const last = entries_.back();
    entries_.pop_back();
    if (at == entries_.size()) return;
    put(at, last);
    moved(*last);
  }
  /// Its order may have changed.
  void moved(const Entry& entry) {
    rise(entry.*place);
    sink(entry.*place);
  }

 private:
  void put(std::size_t at, Entry* entry) {
    entries_[at] = entry;
    entry->*place = at;
  }
  void swap(std::size_t a, std::size_t b) {
    Entry* const kept = entries_[a];
    put(a, entries_[b]);
    put(b, kept);
  }
  void rise(std::size_t at) {
    for (; at > 0 && first(*entries_[at], *entries_[(at - 1) / 2]); at = (at - 1) / 2) swap(at, (at - 1) / 2);
  }
  void sink(std::size_t at) {
    for (;;) {
      std::size_t best = at;
      for (const std::size_t child : {2 * at + 1, 2 * at + 2})
        if (child < entries_.size() && first(*entries_[child], *entries_[best])) best = child;
      if (best == at) return;
      swap(at, best);
      at = best;
    }
  }

  std::vector<Entry*> entries_;
};

bool is_late(const PrefetchJob& job, MonotonicTime now) { return job.needed_by.ns != 0 && job.needed_by <= now; }

MonotonicTime later(MonotonicTime a, MonotonicTime b) {
  return a.ns == 0 || b.ns == 0 ? MonotonicTime{} : std::max(a, b);
}

}  // namespace

double PrefetchJob::worth() const {
  const double value = probability * benefit_ms / std::max(transfer_ms, 0.001);
  return value > 0 ? value : 0;  // so is what is no number
}

struct PrefetchQueue::Impl {
  Impl(Limits given, Dropped told) : limits(given), dropped(std::move(told)) {}

  void insert(PrefetchJob job) {
    std::string key = job.key;
    Entry& entry = waiting[std::move(key)];
    entry.worth = job.worth();
    entry.job = std::move(job);
    entry.arrival = ++arrivals;
    best.push(entry);
    worst.push(entry);
    due.push(entry);
  }
  PrefetchJob take_out(Entry& entry) {
    best.remove(entry);
    worst.remove(entry);
    due.remove(entry);
    PrefetchJob job = std::move(entry.job);
    waiting.erase(job.key);
    return job;
  }
  void drop(Entry& entry, Offered why) {
    const PrefetchJob job = take_out(entry);
    if (dropped) dropped(job, why);
  }
  Offered raise(Entry& entry, PrefetchJob job) {
    job.needed_by = later(job.needed_by, entry.job.needed_by);
    const double worth = job.worth();
    const bool more = worth > entry.worth;
    if (more) {
      entry.worth = worth;
      entry.job = std::move(job);
      best.moved(entry);
      worst.moved(entry);
    } else {
      entry.job.needed_by = job.needed_by;
    }
    due.moved(entry);
    return more ? Offered::raised : Offered::known;
  }
  void drop_late(MonotonicTime now) {
    while (!due.empty() && is_late(due.top().job, now)) {
      drop(due.top(), Offered::too_late);
      ++dropped_late;
    }
  }

  const Limits limits;
  const Dropped dropped;
  std::unordered_map<std::string, Entry, TextHash, std::equal_to<>> waiting;
  std::unordered_map<std::string, std::uint64_t, TextHash, std::equal_to<>> in_flight;  // with their bytes
  Heap<more_worthwhile, &Entry::best_at> best;
  Heap<less_worthwhile, &Entry::worst_at> worst;
  Heap<due_earlier, &Entry::due_at> due;
  std::uint64_t arrivals = 0, bytes_in_flight = 0, dropped_late = 0, dropped_for_room = 0;
};

PrefetchQueue::PrefetchQueue(Limits limits, Dropped dropped)
    : impl_(std::make_unique<Impl>(limits, std::move(dropped))) {}
PrefetchQueue::~PrefetchQueue() = default;

PrefetchQueue::Offered PrefetchQueue::offer(PrefetchJob job, MonotonicTime now) {
  Impl& queue = *impl_;
  if (is_late(job, now)) return Offered::too_late;
  if (queue.in_flight.contains(job.key)) return Offered::known;
  if (job.bytes > queue.limits.bytes_in_flight) return Offered::no_room;
  queue.drop_late(now);
  if (const auto found = queue.waiting.find(job.key); found != queue.waiting.end())
    return queue.raise(found->second, std::move(job));
  if (queue.waiting.size() >= queue.limits.waiting) {
    if (queue.worst.empty() || job.worth() <= queue.worst.top().worth) return Offered::no_room;
    queue.drop(queue.worst.top(), Offered::no_room);
    ++queue.dropped_for_room;
  }
  queue.insert(std::move(job));
  return Offered::queued;
}

// A job that does not fit is not passed over for a lesser one that would: it would wait for ever.
std::optional<PrefetchJob> PrefetchQueue::next(MonotonicTime now) {
  Impl& queue = *impl_;
  queue.drop_late(now);
  if (queue.best.empty() || queue.in_flight.size() >= queue.limits.in_flight) return std::nullopt;
  if (queue.best.top().job.bytes > queue.limits.bytes_in_flight - queue.bytes_in_flight) return std::nullopt;
  PrefetchJob job = queue.take_out(queue.best.top());
  queue.in_flight.emplace(job.key, job.bytes);
  queue.bytes_in_flight += job.bytes;
  return job;
}

void PrefetchQueue::done(std::string_view key) {
  const auto found = impl_->in_flight.find(key);
  if (found == impl_->in_flight.end()) return;
  impl_->bytes_in_flight -= found->second;
  impl_->in_flight.erase(found);
}

void PrefetchQueue::drop_late(MonotonicTime now) { impl_->drop_late(now); }

bool PrefetchQueue::cancel(std::string_view key) {
  const auto found = impl_->waiting.find(key);
  if (found == impl_->waiting.end()) return false;
  impl_->take_out(found->second);
  return true;
}

PrefetchQueue::State PrefetchQueue::state() const {
  return {impl_->waiting.size(), impl_->in_flight.size(), impl_->bytes_in_flight, impl_->dropped_late,
          impl_->dropped_for_room};
}

}  // namespace harbinger
