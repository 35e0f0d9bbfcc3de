#include "persona/reporter_tokens.h"

#include <algorithm>

#include <openssl/crypto.h>

#include "base/token_lines.h"

namespace harbinger::persona {

namespace {

constexpr std::string_view kScheme = "bearer ";

char lower(char each) { return each >= 'A' && each <= 'Z' ? static_cast<char>(each + 32) : each; }

}  // namespace

Result<ReporterTokens> ReporterTokens::load(const std::filesystem::path& file) {
  const auto lines = read_token_lines(file);
  if (!lines) return fail(lines.error());
  ReporterTokens all;
  for (const auto& line : *lines) {
    if (line.token.size() < kShortest || !line.printable() || !line.more.empty())
      return fail(ErrorCode::malformed, "a token has at least 16 characters, printable ones without spaces", line.at);
    all.tokens_.push_back(line.token);
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
