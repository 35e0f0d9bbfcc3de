#include "base/token_lines.h"

#include <algorithm>
#include <utility>

#include "base/read_file.h"

namespace harbinger {

namespace {

constexpr std::string_view kSpace = " \t\r";

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
  return text.substr(0, text.find_last_not_of(kSpace) + 1);
}

}  // namespace

bool TokenLine::printable() const noexcept {
  return std::ranges::all_of(token, [](char each) { return each > ' ' && each < 0x7f; });
}

std::vector<TokenLine> token_lines(std::string_view text, const std::filesystem::path& file) {
  std::vector<TokenLine> lines;
  int number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    const auto whole = text.substr(begin, end - begin);
    begin = end + 1;
    ++number;
    const auto line = trimmed(whole.substr(0, whole.find('#')));
    if (line.empty()) continue;
    const auto token = line.substr(0, line.find_first_of(kSpace));
    lines.push_back({std::string(token), std::string(trimmed(line.substr(token.size()))), {file.string(), number, 0}});
  }
  return lines;
}

Result<std::vector<TokenLine>> read_token_lines(const std::filesystem::path& file) {
  const auto text = read_file(file, "the file of tokens");
  if (!text) return fail(text.error());
  return token_lines(*text, file);
}

// Never the token itself in a message: they end up in logs.
Result<TokenLine> read_first_token(const std::filesystem::path& file) {
  auto lines = read_token_lines(file);
  if (!lines) return fail(std::move(lines.error()));
  if (lines->empty()) return fail(ErrorCode::malformed, "there is no token in this file", {file.string()});
  auto& first = lines->front();
  if (!first.printable()) return fail(ErrorCode::malformed, "a token has printable ASCII characters only", first.at);
  return std::move(first);
}

}  // namespace harbinger
