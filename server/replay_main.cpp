// harbinger-replay: what harbinger would have foreseen of a trace.
#include "server/replay/command_line.h"
#include "server/replay/replay.h"

int main(int argc, char** argv) {
  const auto line = harbinger::replay::parse_command_line(argc, argv);
  return line ? harbinger::replay::run(*line) : line.error();
}
