#include "wire/hmac.h"

#include <array>
#include <stdexcept>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "wire/octets.h"

namespace harbinger::wire {

namespace {

// Looking an algorithm up takes longer than a MAC of a small message, so it is done once.
EVP_MAC* hmac() {
  static EVP_MAC* const the_hmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  return the_hmac;
}

const char* digest_of(TsigAlgorithm algorithm) {
  constexpr std::array<const char*, 4> kDigests{"SHA224", "SHA256", "SHA384", "SHA512"};
  return kDigests[static_cast<std::size_t>(algorithm)];
}

// Only a system without HMAC or memory comes here.
void require(bool done) {
  if (!done) throw std::runtime_error("OpenSSL makes no HMAC");
}

}  // namespace

void Hmac::Free::operator()(evp_mac_ctx_st* context) const { EVP_MAC_CTX_free(context); }

Hmac::Hmac(const TsigKey& key) : context_(EVP_MAC_CTX_new(hmac())) {
  const std::array parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>(digest_of(key.algorithm)), 0),
      OSSL_PARAM_construct_end()};
  require(context_ && EVP_MAC_init(context_.get(), key.secret.data(), key.secret.size(), parameters.data()) == 1);
}

Hmac& Hmac::add(std::span<const std::uint8_t> octets) {
  require(EVP_MAC_update(context_.get(), octets.data(), octets.size()) == 1);
  return *this;
}

Hmac& Hmac::add_u16(std::uint16_t value) {
  std::array<std::uint8_t, 2> octets;
  store_u16(octets.data(), value);
  return add(octets);
}

Hmac& Hmac::add_u32(std::uint32_t value) {
  std::array<std::uint8_t, 4> octets;
  store_u32(octets.data(), value);
  return add(octets);
}

std::vector<std::uint8_t> Hmac::finish() {
  std::vector<std::uint8_t> mac(EVP_MAX_MD_SIZE);
  std::size_t size = 0;
  require(EVP_MAC_final(context_.get(), mac.data(), &size, mac.size()) == 1);
  mac.resize(size);
  return mac;
}

bool equal_in_constant_time(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace harbinger::wire
