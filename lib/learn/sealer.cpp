#include "learn/sealer.h"

#include <new>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <harbinger/random.h>

#include "learn/octets.h"

namespace harbinger::learn {

SealingKey derive_key(const Secret& secret, std::string_view purpose, std::span<const std::uint8_t> data) {
  std::vector<std::uint8_t> message(purpose.begin(), purpose.end());
  message.insert(message.end(), data.begin(), data.end());
  SealingKey key;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), message.data(), message.size(), key.data(),
       nullptr);
  return key;
}

SealingNonce random_nonce() {
  SealingNonce nonce;
  put_fixed(nonce.data() + 4, system_random().next());
  put_fixed(nonce.data(), static_cast<std::uint32_t>(system_random().next()));
  return nonce;
}

struct Sealer::Context {
  EVP_CIPHER_CTX* cipher = EVP_CIPHER_CTX_new();
  SealingKey key{};
  ~Context() {
    EVP_CIPHER_CTX_free(cipher);
    OPENSSL_cleanse(key.data(), key.size());
  }
};

Sealer::Sealer(const SealingKey& key) : context_(std::make_unique<Context>()) {
  if (!context_->cipher) throw std::bad_alloc();
  context_->key = key;
}
Sealer::~Sealer() = default;
Sealer::Sealer(Sealer&&) noexcept = default;
Sealer& Sealer::operator=(Sealer&&) noexcept = default;

void Sealer::seal(const SealingNonce& nonce, std::span<const std::uint8_t> beside, std::span<const std::uint8_t> data,
                  std::vector<std::uint8_t>& out) {
  const auto at = out.size();
  out.resize(at + data.size() + kTag);
  auto* const cipher = context_->cipher;
  int done = 0;
  const bool sealed =
      EVP_EncryptInit_ex(cipher, EVP_chacha20_poly1305(), nullptr, context_->key.data(), nonce.data()) == 1 &&
      EVP_EncryptUpdate(cipher, nullptr, &done, beside.data(), static_cast<int>(beside.size())) == 1 &&
      EVP_EncryptUpdate(cipher, out.data() + at, &done, data.data(), static_cast<int>(data.size())) == 1 &&
      EVP_EncryptFinal_ex(cipher, out.data() + at + data.size(), &done) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, kTag, out.data() + at + data.size()) == 1;
  if (!sealed) throw std::bad_alloc();  // the only way in which sealing can fail
}

bool Sealer::open(const SealingNonce& nonce, std::span<const std::uint8_t> beside, std::span<std::uint8_t> sealed) {
  auto* const cipher = context_->cipher;
  auto* const tag = sealed.data() + sealed.size() - kTag;
  int done = 0;
  return EVP_DecryptInit_ex(cipher, EVP_chacha20_poly1305(), nullptr, context_->key.data(), nonce.data()) == 1 &&
         EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, kTag, tag) == 1 &&
         EVP_DecryptUpdate(cipher, nullptr, &done, beside.data(), static_cast<int>(beside.size())) == 1 &&
         EVP_DecryptUpdate(cipher, sealed.data(), &done, sealed.data(), static_cast<int>(sealed.size() - kTag)) == 1 &&
         EVP_DecryptFinal_ex(cipher, sealed.data() + done, &done) == 1;
}

}  // namespace harbinger::learn
