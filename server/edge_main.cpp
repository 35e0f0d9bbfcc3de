// harbinger-edge: fills the cache beside it with what its clients want next.
#include <csignal>
#include <iostream>

#include "server/edge/command_line.h"
#include "server/edge/program.h"
#include "server/shared/end_signals.h"
#include "server/stderr_log.h"

using namespace harbinger;

int main(int argc, char** argv) {
  const auto line = edge::parse_command_line(argc, argv);
  if (!line) return line.error();
  server::keep_end_signals();
  std::signal(SIGPIPE, SIG_IGN);
  const auto log = server::make_stderr_log(line->quiet ? LogLevel::warning : LogLevel::info);
  return edge::run(*line, *log, std::cout, std::cerr, server::wait_for_end);
}
