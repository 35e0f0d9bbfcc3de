#include "persona/grouping_codec.h"

#include "persona/plain_octets.h"

namespace harbinger::persona {

namespace {

// What of a sample cannot be worked out again.
struct Kept {
  ClientKey client;
  ClientState state;
  std::uint8_t cluster;
};

}  // namespace

void GroupingCodec::save(const Grouping& grouping, std::vector<std::uint8_t>& to) {
  std::vector<Kept> kept;
  kept.reserve(grouping.samples_.size());
  for (const auto& sample : grouping.samples_) {
    auto& each = kept.emplace_back();
    std::memset(static_cast<void*>(&each), 0, sizeof each);  // no padding of whatever was there
    each.client = sample.client;
    each.state = sample.state;
    each.cluster = sample.cluster;
  }
  put_all<Kept>(to, kept);
  const auto lag = grouping.mixture_.lag();
  put_all<float>(to, lag.usual);
  put_all<float>(to, lag.spare);
  put(to, grouping.scale_);
  put(to, grouping.ties_);
  put(to, grouping.tried_);
  put(to, grouping.offers_);
  put(to, grouping.renewed_at_);
  put(to, grouping.changes_);
  put(to, grouping.random_);
}

Result<void> GroupingCodec::load(Grouping& grouping, std::span<const std::uint8_t>& octets) {
  Grouping read;
  std::vector<Kept> kept;
  Mixture::Lag lag;
  const auto usual = read.mixture_.lag();
  const bool whole = take_all(octets, kept, Grouping::kMostSamples) &&
                     take_all(octets, lag.usual, usual.usual.size()) &&
                     take_all(octets, lag.spare, usual.spare.size()) && take(octets, read.scale_) &&
                     take(octets, read.ties_) && take(octets, read.tried_) && take(octets, read.offers_) &&
                     take(octets, read.renewed_at_) && take(octets, read.changes_) && take(octets, read.random_);
  if (!whole || lag.usual.size() != usual.usual.size() || lag.spare.size() != usual.spare.size())
    return fail(ErrorCode::malformed, "clusters that end early, or of another make");
  for (const auto& each : kept) {
    auto& sample = read.samples_.emplace_back();
    sample.client = each.client;
    sample.state = each.state;
    sample.tokens = tokens_of(sample.state, read.scale_);
    sample.cluster = each.cluster;
    if (sample.client != 0) read.mixture_.know(sample.tokens);
    if (sample.cluster != 0) read.mixture_.add(sample.cluster, sample.tokens);
  }
  read.mixture_.set_lag(lag);
  grouping = std::move(read);
  return {};
}

}  // namespace harbinger::persona
