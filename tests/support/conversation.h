// Plays a written conversation: time, clients and upstreams in one readable file. The language: tests/scenarios/README.md.
#pragma once

#include <filesystem>
#include <vector>

#include <harbinger/plugin.h>

namespace harbinger::test {

/// Plays the file against a server in memory. Throws std::runtime_error with file and line at the first thing that went otherwise.
void play_conversation(const std::filesystem::path& file, std::vector<PluginSpec> plugins);

}  // namespace harbinger::test
