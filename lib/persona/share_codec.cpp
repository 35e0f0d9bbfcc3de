#include "persona/share_codec.h"

#include <openssl/evp.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "learn/octets.h"

namespace harbinger::persona {

namespace {

using learn::get_fixed;
using learn::put_fixed;

constexpr char kFormat = 1;
constexpr std::size_t kStampAt = 2, kPublisherAt = 10, kSumAt = 18, kSumSize = 16;
constexpr std::size_t kAssignmentSize = 8 + 8 + 4 + 1 + std::tuple_size_v<PersonaToken>;
constexpr std::size_t kMostName = 64;
static_assert(kSumAt + kSumSize == kValueHeader);

const std::uint8_t* octets_of(std::string_view text) { return reinterpret_cast<const std::uint8_t*>(text.data()); }
std::uint8_t* octets_of(std::string& text) { return reinterpret_cast<std::uint8_t*>(text.data()); }

// Highest octet first, as the script reads it.
std::uint64_t get_big(std::string_view from) { return std::byteswap(get_fixed<std::uint64_t>(octets_of(from))); }

// A context and the algorithm are found once for each thread: both cost more than the hash of an assignment.
class Sha1 {
 public:
  Sha1() : context_(EVP_MD_CTX_new()), algorithm_(EVP_MD_fetch(nullptr, "SHA1", nullptr)) {}
  ~Sha1() {
    EVP_MD_CTX_free(context_);
    EVP_MD_free(algorithm_);
  }
  Sha1(const Sha1&) = delete;
  Sha1& operator=(const Sha1&) = delete;

  /// The first 8 octets, in hexadecimal digits.
  std::string sum(std::string_view head, std::string_view body) {
    std::uint8_t digest[EVP_MAX_MD_SIZE] = {};
    EVP_DigestInit_ex2(context_, algorithm_, nullptr);
    EVP_DigestUpdate(context_, head.data(), head.size());
    EVP_DigestUpdate(context_, body.data(), body.size());
    EVP_DigestFinal_ex(context_, digest, nullptr);
    return hex_of(std::byteswap(get_fixed<std::uint64_t>(digest)));
  }

 private:
  EVP_MD_CTX* context_;
  EVP_MD* algorithm_;
};

std::string check_sum(std::string_view value) {
  thread_local Sha1 sha1;
  return sha1.sum(value.substr(0, kSumAt), value.substr(kValueHeader));
}

}  // namespace

std::string hex_of(std::uint64_t number) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(16, '0');
  for (std::size_t i = text.size(); i-- > 0; number >>= 4) text[i] = kDigits[number & 15];
  return text;
}

std::string seal_value(ValueKind kind, const SharedValue& value) {
  std::string octets(kValueHeader, '\0');
  octets[0] = static_cast<char>(kind);
  octets[1] = kFormat;
  put_fixed(octets_of(octets) + kStampAt, std::byteswap(value.stamp));
  put_fixed(octets_of(octets) + kPublisherAt, value.publisher);
  octets.append(reinterpret_cast<const char*>(value.body.data()), value.body.size());
  octets.replace(kSumAt, kSumSize, check_sum(octets));
  return octets;
}

std::optional<SharedValue> open_value(ValueKind kind, std::string_view octets) {
  if (octets.size() < kValueHeader || octets[0] != static_cast<char>(kind) || octets[1] != kFormat) return std::nullopt;
  if (octets.substr(kSumAt, kSumSize) != check_sum(octets)) return std::nullopt;
  return SharedValue{.stamp = get_big(octets.substr(kStampAt)),
                     .publisher = get_fixed<std::uint64_t>(octets_of(octets) + kPublisherAt),
                     .body = {octets_of(octets) + kValueHeader, octets.size() - kValueHeader}};
}

std::string encode_assignment(const PersonaAssignment& assignment) {
  std::string body(kAssignmentSize, '\0');
  std::uint8_t* to = octets_of(body);
  to = put_fixed(to, assignment.client);
  to = put_fixed(to, static_cast<std::uint64_t>(assignment.expires));
  to = put_fixed(to, std::bit_cast<std::uint32_t>(assignment.confidence));
  *to++ = assignment.persona;
  std::ranges::copy(assignment.token, to);
  return body;
}

std::optional<PersonaAssignment> decode_assignment(std::span<const std::uint8_t> body) {
  if (body.size() != kAssignmentSize) return std::nullopt;
  PersonaAssignment assignment;
  assignment.client = get_fixed<std::uint64_t>(body.data());
  assignment.expires = static_cast<UnixMillis>(get_fixed<std::uint64_t>(body.data() + 8));
  assignment.confidence = std::bit_cast<float>(get_fixed<std::uint32_t>(body.data() + 16));
  assignment.persona = body[20];
  std::ranges::copy(body.subspan(21), assignment.token.begin());
  const bool sound = assignment.client != 0 && assignment.confidence >= 0 && assignment.confidence <= 1;
  return sound ? std::optional(assignment) : std::nullopt;
}

std::string encode_table_news(const TableNews& news) {
  std::string octets(8, '\0');
  put_fixed(octets_of(octets), news.publisher);
  return octets.append(news.name);
}

std::optional<TableNews> decode_table_news(std::string_view octets) {
  if (octets.size() < 8 || !is_table_name(octets.substr(8))) return std::nullopt;
  return TableNews{get_fixed<std::uint64_t>(octets_of(octets)), octets.substr(8)};
}

bool is_table_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  };
  return !name.empty() && name.size() <= kMostName && std::ranges::all_of(name, fits);
}

}  // namespace harbinger::persona
