#include "persona/rpc/tokens.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>

namespace harbinger::persona {

namespace {

std::array<std::uint8_t, 32> digest_of(std::string_view token) {
  std::array<std::uint8_t, 32> digest{};
  EVP_Digest(token.data(), token.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  return digest;
}

std::optional<Scope> parse_scope(std::string_view word, std::string_view everything) {
  if (word == everything) return Scope::everything;
  if (word == "report") return Scope::report;
  return std::nullopt;
}

}  // namespace

Result<Tokens> Tokens::of(const std::vector<TokenLine>& lines, const std::filesystem::path& file,
                          std::string_view everything) {
  const auto word = "`" + std::string(everything) + "`";
  Tokens tokens;
  for (const auto& line : lines) {
    // Never the token itself: messages end up in logs.
    if (line.token.size() < kShortest || !line.printable())
      return fail(ErrorCode::malformed, "a token needs at least 16 printable characters", line.at);
    const auto scope = parse_scope(line.more.substr(0, line.more.find_first_of(" \t\r")), everything);
    if (!scope) return fail(ErrorCode::unknown, "a token is followed by its scope, " + word + " or `report`", line.at);
    if (line.more.find_first_of(" \t\r") != std::string::npos)
      return fail(ErrorCode::malformed, "one token and one scope a line", line.at);
    const auto digest = digest_of(line.token);
    if (std::ranges::find(tokens.entries_, digest, &Entry::digest) != tokens.entries_.end())
      return fail(ErrorCode::conflict, "this token stands in the file twice", line.at);
    tokens.entries_.push_back({digest, *scope});
  }
  if (tokens.entries_.empty())
    return fail(ErrorCode::malformed,
                "no tokens: write lines `TOKEN " + std::string(everything) + "` or `TOKEN report`", {file.string()});
  return tokens;
}

Result<Tokens> Tokens::parse(std::string_view text, const std::filesystem::path& file, std::string_view everything) {
  return of(token_lines(text, file), file, everything);
}

Result<Tokens> Tokens::load(const std::filesystem::path& file, std::string_view everything) {
  const auto lines = read_token_lines(file);
  if (!lines) return fail(lines.error());
  return of(*lines, file, everything);
}

std::optional<Scope> Tokens::scope_of(std::string_view token) const {
  const auto digest = digest_of(token);
  std::optional<Scope> scope;
  for (const auto& entry : entries_)
    if (CRYPTO_memcmp(entry.digest.data(), digest.data(), digest.size()) == 0) scope = entry.scope;
  return scope;
}

}  // namespace harbinger::persona
