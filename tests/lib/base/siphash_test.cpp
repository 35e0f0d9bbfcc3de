#include "base/siphash.h"

#include <catch2/catch.hpp>
#include <numeric>
#include <vector>

#include <openssl/core_names.h>
#include <openssl/evp.h>

using namespace harbinger;

namespace {

std::array<std::uint8_t, 16> counting_key() {
  std::array<std::uint8_t, 16> key;
  std::iota(key.begin(), key.end(), std::uint8_t{0});
  return key;
}

std::vector<std::uint8_t> counting(std::size_t size) {
  std::vector<std::uint8_t> data(size);
  std::iota(data.begin(), data.end(), std::uint8_t{0});
  return data;
}

// Somebody else's SipHash: OpenSSL's, result in octets, lowest first.
std::uint64_t by_openssl(std::span<const std::uint8_t, 16> key, std::span<const std::uint8_t> data) {
  std::uint64_t result = 0;
  std::size_t size = 8, written = 0;
  OSSL_PARAM params[] = {OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size), OSSL_PARAM_construct_end()};
  EVP_MAC* mac = EVP_MAC_fetch(nullptr, "SIPHASH", nullptr);
  EVP_MAC_CTX* context = EVP_MAC_CTX_new(mac);
  REQUIRE(EVP_MAC_init(context, key.data(), key.size(), params) == 1);
  EVP_MAC_update(context, data.data(), data.size());
  EVP_MAC_final(context, reinterpret_cast<std::uint8_t*>(&result), &written, sizeof result);
  EVP_MAC_CTX_free(context);
  EVP_MAC_free(mac);
  REQUIRE(written == 8);
  return std::endian::native == std::endian::little ? result : std::byteswap(result);
}

}  // namespace

TEST_CASE("SipHash-2-4 gives the example of its paper") {
  CHECK(siphash24(sip_key(counting_key()), counting(15)) == 0xa129ca6149be45e5);
}

TEST_CASE("SipHash-2-4 agrees with OpenSSL for every length") {
  const auto key = counting_key();
  for (std::size_t size = 0; size <= 300; ++size)
    CHECK(siphash24(sip_key(key), counting(size)) == by_openssl(key, counting(size)));
}
