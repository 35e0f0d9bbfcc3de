#include "persona/grouping.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace harbinger::persona {

namespace {

// How much it counts that a cluster is the larger one: little, or small ones would never grow.
constexpr float kSizeCounts = 0.25F;
constexpr std::size_t kStep = 512, kVictims = 8;
constexpr double kSplitLater = 1.6;
constexpr std::uint32_t kMostLoners = 48;
// A client is a cluster of its own when no other is better than this many nats for each thing that it does, and as many for the cluster.
constexpr float kStrange = 0.9F, kBase = 1;

}  // namespace

Grouping::Grouping() { samples_.reserve(kMostSamples); }

std::uint64_t Grouping::random() {
  random_ ^= random_ << 13, random_ ^= random_ >> 7, random_ ^= random_ << 17;
  return random_;
}

std::uint16_t Grouping::offer(ClientKey client, const ClientState& state) {
  ++offers_;
  std::size_t slot = state.slot;
  const bool known = state.events > 0 && slot < samples_.size() && samples_[slot].client == client;
  if (!known) slot = make_room();
  if (slot == kNoSlot) return kNoSlot;
  auto& sample = samples_[slot];
  if (sample.client != 0) mixture_.forget(sample.tokens);
  if (sample.cluster != 0) mixture_.remove(sample.cluster, sample.tokens);
  sample.client = client;
  sample.state = state;
  sample.tokens = tokens_of(state, scale_);
  mixture_.know(sample.tokens);
  // A client that came back to its sample stays until the next sweep; a new one is put where it fits.
  if (!known || mixture_.members(sample.cluster) == 0) sample.cluster = best_for(sample);
  if (sample.cluster != 0) mixture_.add(sample.cluster, sample.tokens);
  return static_cast<std::uint16_t>(slot);
}

// Who belongs to the largest cluster can be spared best.
std::size_t Grouping::make_room() {
  if (samples_.size() < kMostSamples) {
    samples_.emplace_back();
    return samples_.size() - 1;
  }
  if (random() % 8 != 0) return kNoSlot;
  std::size_t victim = random() % samples_.size();
  for (std::size_t i = 1; i < kVictims; ++i) {
    const auto other = random() % samples_.size();
    if (mixture_.members(samples_[other].cluster) > mixture_.members(samples_[victim].cluster)) victim = other;
  }
  put(samples_[victim], 0);
  return victim;
}

void Grouping::put(Sample& sample, std::uint8_t cluster) {
  if (sample.cluster != 0) mixture_.remove(sample.cluster, sample.tokens);
  sample.cluster = cluster;
  if (cluster != 0) mixture_.add(cluster, sample.tokens);
}

std::uint8_t Grouping::newborn(std::uint32_t but) const {
  std::array<std::uint8_t, Mixture::kMost> taken;
  std::ranges::transform(ties_, taken.begin(), [](const Ties& ties) { return ties.taken; });
  taken[but] = 1;
  return static_cast<std::uint8_t>(mixture_.free(taken));
}

Grouping::Place Grouping::place(const Tokens& tokens, std::uint8_t own) const {
  Mixture::Scores scores;
  mixture_.score(tokens, scores);
  Place place{.cluster = 0, .score = -1e9F, .margin = 0, .own = -1e9F};
  float second = -1e9F;
  for (std::uint32_t cluster = 1; cluster < mixture_.end(); ++cluster) {
    if (mixture_.members(cluster) == 0) continue;
    const float score = scores[cluster] + kSizeCounts * std::log(static_cast<float>(mixture_.members(cluster)));
    if (cluster == own) place.own = score;
    if (score > place.score) {
      second = place.score;
      place.score = score;
      place.cluster = static_cast<std::uint8_t>(cluster);
    } else {
      second = std::max(second, score);
    }
  }
  place.margin = place.score - std::max(second, 0.0F);
  return place;
}

// The sample is in no cluster, or in its own; then it is compared without itself.
std::uint8_t Grouping::best_for(const Sample& sample) {
  Mixture::Scores scores;
  mixture_.score(sample.tokens, scores);
  std::uint8_t best = 0;
  float most = !may_be_born_ ? -std::numeric_limits<float>::infinity()
                             : -kStrange * static_cast<float>(sample.tokens.total[0]) / kTokenUnit -
                                   kBase;  // of a cluster of its own
  for (std::uint32_t cluster = 1; cluster < mixture_.end(); ++cluster) {
    auto members = mixture_.members(cluster);
    float score = scores[cluster];
    if (cluster == sample.cluster && members > 0) {
      if (--members == 0 && best == 0) best = sample.cluster;
      if (members > 0) score = mixture_.score_without(cluster, sample.tokens);
    }
    if (members == 0) continue;
    score += kSizeCounts * std::log(static_cast<float>(members));
    if (score > most || (score == most && best == 0)) most = score, best = static_cast<std::uint8_t>(cluster);
  }
  if (best != 0) return best;
  if (loners_ > kMostLoners) return 0;
  ++changes_, ++loners_;
  return newborn();
}

std::size_t Grouping::sweep(std::size_t count) {
  std::size_t moved = 0;
  loners_ = 0;
  for (std::uint32_t cluster = 1; cluster < mixture_.end(); ++cluster)
    loners_ += mixture_.members(cluster) == 1 || mixture_.members(cluster) == 2;
  for (count = std::min(count, samples_.size()); count > 0; --count) {
    if (next_ >= samples_.size()) next_ = 0;
    auto& sample = samples_[next_++];
    const auto best = best_for(sample);
    if (best == sample.cluster || best == 0) continue;
    put(sample, best);
    ++moved;
  }
  return moved;
}

// What everybody does, and where the network's states lie, has shifted: all that rests on it is made anew.
void Grouping::renew() {
  renewed_at_ = offers_;
  std::array<double, ClientState::kPooled> sum{}, squares{};
  for (const auto& sample : samples_)
    for (std::size_t i = 0; i < sum.size(); ++i) {
      sum[i] += sample.state.pooled[i];
      squares[i] += sample.state.pooled[i] * sample.state.pooled[i];
    }
  const double n = std::max<double>(1, static_cast<double>(samples_.size()));
  for (std::size_t i = 0; i < sum.size(); ++i) {
    const double variance = squares[i] / n - sum[i] / n * (sum[i] / n);
    scale_.middle[i] = static_cast<float>(sum[i] / n);
    scale_.width[i] = variance < 0.5 ? 0.0F : static_cast<float>(std::sqrt(variance));
  }
  for (auto& sample : samples_) {
    const auto cluster = sample.cluster;
    put(sample, 0);
    mixture_.forget(sample.tokens);
    sample.tokens = tokens_of(sample.state, scale_);
    mixture_.know(sample.tokens);
    put(sample, cluster);
  }
  mixture_.refresh();
}

void Grouping::step(bool may_split) {
  if (offers_ - renewed_at_ > samples_.size()) renew();
  if (sweep(kStep) * 50 > kStep) ++changes_;
  if (next_cluster_ >= mixture_.end()) next_cluster_ = 1;
  const auto cluster = next_cluster_++;
  if (merge_one(cluster) || ties_[cluster].kept || !may_split) return;
  // Who tries often enough finds something by chance; so only when there is news.
  if (offers_ - tried_[cluster] < std::min(offers_ / 4, 4 * samples_.size())) return;
  tried_[cluster] = offers_;
  split(cluster, kSplitLater);
}

}  // namespace harbinger::persona
