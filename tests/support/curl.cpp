#include "tests/support/curl.h"

#include <charconv>

#include <strings.h>

#include <catch2/catch.hpp>

#include "tests/support/process.h"
#include "tests/support/scratch.h"

namespace harbinger::test {

std::string CurlAnswer::field(std::string_view name) const {
  for (std::size_t at = head.find('\n'); at != std::string::npos; at = head.find('\n', at + 1)) {
    const auto line = std::string_view(head).substr(at + 1, head.find('\r', at + 1) - at - 1);
    if (line.size() > name.size() && line[name.size()] == ':' &&
        strncasecmp(line.data(), name.data(), name.size()) == 0)
      return std::string(line.substr(std::min(name.size() + 2, line.size())));
  }
  return {};
}

bool no_curl() {
  if (find_program("curl")) return false;
  WARN("skipped: there is no curl");
  return true;
}

CurlAnswer curl(std::vector<std::string> arguments) {
  const Scratch folder;
  std::vector<std::string> command{find_program("curl").value().string(),
                                   "-q",
                                   "-s",
                                   "--noproxy",
                                   "*",
                                   "--max-time",
                                   "20",
                                   "-D",
                                   folder / "head",
                                   "-o",
                                   folder / "body"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  Process process(std::move(command));
  CurlAnswer answer;
  if (const auto end = process.wait(std::chrono::seconds(25))) answer.exit = end->exit_code;
  answer.head = read_text(folder / "head");
  if (const auto last = answer.head.rfind("\nHTTP/"); last != std::string::npos)
    answer.head.erase(0, last + 1);  // what came before it was 100 Continue
  answer.body = read_text(folder / "body");
  if (answer.head.size() > 12 && answer.head.starts_with("HTTP/"))
    std::from_chars(answer.head.data() + 9, answer.head.data() + 12, answer.status);
  return answer;
}

}  // namespace harbinger::test
