#include "tests/support/ctl.h"

#include "tests/support/process.h"

namespace harbinger::test {

Ran ctl(std::vector<std::string> words) {
  words.insert(words.begin(), HARBINGER_BINARY_DIR "/server/harbingerctl");
  Process process(words);
  const auto ending = process.wait();
  return {ending ? ending->exit_code : -2, process.output()};
}

std::string url(const SocketAddress& server) { return "http://" + server.to_string(); }

}  // namespace harbinger::test
