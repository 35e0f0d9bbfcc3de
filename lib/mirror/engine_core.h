// What an engine does, apart from its thread.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "learn/journal_disk.h"
#include "mirror/engine.h"
#include "mirror/filling.h"
#include "mirror/joint_publisher.h"
#include "mirror/mirror_metrics.h"

namespace harbinger::mirror {

/// One thread at a time. `post` brings what is called on other threads back to it.
class EngineCore {
 public:
  using Post = std::function<void(std::function<void(EngineCore&)>)>;
  EngineCore(MirrorEngine::Settings settings, MirrorEngine::World world, Post post);

  void asked(std::uint64_t resource, std::string_view name, ClusterId cluster);
  void fetched(const std::string& edge, const std::string& resource, bool hit, std::uint64_t bytes);
  void expect(const ExternalEvent& event);
  void settings(const MirrorSettings& settings);
  void lost(std::uint64_t queries) { lost_ = queries; }

  /// What DNS may tell of from before.
  void recover();
  /// Servers, leases, what is due.
  void look();
  /// Whether a server has come since the last plan.
  bool newcomers() const { return newcomers_; }
  /// The interval is over.
  void plan();
  /// Does what the desk wants done.
  void act();

  MirrorEngine::State state() const;
  std::vector<MirrorEngine::Why> why(std::string_view name, std::string_view cluster) const;

 private:
  struct Known {
    std::string name;
    MirrorRules::Found found;
    std::uint64_t bytes = 0;
  };
  /// What a mirror came to, besides its steps; by resource, cluster, server.
  using Place = std::tuple<std::string, std::string, std::string>;
  struct Yield {
    Score score{};
    std::uint64_t hits = 0, bytes = 0;
    std::unordered_set<std::uint64_t> urls{};  // that were asked for
  };
  const Known* know(std::uint64_t resource, std::string_view name);
  void forget_unwanted();

  // Planning.
  std::vector<Demand> demands();
  std::vector<Server> planned_servers(const std::vector<edge::EdgeHub::EdgeState>& edges) const;
  std::vector<Held> held() const;
  MirrorDesk::Servers servers() const;
  void carry_out(const Plan& plan, MonotonicTime now);
  void decide(const Plan::Add& add, MonotonicTime now);
  std::string name_of(std::uint64_t resource) const;
  void note_clusters(const std::vector<edge::EdgeHub::EdgeState>& edges);

  // Acting.
  void act_on(const FillAct& act);
  void act_on(const VerifyAct& act);
  void act_on(const TellAct& act);
  void act_on(const SettledAct& act);
  void act_on(const FailedAct& act);
  void heard(const FillAct& act, const Filled& filled);
  void heard(const VerifyAct& act, const Verified& verified);
  Result<void> may_tell(const TellAct& act);
  Result<void> write(const MirrorJournal::Entry& entry);
  void write_settled();
  void note_steps();

  MirrorEngine::MirrorState state_of(const MirrorDesk::Mirror& mirror) const;
  MonotonicTime now() const { return world_.clock->now(); }
  UnixMillis calendar() const;

  MirrorEngine::Settings settings_;
  MirrorEngine::World world_;
  const Post post_;
  MirrorMetrics metrics_;
  MirrorDesk desk_;
  JointPublisher publisher_;
  std::unordered_map<std::uint64_t, Known> known_;
  std::unordered_set<std::uint64_t> unknown_;  // no rule holds for them
  std::map<ClusterId, std::string> clusters_;
  std::map<Place, Yield> yields_;
  std::map<std::pair<std::uint64_t, ClusterId>, bool>
      decisions_;  // mirrors that are under way; whether DNS tells of one
  std::map<std::pair<std::string, std::string>, Publication> to_settle_;
  std::map<std::pair<std::string, std::string>, MonotonicTime> telling_;  // verified, and DNS is being told, since then
  std::vector<MirrorEngine::PassedOver> passed_, would_;
  std::vector<Outlook> outlook_;
  MirrorEngine::Lateness lateness_;
  std::uint64_t bytes_pushed_ = 0, hits_ = 0, gained_ = 0, decided_ = 0, failed_ = 0, lost_ = 0;
  std::uint64_t plans_ = 0;
  bool newcomers_ = false;
  learn::JournalDisk disk_;
};

}  // namespace harbinger::mirror
