// Acts as they come through the door, kept to be looked at.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "orchestrate/activity_door.h"
#include "orchestrate/activity_format.h"

namespace harbinger::test {

/// An act with its own texts.
struct KeptAct {
  explicit KeptAct(const orchestrate::Activity& act)
      : verb(act.verb), kind(act.kind), source(act.source), scope(act.scope), plain(act) {
    if (act.asks) asks = *act.asks;
    plain.verb = plain.kind = plain.source = plain.scope = {};
    plain.asks = nullptr;
  }
  std::string verb, kind, source, scope;
  std::optional<orchestrate::Need> asks;
  orchestrate::Activity plain;  ///< without what it borrowed
};

/// Takes acts from any thread.
class KeptActs {
 public:
  orchestrate::ActivitySink sink() {
    return [this](std::span<const orchestrate::Activity> acts) {
      const std::lock_guard lock(mutex_);
      for (const auto& act : acts) acts_.emplace_back(act);
      return acts.size();
    };
  }
  std::vector<KeptAct> seen() const {
    const std::lock_guard lock(mutex_);
    return acts_;
  }
  std::vector<std::string> verbs() const {
    std::vector<std::string> verbs;
    for (const auto& act : seen()) verbs.push_back(act.verb);
    return verbs;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<KeptAct> acts_;
};

/// What a format makes of a line, before the door.
struct ReadLine {
  struct Record {
    std::string actor, request, verb, kind, source, scope;
    std::optional<UnixMillis> at, sent;
    std::optional<orchestrate::Need> asks;
    orchestrate::ActivityRecord plain;
  };
  std::vector<Record> records;
  std::vector<std::string> troubles;
  std::vector<orchestrate::LogTrouble::Kind> kinds;
};

inline ReadLine read_line(orchestrate::ActivityFormat& format, std::string_view line) {
  ReadLine read;
  format.read(line, {[&](const orchestrate::ActivityRecord& record) {
                       read.records.push_back(
                           {std::string(record.actor), std::string(record.request), std::string(record.verb),
                            std::string(record.kind), std::string(record.source), std::string(record.scope), record.at,
                            record.sent, record.asks ? std::optional(*record.asks) : std::nullopt, record});
                     },
                     [&](const orchestrate::LogTrouble& trouble) {
                       read.troubles.push_back(trouble.text);
                       read.kinds.push_back(trouble.kind);
                     }});
  return read;
}

/// The only record of a line.
inline ReadLine::Record only_record(orchestrate::ActivityFormat& format, std::string_view line) {
  auto read = read_line(format, line);
  INFO(line);
  for (const auto& trouble : read.troubles) UNSCOPED_INFO(trouble);
  REQUIRE(read.records.size() == 1);
  REQUIRE(read.troubles.empty());
  return read.records.front();
}

}  // namespace harbinger::test
