#include "persona/reporter_tokens.h"

#include <algorithm>
#include <fstream>

#include <openssl/crypto.h>

namespace harbinger::persona {

namespace {

constexpr std::string_view kScheme = "bearer ";

std::string_view trimmed(std::string_view line) {
  line = line.substr(0, line.find('#'));
  line.remove_prefix(std::min(line.find_first_not_of(" \t\r"), line.size()));
  return line.substr(0, line.find_last_not_of(" \t\r") + 1);
}

char lower(char each) { return each >= 'A' && each <= 'Z' ? static_cast<char>(each + 32) : each; }

}  // namespace

Result<ReporterTokens> ReporterTokens::load(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) return fail(ErrorCode::not_found, "cannot read the tokens of reporters", {file.string()});
  ReporterTokens all;
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    const auto token = trimmed(line);
    if (token.empty()) continue;
    if (token.size() < kShortest || token.find(' ') != std::string_view::npos)
      return fail(ErrorCode::malformed, "a token has at least 16 characters and no spaces", {file.string(), number, 1});
    all.tokens_.emplace_back(token);
  }
  if (all.empty()) return fail(ErrorCode::malformed, "expected a token a line, and found none", {file.string()});
  return all;
}

bool ReporterTokens::match(std::string_view authorization) const noexcept {
  if (authorization.size() < kScheme.size() ||
      !std::ranges::equal(authorization.substr(0, kScheme.size()), kScheme, {}, lower))
    return false;
  const auto told = authorization.substr(kScheme.size());
  bool found = false;
  for (const auto& token : tokens_)
    if (token.size() == told.size()) found |= CRYPTO_memcmp(token.data(), told.data(), told.size()) == 0;
  return found;
}

}  // namespace harbinger::persona
