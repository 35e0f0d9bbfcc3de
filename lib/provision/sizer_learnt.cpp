#include "provision/sizer_learnt.h"

#include <array>

#include "provision/state_octets.h"

namespace harbinger::provision {

namespace {

constexpr std::uint64_t kMagic = 0x31657a69736c6f70ULL;  // "polsize1"
constexpr std::size_t kSum = sizeof(std::uint64_t);

double memory_of(const SizerTiming& timing) { return 1000 * static_cast<double>(timing.window() + 2); }

struct Head {
  std::uint64_t magic = kMagic;
  std::int64_t step_ms = 0;
  std::uint32_t steps = 0, delay = 0;
  double start_ms = 0;

  template <class Archive>
  void state(Archive& archive) {
    archive(magic), archive(step_ms), archive(steps), archive(delay), archive(start_ms);
  }
};

std::uint64_t sum_of(std::span<const std::uint8_t> octets) {
  return resource_hash({reinterpret_cast<const char*>(octets.data()), octets.size()});
}

// The octets between the checksum and what comes before it; empty when they are not whole.
std::span<const std::uint8_t> whole(std::span<const std::uint8_t> octets) {
  if (octets.size() < kSum) return {};
  const auto body = octets.first(octets.size() - kSum);
  StateReader end(octets.last(kSum));
  std::uint64_t sum = 0;
  end(sum);
  return sum == sum_of(body) ? body : std::span<const std::uint8_t>{};
}

Result<Head> head_of(StateReader& reader, std::int64_t step_ms) {
  Head head;
  head.state(reader);
  if (!reader.fine() || head.magic != kMagic)
    return fail(ErrorCode::malformed, "what was learnt of a pool is damaged, or of another version");
  if (head.step_ms != step_ms)
    return fail(ErrorCode::malformed, "what was learnt of a pool is of steps of " + std::to_string(head.step_ms) +
                                          " ms, expected " + std::to_string(step_ms));
  return head;
}

}  // namespace

SizerLearnt::SizerLearnt(const SizerTiming& timing, const PoolSizer::Settings& settings, std::size_t bins)
    : regression(ArrivalWays::kWays, LeadHistory::kLeads * bins, static_cast<double>(timing.window()),
                 memory_of(timing)),
      recalibration(1 - settings.hit_rate),
      cheapest(settings.cold_cost, settings.idle_cost) {}

std::vector<std::uint8_t> SizerLearnt::save(const SizerTiming& timing, double start_ms) const {
  StateWriter writer;
  Head head{.step_ms = timing.step_ms, .steps = timing.steps, .delay = timing.delay, .start_ms = start_ms};
  head.state(writer);
  auto copy = *this;
  copy.state(writer);
  const auto sum = sum_of(writer.octets());
  writer(sum);
  return std::move(writer.octets());
}

Result<double> SizerLearnt::start_ms(std::span<const std::uint8_t> octets, std::int64_t step_ms) {
  StateReader reader(whole(octets));
  const auto head = head_of(reader, step_ms);
  if (!head) return fail(head.error());
  return head->start_ms;
}

Result<void> SizerLearnt::load(std::span<const std::uint8_t> octets, const SizerTiming& timing) {
  StateReader reader(whole(octets));
  const auto head = head_of(reader, timing.step_ms);
  if (!head) return fail(head.error());
  if (head->steps != timing.steps || head->delay != timing.delay)
    return fail(ErrorCode::malformed, "what was learnt of a pool is of another start time");
  state(reader);
  if (!reader.fine() || reader.left() > 0)
    return fail(ErrorCode::malformed, "what was learnt of a pool is damaged, or of another version");
  return {};
}

}  // namespace harbinger::provision
