#include "persona/rpc/tokens.h"

#include <array>
#include <utility>

namespace harbinger::persona {

namespace {

using Words = std::array<std::string_view, 2>;

Words words_with(std::string_view everything) { return {everything, "report"}; }

}  // namespace

Result<Tokens> Tokens::parse(std::string_view text, const std::filesystem::path& file, std::string_view everything) {
  const auto words = words_with(everything);
  auto tokens = net::ScopedTokens::parse(text, file, {words});
  if (!tokens) return fail(tokens.error());
  return Tokens(std::move(*tokens));
}

Result<Tokens> Tokens::load(const std::filesystem::path& file, std::string_view everything) {
  const auto words = words_with(everything);
  auto tokens = net::ScopedTokens::load(file, {words});
  if (!tokens) return fail(tokens.error());
  return Tokens(std::move(*tokens));
}

Result<std::optional<Tokens>> Tokens::load_any(const std::optional<std::filesystem::path>& file,
                                               std::string_view everything) {
  if (!file) return std::nullopt;
  auto tokens = load(*file, everything);
  if (!tokens) return fail(tokens.error());
  return std::move(*tokens);
}

std::optional<Scope> Tokens::scope_of(std::string_view token) const {
  const auto holder = tokens_.find(token);
  if (!holder) return std::nullopt;
  return holder->scope == 0 ? Scope::everything : Scope::report;
}

}  // namespace harbinger::persona
