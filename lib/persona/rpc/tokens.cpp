#include "persona/rpc/tokens.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace harbinger::persona {

namespace {

std::array<std::uint8_t, 32> digest_of(std::string_view token) {
  std::array<std::uint8_t, 32> digest{};
  EVP_Digest(token.data(), token.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  return digest;
}

std::string_view next_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(" \t\r"), line.size()));
  const auto word = line.substr(0, line.find_first_of(" \t\r"));
  line.remove_prefix(word.size());
  return word;
}

bool is_printable(std::string_view word) {
  return std::ranges::all_of(word, [](char c) { return c > ' ' && c < 127; });
}

std::optional<Scope> parse_scope(std::string_view word) {
  if (word == "assign") return Scope::assign;
  if (word == "report") return Scope::report;
  return std::nullopt;
}

}  // namespace

Result<Tokens> Tokens::parse(std::string_view text, const std::filesystem::path& file) {
  Tokens tokens;
  Position at{file.string(), 0, 0};
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    auto line = text.substr(begin, end - begin);
    line = line.substr(0, line.find('#'));
    begin = end + 1;
    ++at.line;
    const auto token = next_word(line), scope_word = next_word(line);
    if (token.empty()) continue;
    // Never the token itself: messages end up in logs.
    if (token.size() < kShortest || !is_printable(token))
      return fail(ErrorCode::malformed, "a token needs at least 16 printable characters", at);
    const auto scope = parse_scope(scope_word);
    if (!scope) return fail(ErrorCode::unknown, "a token is followed by its scope, `assign` or `report`", at);
    if (!next_word(line).empty()) return fail(ErrorCode::malformed, "one token and one scope a line", at);
    const auto digest = digest_of(token);
    if (std::ranges::find(tokens.entries_, digest, &Entry::digest) != tokens.entries_.end())
      return fail(ErrorCode::conflict, "this token stands in the file twice", at);
    tokens.entries_.push_back({digest, *scope});
  }
  if (tokens.entries_.empty())
    return fail(ErrorCode::malformed, "no tokens: write lines `TOKEN assign` or `TOKEN report`", {file.string()});
  return tokens;
}

Result<Tokens> Tokens::load(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) return fail(ErrorCode::not_found, "cannot read the file of tokens " + file.string());
  return parse(std::string(std::istreambuf_iterator<char>(in), {}), file);
}

std::optional<Scope> Tokens::scope_of(std::string_view token) const {
  const auto digest = digest_of(token);
  std::optional<Scope> scope;
  for (const auto& entry : entries_)
    if (CRYPTO_memcmp(entry.digest.data(), digest.data(), digest.size()) == 0) scope = entry.scope;
  return scope;
}

}  // namespace harbinger::persona
