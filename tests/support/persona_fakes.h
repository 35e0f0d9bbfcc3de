// Stand-ins for the parts of a persona engine: a clock that threads may read, a network, clusters and a share whose ways are plain.
#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include <harbinger/clock.h>
#include <harbinger/random.h>

#include "persona/clusters.h"
#include "persona/network.h"
#include "persona/share.h"

namespace harbinger::test {

/// Stands still until it is told to move; any thread may read it.
class SteadyClock final : public Clock {
 public:
  MonotonicTime now() const override { return {now_ns_}; }
  std::chrono::system_clock::time_point calendar() const override {
    return std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'000)) +
           std::chrono::duration_cast<std::chrono::system_clock::duration>(Duration(now_ns_));
  }
  void advance(Duration by) { now_ns_ += by.count(); }
  UnixMillis millis() const { return 1'700'000'000'000 + now_ns_ / 1'000'000; }

 private:
  std::atomic<std::int64_t> now_ns_{1'000'000'000};
};

/// The same numbers in every run, no two alike.
class ScriptedRandom final : public Random {
 public:
  explicit ScriptedRandom(std::uint64_t seed = 1) : state_(seed) {}
  std::uint64_t next() override {
    auto mixed = state_ += 0x9e3779b97f4a7c15;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
    return mixed ^ mixed >> 31;
  }

 private:
  std::uint64_t state_;
};

/// What tests see of all copies of a network.
struct NetworkDiary {
  std::mutex mutex;
  std::set<std::uint8_t> trained_locations;  ///< of acts that were trained on
  std::uint64_t steps = 0, trainings = 0;
  std::size_t widest = 0;                     ///< most clients in one step
  std::map<std::uint8_t, std::uint8_t> next;  ///< target expected after a target
  std::uint8_t device = 0;                    ///< of the last act
  double progress = 0.01;                     ///< by which a training step lowers the loss
  bool no_numbers = false;                    ///< steps say NaN
  std::function<void()> stepped;              ///< called by the next step, once
};

/// Remembers a client's last target and how many acts there were.
class PlainNetwork final : public persona::Network {
 public:
  explicit PlainNetwork(std::shared_ptr<NetworkDiary> diary, double loss = 3) : diary_(std::move(diary)), loss_(loss) {}

  void step(std::span<const persona::EventCode> events, std::span<float> hidden, std::span<float> surprise) override {
    if (const auto stepped = std::exchange(diary_->stepped, {})) stepped();
    const std::lock_guard guard(diary_->mutex);
    ++diary_->steps;
    diary_->widest = std::max(diary_->widest, events.size());
    for (std::size_t i = 0; i < events.size(); ++i) {
      auto* state = hidden.data() + i * persona::kHidden;
      if (!surprise.empty()) surprise[i] = diary_->no_numbers ? std::numeric_limits<float>::quiet_NaN() : 1;
      state[0] += 1;
      state[1] = events[i].target;
      diary_->device = events[i].device;
      if (diary_->no_numbers) state[0] = std::numeric_limits<float>::quiet_NaN();
    }
  }
  void predict(std::span<const float> hidden, std::span<float> out) override {
    const std::lock_guard guard(diary_->mutex);
    for (std::size_t i = 0; i * persona::kHidden < hidden.size(); ++i) {
      auto row = out.subspan(i * persona::EventCode::kTargets, persona::EventCode::kTargets);
      std::ranges::fill(row, std::log(0.001F));
      const auto next = diary_->next.find(static_cast<std::uint8_t>(hidden[i * persona::kHidden + 1]));
      if (next != diary_->next.end()) row[next->second] = std::log(0.7F);
    }
  }
  double train(std::span<const Sequence> batch) override {
    const std::lock_guard guard(diary_->mutex);
    ++diary_->trainings;
    for (const auto& sequence : batch)
      for (const auto& act : sequence) diary_->trained_locations.insert(act.location);
    const auto before = loss_;
    loss_ -= diary_->progress;
    return before;
  }
  double loss(std::span<const Sequence>) override { return loss_; }

