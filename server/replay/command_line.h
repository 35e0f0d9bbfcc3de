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
  bool steer = false;       ///< round-trip times: how endpoints are chosen, instead of what is wanted next
  std::string through;      ///< a Harbingerfile whose chains are judged too; empty: none
  std::string server;       ///< ADDR:PORT of a running server that is judged too; empty: none
  double speed = 1;         ///< over the wire, how many times as fast as the trace went
  std::string json, plots;  ///< where to write; empty: nowhere
};

/// Flags, or the code to exit with when help was asked for or something is wrong (which has been said).
std::expected<CommandLine, int> parse_command_line(int argc, const char* const* argv);

}  // namespace harbinger::replay
