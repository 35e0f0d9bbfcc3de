#include "learn/refresh_rhythm.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

namespace harbinger {
namespace {

constexpr double kFirstEdge = 0.25;  // seconds
constexpr float kClassMemory = 20'000;
constexpr double kTrustInAll = 6;      // gaps that the table of all counts as in that of a class
constexpr double kTrustInClass = 2.5;  // gaps that the class's table counts as in that of a record
constexpr std::uint16_t kRecordMemory = 48;

const std::array<double, kGapBuckets + 1>& edges() {
  static const auto table = [] {
    std::array<double, kGapBuckets + 1> result{};
    for (std::size_t i = 1; i <= kGapBuckets; ++i) result[i] = kFirstEdge * std::exp2(static_cast<double>(i) / 2);
    return result;
  }();
  return table;
}

// Which share of `bucket` lies before `age_s`.
double passed(std::size_t bucket, double age_s) {
  const double from = gap_edge(bucket), to = gap_edge(bucket + 1);
  return std::clamp((age_s - from) / (to - from), 0.0, 1.0);
}

std::size_t type_group(std::uint16_t type) {
  switch (type) {
    case 1:
      return 0;
    case 28:
      return 1;
    case 12:
      return 2;
    default:
      return 3;
  }
}

// Survival as a function of the age; asked for ages that grow, it walks the buckets once.
class Survival {
 public:
  Survival(const std::array<double, kGapBuckets>& hazards, double age_s)
      : hazards_(hazards), bucket_(gap_bucket(age_s)), from_(passed(bucket_, age_s)) {}

  /// That no question comes until the gap is `age_s` old, which is no less than last time.
  double until(double age_s) {
    while (bucket_ + 1 < kGapBuckets && age_s >= gap_edge(bucket_ + 1)) {
      before_ *= within(1);
      ++bucket_;
      from_ = 0;
    }
    return before_ * within(passed(bucket_, age_s));
  }

 private:
  // A gap that is within the bucket already has the less of it left.
  double within(double to) const {
    const double hazard = hazards_[bucket_];
    return std::max(0.0, 1 - hazard * std::max(0.0, to - from_) / std::max(1 - hazard * from_, 1e-6));
  }