  std::unique_ptr<Network> clone() const override { return std::make_unique<PlainNetwork>(diary_, loss_); }
  std::vector<std::uint8_t> save() const override {
    std::vector<std::uint8_t> octets(sizeof loss_);
    std::memcpy(octets.data(), &loss_, sizeof loss_);
    return octets;
  }
  Result<void> load(std::span<const std::uint8_t> octets) override {
    if (octets.size() != sizeof loss_) return fail(ErrorCode::malformed, "no weights");
    std::memcpy(&loss_, octets.data(), sizeof loss_);
    return {};
  }

 private:
  std::shared_ptr<NetworkDiary> diary_;
  double loss_;
};

/// Who asks for "video..." is of persona 1, "game..." of persona 2, from the third act on; a user agent that begins with "Bot" is of persona 3 by rule,
/// which is there from the first of them on. Leaving one persona for another is an alarm.
class PlainClusters final : public persona::Clusters {
 public:
  using Profile = persona::ClientProfile;
  /// `changes`: how often tending finds something to change from now on; the robot gets another name then.
  explicit PlainClusters(std::shared_ptr<std::atomic<int>> changes = {}) : changes_(std::move(changes)) {}

  Verdict take(Profile& profile, const BehaviourEvent& event, const persona::EventCode&, float) override {
    auto notes = read(profile);
    ++notes.acts;
    notes.last_at = event.at;
    const auto before = notes.persona;
    if (notes.acts >= 3) {
      if (event.resource.starts_with("video")) notes.persona = into_[1];
      if (event.resource.starts_with("game")) notes.persona = into_[2];
    }
    std::memcpy(profile.octets.data() + kNotesAt, &notes, sizeof notes);
    auto verdict = look(profile, nullptr);
    verdict.changed = notes.persona != before;
    verdict.alarm = verdict.changed && before != 0;
    return verdict;
  }
  Verdict look(const Profile& profile, const PersonaAsk* ask) const override {
    const auto notes = read(profile);
    Verdict verdict{.persona = into_[notes.persona],
                    .confidence = notes.acts > 0 ? 0.5F : 0.0F,
                    .steadiness = std::min(1.0F, static_cast<float>(notes.acts) / 100)};
    if (ask && ask->user_agent.starts_with("Bot")) {
      verdict.persona = 3;
      robots_ = true;
    }
    return verdict;
  }
  UnixMillis last_at(const Profile& profile) const override { return read(profile).last_at; }
  static std::uint32_t acts(const Profile& profile) { return read(profile).acts; }

  bool tend(UnixMillis) override {
    if (!changes_ || *changes_ <= 0) return false;
    --*changes_;
    names_[3] += '+';
    return true;
  }
  std::vector<PersonaProfile> personas() const override {
    std::vector<PersonaProfile> all;
    for (PersonaId id = 1; id <= 3; ++id) {
      if (into_[id] != id || (id == 3 && !robots_)) continue;
      all.emplace_back().id = id;
      all.back().name = names_[id];
    }
    return all;
  }
  PersonaExplanation explain(const Profile& profile) const override {
    const auto notes = read(profile);
    PersonaExplanation explanation;
    explanation.persona = names_[into_[notes.persona]];
    explanation.events = notes.acts;
    return explanation;
  }

  Result<void> rename(std::string_view persona, std::string_view name) override {
    const auto id = id_of(persona);
    if (!id) return fail(ErrorCode::not_found, "no such persona");
    names_[id] = name;
    return {};
  }
  Result<void> pin(std::string_view, bool) override { return {}; }
  Result<void> split(std::string_view, std::string_view) override { return fail(ErrorCode::conflict, "too alike"); }
  Result<void> merge(std::string_view from, std::string_view into) override {
    if (!id_of(from) || !id_of(into)) return fail(ErrorCode::not_found, "no such persona");
    into_[id_of(from)] = id_of(into);
    return {};
  }

