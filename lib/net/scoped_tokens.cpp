#include "net/scoped_tokens.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>

#include "base/read_file.h"

namespace harbinger::net {

namespace {

constexpr std::size_t kLongestName = 64;
constexpr std::string_view kSpace = " \t\r";

std::array<std::uint8_t, 32> digest_of(std::string_view token) {
  std::array<std::uint8_t, 32> digest{};
  EVP_Digest(token.data(), token.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  return digest;
}

// `read`, or `read` with each further one after `or`.
std::string choice_of(const ScopedTokens::Grammar& grammar, std::string_view before = {}) {
  std::string text;
  for (const auto scope : grammar.scopes)
    text += (text.empty() ? "`" : " or `") + std::string(before) + std::string(scope) + "`";
  return text;
}

// A name stands in logs and in JSON as it is.
bool is_name(std::string_view name) {
  return name.size() <= kLongestName &&
         std::ranges::all_of(name, [](char each) { return each >= ' ' && each < 0x7f && each != '"' && each != '\\'; });
}

}  // namespace

// Never the token itself in a message: they end up in logs.
Result<void> ScopedTokens::add(const TokenLine& line, const Grammar& grammar) {
  if (line.token.size() < kShortest || !line.printable())
    return fail(ErrorCode::malformed, "a token needs at least 16 printable characters", line.at);
  const auto word = std::string_view(line.more).substr(0, line.more.find_first_of(kSpace));
  const auto scope = std::ranges::find(grammar.scopes, word);
  if (scope == grammar.scopes.end())
    return fail(ErrorCode::unknown, "a token is followed by its scope, " + choice_of(grammar), line.at);
  auto name = std::string_view(line.more).substr(word.size());
  name.remove_prefix(std::min(name.find_first_not_of(kSpace), name.size()));
  if (!grammar.named && !name.empty()) return fail(ErrorCode::malformed, "one token and one scope a line", line.at);
  if (!is_name(name))
    return fail(ErrorCode::malformed, "a name has at most 64 printable characters, without quotes and backslashes",
                line.at);
  const auto digest = digest_of(line.token);
  if (std::ranges::find(entries_, digest, &Entry::digest) != entries_.end())
    return fail(ErrorCode::conflict, "this token stands in the file twice", line.at);
  entries_.push_back({digest, {static_cast<std::size_t>(scope - grammar.scopes.begin()), std::string(name)}});
  return {};
}

Result<ScopedTokens> ScopedTokens::parse(std::string_view text, const std::filesystem::path& file,
                                         const Grammar& grammar) {
  ScopedTokens tokens;
  for (const auto& line : token_lines(text, file))
    if (auto added = tokens.add(line, grammar); !added) return fail(added.error());
  if (tokens.entries_.empty())
    return fail(ErrorCode::malformed, "no tokens: write lines " + choice_of(grammar, "TOKEN "), {file.string()});
  return tokens;
}

Result<ScopedTokens> ScopedTokens::load(const std::filesystem::path& file, const Grammar& grammar) {
  const auto text = read_file(file, "the file of tokens");
  if (!text) return fail(text.error());
  return parse(*text, file, grammar);
}

Result<std::optional<ScopedTokens>> ScopedTokens::load_any(const std::optional<std::filesystem::path>& file,
                                                           const Grammar& grammar) {
  if (!file) return std::nullopt;
  auto tokens = load(*file, grammar);
  if (!tokens) return fail(tokens.error());
  return std::move(*tokens);
}

std::optional<ScopedTokens::Holder> ScopedTokens::find(std::string_view token) const {
  const auto digest = digest_of(token);
  const Entry* found = nullptr;
  for (const auto& entry : entries_)
    if (CRYPTO_memcmp(entry.digest.data(), digest.data(), digest.size()) == 0) found = &entry;
  if (found == nullptr) return std::nullopt;
  return found->holder;
}

}  // namespace harbinger::net
