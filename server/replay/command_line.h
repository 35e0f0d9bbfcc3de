// The flags of harbinger-replay.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "server/replay/filters.h"
#include "server/replay/network_model.h"

namespace harbinger::replay {

struct CommandLine {
  std::vector<std::string> files;  ///< "-" is standard input
  std::vector<std::string> train, test;
  std::string format, columns, name;
  std::string synthetic;  ///< empty, or which trace of our own making
  std::uint64_t seed = 1;
  Filters filters;
  std::int64_t gap_ms = 30 * 60 * 1000;
  double score_from = 0.8;
  bool frozen = false, shuffle_labels = false;
  std::string protocol = "online";  ///< or "cpt"
  std::vector<std::string> models;  ///< empty: all
  std::string personas;             ///< a word of kPersonaWays: the sequence model is judged with personas, too
  double waste = 0.25;
  NetworkModel network;
  std::size_t contexts = 1'000'000;
  bool refresh = false;  ///< DNS: how refreshing ahead does, instead of what is wanted next
  bool upstream_caches = false, score_from_given = false;
  std::uint32_t negative_ttl_s = 300;
  bool placement = false, placement_sweep = false;  ///< what mirrors bring, instead of what is wanted next
  std::string placement_with;                       ///< as `set_placement` takes it
  bool forecast = false;                            ///< how well counts are forecast, instead of what is wanted next
  std::int64_t interval_ms = 0;  ///< of counts; 0: as long as the series has it, or an hour for accesses
  std::size_t top = 50;          ///< resources whose counts are forecast
  std::string windows;           ///< file of windows that bursts are judged against; empty: none
  bool provision = false;  ///< how many instances wait and how many clients find none, instead of what is wanted next
  std::int64_t start_ms = 5000;       ///< from an order to a ready instance
  std::int64_t after_ms = 10'000;     ///< from the first access of a session until it wants an instance, at least
  bool orchestrate = false;           ///< how well acts and needs are foretold, and what making resources ahead brings
  std::int64_t horizon_ms = 300'000;  ///< how far ahead needs are foreseen
  std::size_t users = 500;            ///< of --synthetic users
  bool steer = false;                 ///< round-trip times: how endpoints are chosen, instead of what is wanted next
  std::string through;                ///< a Harbingerfile whose chains are judged too; empty: none
  std::string server;                 ///< ADDR:PORT of a running server that is judged too; empty: none
  double speed = 1;                   ///< over the wire, how many times as fast as the trace went
  std::string json, plots;            ///< where to write; empty: nowhere
};

/// Flags, or the code to exit with when help was asked for or something is wrong (which has been said).
std::expected<CommandLine, int> parse_command_line(int argc, const char* const* argv);

}  // namespace harbinger::replay
