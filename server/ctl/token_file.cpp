#include "server/ctl/token_file.h"

#include <algorithm>
#include <fstream>

namespace harbinger::ctl {
namespace {

std::string trimmed(std::string line) {
  line.resize(std::min(line.find('#'), line.size()));
  line.erase(line.find_last_not_of(" \t\r") + 1);
  line.erase(0, line.find_first_not_of(" \t"));
  return line;
}

// What stands in a field of HTTP must not end it.
bool can_be_sent(const std::string& token) {
  return std::ranges::all_of(token, [](char each) { return each > ' ' && each < 0x7f; });
}

}  // namespace

Result<std::string> read_token(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) return fail(ErrorCode::not_found, "cannot read this file", {file.string()});
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    auto token = trimmed(line);
    if (token.empty()) continue;
    if (!can_be_sent(token))
      return fail(ErrorCode::malformed, "a token has no spaces and only ASCII characters", {file.string(), number, 1});
    return token;
  }
  return fail(ErrorCode::malformed, "there is no token in this file", {file.string()});
}

}  // namespace harbinger::ctl