  const std::array<double, kGapBuckets>& hazards_;
  std::size_t bucket_;
  double from_;        // the part of the bucket that had passed at the start
  double before_ = 1;  // survival of the buckets before
};

}  // namespace

std::size_t gap_bucket(double gap_s) {
  if (gap_s < edges()[1]) return 0;
  const auto guess = static_cast<std::size_t>(2 * std::log2(gap_s / kFirstEdge));
  return std::min(guess, kGapBuckets - 1);
}

double gap_edge(std::size_t bucket) { return edges()[std::min(bucket, kGapBuckets)]; }

Rhythm::Rhythm() {
  for (std::size_t i = 0; i < kGapBuckets; ++i) {
    all_.came[i] = 10;
    all_.ended[i] = 1;
  }
}

std::size_t Rhythm::class_of(const RefreshRecord& record) {
  const std::size_t often =
      std::min<std::size_t>(std::bit_width(record.asked_times), 6) - (record.asked_times > 0 ? 1 : 0);
  const std::size_t several = std::popcount(record.clients) > 1 ? 1 : 0;
  return (std::min<std::size_t>(often, 5) * 4 + type_group(record.type)) * 2 + several;
}

void Rhythm::age(Life& life) {
  if (life.came[0] < kClassMemory) return;
  for (auto& value : life.came) value /= 2;
  for (auto& value : life.ended) value /= 2;
}

void Rhythm::pass(RefreshRecord& record, double age_s) {
  const std::size_t now = gap_bucket(age_s);
  if (now <= record.seen_buckets) return;
  Life& life = classes_[class_of(record)];
  for (std::size_t bucket = record.seen_buckets; bucket < now; ++bucket) {
    life.came[bucket] += 1;
    all_.came[bucket] += 1;
  }
  record.seen_buckets = static_cast<std::uint8_t>(now);
}

void Rhythm::end(RefreshRecord& record, double gap_s) {
  pass(record, gap_s);
  const std::size_t bucket = gap_bucket(gap_s);
  Life& life = classes_[class_of(record)];
  life.came[bucket] += 1;
  life.ended[bucket] += 1;
  all_.came[bucket] += 1;
  all_.ended[bucket] += 1;
  age(life);
  age(all_);
  record.seen_buckets = 0;
  ++record.gaps[bucket];
  if (++record.gap_count < kRecordMemory) return;
  for (auto& count : record.gaps) count /= 2;
  record.gap_count = static_cast<std::uint16_t>(std::accumulate(record.gaps.begin(), record.gaps.end(), 0));
}

double Rhythm::hazard(const RefreshRecord& record, const Life& own_class, std::size_t bucket, double came) const {
  const double everybody = all_.ended[bucket] / all_.came[bucket];
  const double of_class = (own_class.ended[bucket] + kTrustInAll * everybody) / (own_class.came[bucket] + kTrustInAll);
  return (record.gaps[bucket] + kTrustInClass * of_class) / (came + kTrustInClass);
}

void Rhythm::hazards(const RefreshRecord& record, std::size_t first, std::size_t last,
                     std::array<double, kGapBuckets>& out) const {
  const Life& own_class = classes_[class_of(record)];
  double came = 0;
  for (std::size_t bucket = kGapBuckets; bucket-- > first;) {
    came += record.gaps[bucket];
    if (bucket <= last) out[bucket] = hazard(record, own_class, bucket, came);
  }
}

Rhythm::Outlook Rhythm::look(const RefreshRecord& record, double age_s, double window_s, double price) const {
  std::array<double, kGapBuckets> hazard;
  hazards(record, gap_bucket(age_s), kGapBuckets - 1, hazard);
  Survival survival(hazard, age_s);
  // The chance that no question came until each eighth of three windows, and half an eighth later.
  constexpr std::size_t kParts = 8, kWindows = 3;
  std::array<double, kParts * kWindows + 1> edge;
  std::array<double, kParts * kWindows> middle;
  for (std::size_t i = 0; i < edge.size(); ++i) {
    edge[i] = survival.until(age_s + static_cast<double>(i) * window_s / kParts);
    if (i > 0) middle[i - 1] = std::sqrt(edge[i - 1] * edge[i]);
  }
  Outlook outlook;
  outlook.within = 1 - edge[kParts];
  std::copy_n(middle.begin(), kParts, outlook.alive.begin());
  double best = 0;
  for (const std::size_t wait : {0U, 1U, 2U, 4U, 8U, 16U}) {
    const double cost = std::accumulate(&middle[wait], &middle[wait] + kParts, 0.0) / kParts;
    const double worth = edge[wait] - edge[wait + kParts] - price * cost;
    if (wait != 0 && worth <= best) continue;
    best = worth;
    outlook.best_s = static_cast<double>(wait) * window_s / kParts;
  }
  outlook.worth_it = best > 0;
  return outlook;
}

double Rhythm::within(const RefreshRecord& record, double age_s, double window_s) const {
  std::array<double, kGapBuckets> hazard;
  hazards(record, gap_bucket(age_s), std::min(gap_bucket(age_s + window_s) + 1, kGapBuckets - 1), hazard);
  return 1 - Survival(hazard, age_s).until(age_s + window_s);
}

double Rhythm::lost(const Outlook& outlook, double p) {
  // Questions come faster or slower than the rhythm says by one factor.
  const double faster = std::log1p(-std::min(p, 0.9999)) / std::log1p(-std::clamp(outlook.within, 1e-4, 0.9999));
  double sum = 0;
  for (const double alive : outlook.alive) sum += std::pow(alive, faster);
  return sum / static_cast<double>(outlook.alive.size());
}

}  // namespace harbinger
