// Zone transfers to secondaries: whole zones (AXFR, RFC 5936) and the steps since a serial (IXFR, RFC 1995).
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include <harbinger/plugin.h>
#include <harbinger/tsig.h>

#include "plugins/file/served_zone.h"
#include "plugins/file/transfer_content.h"
#include "plugins/file/transfer_rules.h"

namespace harbinger::file {

/// Answers requests for transfers, to those who may, and turns other servers' notifications away. Thread-safe; one for all zones of
/// a plugin.
class Transfers {
 public:
  /// So many at the same time; more are asked to come again (SERVFAIL).
  static constexpr int kMost = 32;

  Transfers(std::vector<TransferRule> rules, TsigKeys keys, const PluginContext& context);

  /// Answers a request for `zone` (null: the name that was asked for is no zone's), or a signed question for its SOA, with which
  /// secondaries begin.
  Task<void> serve(const ServedZone* zone, const ZoneRequest& request, ZoneReplies& replies);
  /// A primary is told of nothing (RFC 1996 sec. 3.10): NOTAUTH.
  Task<void> turn_away_notify(const ZoneRequest& request, ZoneReplies& replies);

 private:
  struct Job;
  struct Refusal;

  std::vector<std::uint8_t> malformed(const ZoneRequest& request, Opcode opcode, const Error& error) const;
  std::optional<Refusal> objection(const Job& job) const;
  Task<void> refuse(Job& job, const Refusal& refusal);
  Task<void> answer(Job& job);
  std::unique_ptr<TransferContent> choose(Job& job) const;
  std::unique_ptr<TransferContent> steps_or_zone(Job& job, std::uint32_t client_serial) const;
  Task<bool> send(Job& job, TransferContent& content);
  void report(const Job& job);

  const std::vector<TransferRule> rules_;
  const TsigKeys keys_;
  const Clock& clock_;
  Metrics* const metrics_;
  const Logger log_;
  std::atomic<int> running_ = 0;
};

}  // namespace harbinger::file
