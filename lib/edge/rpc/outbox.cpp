#include "edge/rpc/outbox.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "edge/rpc/tidy.h"

namespace harbinger::edge {

namespace {

// Well below what a hub reads, as octets are estimated.
constexpr std::size_t kOctets = 64 << 10;

std::size_t octets_of(const Latency&) { return 32; }
std::size_t octets_of(const Fetched& access) { return 48 + access.resource.size(); }
std::size_t octets_of(const JobDone& done) { return 48 + done.resource.size() + done.why.size(); }
std::size_t octets_of(const Job& job) { return 80 + job.resource.size(); }
std::size_t octets_of(const Line& line) {
  std::size_t octets = 16 + line.context.size();
  for (const auto& [resource, probability] : line.successors) octets += 16 + resource.size();
  return octets;
}

// What is left of one message.
struct Room {
  std::size_t octets = kOctets, parts = kMostParts;

  // The first part always goes, however large.
  bool take(std::size_t wanted) {
    if (parts == 0 || (wanted > octets && parts < kMostParts)) return false;
    octets -= std::min(octets, wanted);
    --parts;
    return true;
  }
};

template <class Part>
void move_into(std::vector<Part>& words, std::deque<Part>& waiting, Room& room) {
  while (!waiting.empty() && room.take(octets_of(waiting.front()))) {
    words.push_back(std::move(waiting.front()));
    waiting.pop_front();
  }
}

template <class Queue>
bool drop_oldest(Queue& queue) {
  if (queue.empty()) return false;
  queue.pop_front();
  return true;
}

template <class Part>
void append(std::deque<Part>& queue, std::span<const Part> parts) {
  queue.insert(queue.end(), parts.begin(), parts.end());
}

}  // namespace

void EdgeOutbox::add(const Status& status) {
  const auto before = std::exchange(status_, status);
  if (!before) return;
  status_->requests += before->requests;
  status_->hits += before->hits;
  status_->bytes_served += before->bytes_served;
  status_->bytes_origin += before->bytes_origin;
}

void EdgeOutbox::add(std::span<const Latency> latencies) { append(latencies_, latencies), shed(); }
void EdgeOutbox::add(std::span<const Fetched> accesses) { append(accesses_, accesses), shed(); }
void EdgeOutbox::add(std::span<const JobDone> done) { append(done_, done), shed(); }
void EdgeOutbox::add(std::span<const Line> lines) { append(lines_, lines), shed(); }

EdgeWords EdgeOutbox::take() {
  EdgeWords words;
  Room room;
  words.status = std::exchange(status_, std::nullopt);
  move_into(words.done, done_, room);
  move_into(words.latencies, latencies_, room);
  move_into(words.accesses, accesses_, room);
  move_into(words.lines, lines_, room);
  return words;
}

void EdgeOutbox::clear() {
  status_.reset();
  latencies_.clear();
  accesses_.clear();
  done_.clear();
  lines_.clear();
}

std::size_t EdgeOutbox::take_shed() { return std::exchange(shed_, 0); }

void EdgeOutbox::shed() {
  for (; parts() > most_; ++shed_)
    if (!drop_oldest(accesses_) && !drop_oldest(lines_) && !drop_oldest(latencies_)) drop_oldest(done_);
}

void HubOutbox::add(std::span<const Job> jobs, Time now) {
  for (const auto& job : jobs) jobs_.push_back({job, now});
  shed();
}

void HubOutbox::add(std::span<const Line> lines) { append(lines_, lines), shed(); }

HubWords HubOutbox::take(Time now) {
  HubWords words;
  Room room;
  for (; !jobs_.empty(); jobs_.pop_front()) {
    auto& [job, since] = jobs_.front();
    const auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(now - since).count();
    if (job.within_ms != 0 && waited >= job.within_ms) {
      ++shed_;
      continue;
    }
    if (!room.take(octets_of(job))) return words;
    if (job.within_ms != 0) job.within_ms -= static_cast<std::uint32_t>(waited);
    words.jobs.push_back(std::move(job));
  }
  move_into(words.lines, lines_, room);
  return words;
}

void HubOutbox::clear() {
  jobs_.clear();
  lines_.clear();
}

std::size_t HubOutbox::take_shed() { return std::exchange(shed_, 0); }

void HubOutbox::shed() {
  for (; jobs_.size() + lines_.size() > most_; ++shed_)
    if (!drop_oldest(lines_)) drop_oldest(jobs_);
}

}  // namespace harbinger::edge
