// Keys out of text and files.
#include <harbinger/tsig.h>

#include <algorithm>
#include <array>

#include "base/read_file.h"
#include "base/token_lines.h"
#include "wire/base_codecs.h"
#include "wire/text.h"

namespace harbinger {

namespace {

constexpr std::array<std::string_view, 4> kAlgorithms{"hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512"};
constexpr std::array<std::size_t, 4> kMacSizes{28, 32, 48, 64};
constexpr std::size_t kShortestSecret = 16;

std::unexpected<Error> malformed(std::string what) { return fail(ErrorCode::malformed, std::move(what)); }

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [&](auto word) { return wire::equal_without_case(text, word); });
}

// Cuts the text in front of the next colon off; nullopt when there is none.
std::optional<std::string_view> take_part(std::string_view& text) {
  const auto colon = text.find(':');
  if (colon == text.npos) return std::nullopt;
  const auto part = text.substr(0, colon);
  text.remove_prefix(colon + 1);
  return part;
}

Result<std::vector<std::uint8_t>> read_key_secret(std::string_view text) {
  auto secret = wire::decode_base64(text);
  if (!secret) return malformed("the secret of a key is base64, with its padding");
  if (secret->size() < kShortestSecret)
    return malformed("the secret of a key has at least " + std::to_string(kShortestSecret) +
                     " octets; `tsig-keygen` or `keymgr -t NAME` makes a good one");
  return std::move(*secret);
}

bool everybody_may_read(const std::filesystem::path& file) {
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  return !error && (status.permissions() & std::filesystem::perms::others_read) != std::filesystem::perms::none;
}

Result<void> add_line(TsigKeys& keys, const TokenLine& line) {
  if (!line.more.empty()) return malformed("a key has no spaces: `[algorithm:]name:secret`");
  auto key = TsigKey::parse(line.token);
  if (!key) return fail(key.error());
  return keys.add(std::move(*key));
}

}  // namespace

std::string_view to_string(TsigAlgorithm algorithm) { return kAlgorithms[static_cast<std::size_t>(algorithm)]; }

std::size_t mac_size(TsigAlgorithm algorithm) { return kMacSizes[static_cast<std::size_t>(algorithm)]; }

Result<TsigAlgorithm> parse_tsig_algorithm(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  for (std::size_t i = 0; i < kAlgorithms.size(); ++i) {
    if (wire::equal_without_case(text, kAlgorithms[i])) return static_cast<TsigAlgorithm>(i);
  }
  const std::string right = "; hmac-sha256, hmac-sha384, hmac-sha512 and hmac-sha224 are";
  if (is_one_of(text, {"hmac-md5", "hmac-md5.sig-alg.reg.int", "hmac-sha1"}))
    return fail(ErrorCode::unsupported, std::string(text) + " is not taken, its hash is broken" + right);
  if (is_one_of(text, {"hmac-sha256-128", "hmac-sha384-192", "hmac-sha512-256", "gss-tsig"}))
    return fail(ErrorCode::unsupported, std::string(text) + " is not taken" + right);
  return fail(ErrorCode::unknown, "there is no algorithm of that name" + right);
}

Result<TsigKey> TsigKey::parse(std::string_view text) {
  const auto first = take_part(text);
  if (!first) return malformed("a key is `[algorithm:]name:secret`");
  const auto second = take_part(text);
  const auto algorithm = second ? parse_tsig_algorithm(*first) : TsigAlgorithm::hmac_sha256;
  if (!algorithm) return fail(algorithm.error());
  const auto name = Name::parse(second ? *second : *first);
  if (!name) return malformed("the name of a key is a domain name: " + name.error().message);
  if (name->is_root()) return malformed("a key has a name");
  auto secret = read_key_secret(text);
  if (!secret) return fail(secret.error());
  return TsigKey{*name, *algorithm, std::move(*secret)};
}

std::expected<TsigKeys, std::vector<Error>> TsigKeys::read(const std::filesystem::path& file) {
  const auto text = read_file(file, "the file of keys");
  if (!text) return std::unexpected(std::vector{text.error()});
  if (everybody_may_read(file)) {
    const Error open{ErrorCode::denied, "everybody may read the secrets in this file; `chmod o-r` it", {file.string()}};
    return std::unexpected(std::vector{open});
  }
  return parse(*text, file);
}

std::expected<TsigKeys, std::vector<Error>> TsigKeys::parse(std::string_view text, const std::filesystem::path& file) {
  TsigKeys keys;
  std::vector<Error> errors;
  for (const auto& line : token_lines(text, file)) {
    const auto added = add_line(keys, line);
    if (!added) errors.push_back({added.error().code, added.error().message, line.at});
  }
  if (!errors.empty()) return std::unexpected(std::move(errors));
  return keys;
}

Result<void> TsigKeys::add(TsigKey key) {
  const Name name = key.name;
  const bool added = keys_.try_emplace(name, std::make_shared<const TsigKey>(std::move(key))).second;
  if (!added) return fail(ErrorCode::conflict, "there are two keys " + name.to_string() + "; one name has one secret");
  return {};
}

std::shared_ptr<const TsigKey> TsigKeys::find(const Name& name) const {
  const auto found = keys_.find(name);
  return found == keys_.end() ? nullptr : found->second;
}

}  // namespace harbinger
