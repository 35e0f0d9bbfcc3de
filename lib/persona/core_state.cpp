// The engine's checkpoints: written in portions between other work, and read at the start.
#include <algorithm>
#include <chrono>
#include <utility>

#include "persona/client_record.h"
#include "persona/engine_core.h"

namespace harbinger::persona {

namespace {

constexpr std::uint32_t kPortion = 512;  // clients that are copied without a look at other work
constexpr int kShare = 20;               // a checkpoint takes at most one part in so many of the time

double seconds(Duration span) { return std::chrono::duration<double>(span).count(); }

}  // namespace

void EngineCore::save(std::function<void(const Result<void>&)> done) {
  // What came since the one in progress began is in the next one.
  if (saving()) {
    if (done) saving_next_for_.push_back(std::move(done));
    return;
  }
  if (done) saving_for_.push_back(std::move(done));
  saving_since_ = world_.clock->now();
  longest_pause_ = {};
  next_saved_ = 0;
  all_put_ = false;
  writer_ = std::make_unique<CheckpointWriter>(*settings_.state, secret_);
  writer_->put(Section::network, network_->save());
  saved_versions_.network = versions_.network;
}

void EngineCore::put_next_section() {
  if (next_saved_ < store_.size()) {
    auto octets = writer_->buffer();
    const auto end = std::min(store_.size(), next_saved_ + kPortion);
    for (; next_saved_ < end; ++next_saved_) append_client(store_.at(next_saved_), store_.seen_s(next_saved_), octets);
    return writer_->put(Section::clients, std::move(octets));
  }
  writer_->put(Section::clusters, clusters_->save());
  saved_versions_.clusters = versions_.clusters;
  writer_->put(Section::counts, counts_.save());
  writer_->put(Section::tables, saved_versions_.save());
  writer_->finish();
  all_put_ = true;
}

bool EngineCore::go_on_saving() {
  if (!saving()) return false;
  if (all_put_ || !writer_->ready()) {
    const auto result = writer_->result();
    if (result) saved(*result);
    return saving();
  }
  const auto before = world_.clock->now();
  put_next_section();
  longest_pause_ = std::max(longest_pause_, world_.clock->now() - before);
  return true;
}

void EngineCore::saved(const Result<void>& result) {
  writer_.reset();
  const auto clock = world_.clock->now();
  const auto took = clock - saving_since_;
  checkpoint_due_ = clock + std::max<Duration>(settings_.checkpoint_every, took * kShare);
  ++(result ? counts_.checkpoints : counts_.checkpoints_failed);
  detail_.checkpoint_s = seconds(took);
  detail_.longest_pause_s = seconds(longest_pause_);
  detail_.trouble = result ? "" : result.error().message;
  if (result)
    detail_.checkpoint_at_s = static_cast<double>(now()) / 1000;
  else
    world_.log.error("checkpoint", result.error().message);
  for (const auto& done : std::exchange(saving_for_, {})) done(result);
  if (saving_next_for_.empty()) return;
  saving_for_ = std::exchange(saving_next_for_, {});
  save({});
}

void EngineCore::restore(const Client& client, std::uint32_t seen_s, std::uint32_t now_s) {
  // Twice when it moved to another slot while the checkpoint was made: the later one counts.
  auto slot = store_.find(client.key);
  if (slot == ClientStore::kNone) slot = store_.add(client.key, seen_s);
  auto& restored = store_.at(slot);
  restored = client;
  // Others are told of all of them by and by, not of all at once.
  restored.shared_s = now_s - static_cast<std::uint32_t>(client.key % Sharing::kProfileEvery_s);
  store_.touch(slot, seen_s);
}

Result<void> EngineCore::load(const std::filesystem::path& folder, const Secret& secret) {
  secret_ = secret;
  const auto there = checkpoints_in(folder);
  if (there.empty()) return {};
  const auto now_s = static_cast<std::uint32_t>(now() / 1000);
  auto read = read_checkpoint(
      there.front(), secret, [&](Section section, std::span<const std::uint8_t> octets) -> Result<void> {
        switch (section) {
          case Section::network:
            return network_->load(octets);
          case Section::clusters:
            return clusters_->load(octets);
          case Section::clients:
            return read_clients(octets,
                                [&](const Client& client, std::uint32_t seen_s) { restore(client, seen_s, now_s); });
          case Section::counts:
            if (!counts_.load(octets)) return fail(ErrorCode::malformed, "they are others than this version's");
            return {};
          case Section::tables:
            if (!versions_.load(octets)) return fail(ErrorCode::malformed, "they are no versions");
            return {};
          case Section::end:
            break;
        }
        return fail(ErrorCode::unsupported, "this version does not know it");
      });
  if (!read && there.size() > 1)
    read.error().message += "; to go on from the one before, move it away: " + there[1].string() + " is still there";
  if (!read) return read;
  known_personas_.reset();
  for (const auto& each : clusters_->personas()) known_personas_.set(each.id);
  return {};
}

}  // namespace harbinger::persona