  std::vector<std::uint8_t> save() const override {
    std::string text;
    for (const auto& name : names_) text += name + '\n';
    return {text.begin(), text.end()};
  }
  Result<void> load(std::span<const std::uint8_t> octets) override {
    const std::string text(octets.begin(), octets.end());
    if (std::ranges::count(text, '\n') != 4) return fail(ErrorCode::malformed, "no clusters");
    std::size_t at = 0;
    for (auto& name : names_) {
      const auto end = text.find('\n', at);
      name = text.substr(at, end - at);
      at = end + 1;
    }
    return {};
  }

 private:
  static constexpr std::size_t kNotesAt = 128;
  struct Notes {
    std::uint32_t acts = 0;
    std::uint32_t persona = 0;
    UnixMillis last_at = 0;
  };
  static Notes read(const Profile& profile) {
    Notes notes;
    std::memcpy(&notes, profile.octets.data() + kNotesAt, sizeof notes);
    notes.persona &= 3;
    return notes;
  }
  PersonaId id_of(std::string_view name) const {
    for (PersonaId id = 1; id <= 3; ++id)
      if (names_[id] == name && into_[id] == id) return id;
    return 0;
  }
  std::shared_ptr<std::atomic<int>> changes_;
  mutable bool robots_ = false;
  std::array<PersonaId, 4> into_{0, 1, 2, 3};
  std::array<std::string, 4> names_{"default", "viewer", "player", "robot"};
};

/// What several engines know together, in memory; answers at once, or never when `away`.
struct SharedMemory {
  std::mutex mutex;
  bool away = false;
  std::map<ClientKey, persona::Share::Known> clients;
  std::map<std::string, std::pair<std::uint64_t, std::vector<std::uint8_t>>> tables;
  std::vector<persona::Share::Watcher> watchers;
};

class PlainShare final : public persona::Share {
 public:
  explicit PlainShare(std::shared_ptr<SharedMemory> memory) : memory_(std::move(memory)) {}
  ~PlainShare() override { PlainShare::end(); }

  void publish(const PersonaAssignment& assignment) override {
    const std::lock_guard guard(memory_->mutex);
    memory_->clients[assignment.client].assignment = assignment;
    for (std::size_t i = 0; i < memory_->watchers.size(); ++i)
      if (i != own_ && memory_->watchers[i].assigned) memory_->watchers[i].assigned(assignment);
  }
  void publish_client(ClientKey client, std::span<const std::uint8_t> profile) override {
    const std::lock_guard guard(memory_->mutex);
    memory_->clients[client].profile.assign(profile.begin(), profile.end());
  }
  void publish_table(const std::string& name, std::uint64_t version, std::span<const std::uint8_t> octets) override {
    const std::lock_guard guard(memory_->mutex);
    auto& table = memory_->tables[name];
    if (table.first >= version) return;
    table = {version, {octets.begin(), octets.end()}};
    for (std::size_t i = 0; i < memory_->watchers.size(); ++i)
      if (i != own_ && memory_->watchers[i].table) memory_->watchers[i].table(name, version, octets);
  }
  void look_up(ClientKey client, std::function<void(Known)> done) override {
    Known known;
    {
      const std::lock_guard guard(memory_->mutex);
      if (memory_->away) {
        held_.push_back(std::move(done));
        return;
      }
      if (const auto there = memory_->clients.find(client); there != memory_->clients.end()) known = there->second;
    }
    done(std::move(known));
  }
  void watch(Watcher watcher) override {
    const std::lock_guard guard(memory_->mutex);
    own_ = memory_->watchers.size();
    memory_->watchers.push_back(std::move(watcher));
  }
  State state() const override { return {}; }

 private:
  void end() {
    const std::lock_guard guard(memory_->mutex);
    if (own_ < memory_->watchers.size()) memory_->watchers[own_] = {};
    for (const auto& done : std::exchange(held_, {})) done({});
  }

  std::shared_ptr<SharedMemory> memory_;
  std::size_t own_ = SIZE_MAX;
  std::vector<std::function<void(Known)>> held_;  // of look-ups that have no answer yet
};

}  // namespace harbinger::test
