#include "net/pem.h"

#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

#include "base/read_file.h"

namespace harbinger::net {

namespace {

template <auto free_it>
struct Free {
  template <class T>
  void operator()(T* object) const {
    free_it(object);
  }
};
using Bio = std::unique_ptr<BIO, Free<BIO_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;

Bio bio_of(const std::string& text) { return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

Certificate read_certificate(const std::string& text) {
  return Certificate(PEM_read_bio_X509(bio_of(text).get(), nullptr, nullptr, nullptr));
}

// A key with a password is refused; without this, OpenSSL would ask for it on the terminal.
int no_password(char*, int, int, void*) { return -1; }

Key read_key(const std::string& text) {
  return Key(PEM_read_bio_PrivateKey(bio_of(text).get(), nullptr, no_password, nullptr));
}

Result<std::string> text_of(const std::optional<std::filesystem::path>& file, const char* what) {
  if (!file) return std::string();
  return read_file(*file, std::string("the ") + what);
}

std::unexpected<Error> is_no(const char* what, const std::filesystem::path& file) {
  return fail(ErrorCode::malformed, file.string() + " is no " + what + " in PEM");
}

}  // namespace

Result<Pem> load_pem(const std::optional<std::filesystem::path>& certificate,
                     const std::optional<std::filesystem::path>& key, const std::optional<std::filesystem::path>& ca) {
  if (certificate.has_value() != key.has_value())
    return fail(ErrorCode::conflict, "a certificate and its key go together; one of them is missing");
  auto certificate_text = text_of(certificate, "certificate"), key_text = text_of(key, "key"),
       ca_text = text_of(ca, "CA certificate");
  for (const auto* text : {&certificate_text, &key_text, &ca_text})
    if (!*text) return fail(text->error());
  if (ca && !read_certificate(*ca_text)) return is_no("certificate", *ca);
  if (certificate) {
    const auto own = read_certificate(*certificate_text);
    if (!own) return is_no("certificate", *certificate);
    const auto own_key = read_key(*key_text);
    if (!own_key) return is_no("key without a password", *key);
    if (X509_check_private_key(own.get(), own_key.get()) != 1)
      return fail(ErrorCode::conflict, key->string() + " is not the key of " + certificate->string());
  }
  return Pem{std::move(*certificate_text), std::move(*key_text), std::move(*ca_text)};
}

}  // namespace harbinger::net
