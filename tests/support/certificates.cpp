#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>

#include "tests/support/certificates.h"

namespace harbinger::test {

namespace {

struct Free {
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
};
using Certificate = std::unique_ptr<X509, Free>;
using Key = std::unique_ptr<EVP_PKEY, Free>;

void must(bool fine) {
  if (!fine) throw std::runtime_error("OpenSSL does not make certificates");
}

void add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, Free> extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  must(extension && X509_add_ext(certificate, extension.get(), -1) == 1);
}

Certificate make(EVP_PKEY* key, const std::string& name, X509* issuer, EVP_PKEY* issuer_key) {
  Certificate certificate(X509_new());
  auto* made = certificate.get();
  X509_set_version(made, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made), issuer ? 2 : 1);
  X509_gmtime_adj(X509_getm_notBefore(made), -3600);
  X509_gmtime_adj(X509_getm_notAfter(made), 3600);
  X509_set_pubkey(made, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(made, X509_get_subject_name(issuer ? issuer : made));
  if (issuer)
    add_extension(made, issuer, NID_subject_alt_name, "DNS:" + name);
  else
    add_extension(made, made, NID_basic_constraints, "critical,CA:TRUE");
  must(X509_sign(made, issuer ? issuer_key : key, EVP_sha256()) > 0);
  return certificate;
}

template <class Put>
std::filesystem::path put(const Scratch& folder, const std::string& file, Put put_it) {
  const std::unique_ptr<BIO, Free> bio(BIO_new(BIO_s_mem()));
  must(put_it(bio.get()) == 1);
  char* text = nullptr;
  const auto octets = BIO_get_mem_data(bio.get(), &text);
  return folder.write(file, std::string_view(text, static_cast<std::size_t>(octets)));
}

Identity put(const Scratch& folder, const std::string& name, X509* certificate, EVP_PKEY* key) {
  return {put(folder, name + ".pem", [&](BIO* bio) { return PEM_write_bio_X509(bio, certificate); }),
          put(folder, name + ".key",
              [&](BIO* bio) { return PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr); })};
}

}  // namespace

struct Authority::Impl {
  Key key;
  Certificate certificate;
};

Authority::Authority(const Scratch& folder, const std::string& name) : folder_(folder), impl_(new Impl) {
  impl_->key.reset(EVP_EC_gen("P-256"));
  impl_->certificate = make(impl_->key.get(), name, nullptr, nullptr);
  identity_ = put(folder, name, impl_->certificate.get(), impl_->key.get());
}

Authority::~Authority() { delete impl_; }

Identity Authority::sign(const std::string& name) const {
  const Key key(EVP_EC_gen("P-256"));
  const auto certificate = make(key.get(), name, impl_->certificate.get(), impl_->key.get());
  return put(folder_, impl_->certificate ? identity_.certificate.stem().string() + "-" + name : name, certificate.get(),
             key.get());
}

}  // namespace harbinger::test
