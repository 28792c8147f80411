#pragma once
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

#include "base/crypto.h"

namespace alarum::ingest {

/// A key pair of our own with a certificate, for messages that no vendor signed: valid from an hour
/// before `now` until `good_for` after it.
class KeyPair {
 public:
  enum class Kind { rsa, ec };
  explicit KeyPair(std::chrono::sys_seconds now,
                   std::chrono::seconds good_for = std::chrono::hours(1), Kind kind = Kind::rsa)
      : key_(kind == Kind::rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256"), EVP_PKEY_free) {
    const std::unique_ptr<X509, void (*)(X509*)> certificate(X509_new(), X509_free);
    const auto at = now.time_since_epoch().count();
    ASN1_TIME_set(X509_getm_notBefore(certificate.get()), at - 3600);
    ASN1_TIME_set(X509_getm_notAfter(certificate.get()), at + good_for.count());
    X509_set_pubkey(certificate.get(), key_.get());
    X509_sign(certificate.get(), key_.get(), EVP_sha256());
    const std::unique_ptr<BIO, int (*)(BIO*)> bio(BIO_new(BIO_s_mem()), BIO_free);
    PEM_write_bio_X509(bio.get(), certificate.get());
    char* bytes = nullptr;
    const auto size = BIO_get_mem_data(bio.get(), &bytes);
    pem_.assign(bytes, static_cast<std::size_t>(size));
  }

  const std::string& pem() const { return pem_; }
  /// base64.
  std::string sign(const std::string& text, const EVP_MD* digest = EVP_sha256()) const {
    const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(),
                                                                     EVP_MD_CTX_free);
    EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key_.get());
    std::string out(512, '\0');
    std::size_t size = out.size();
    EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                   reinterpret_cast<const unsigned char*>(text.data()), text.size());
    return base64(std::string_view(out).substr(0, size));
  }

 private:
  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key_;
  std::string pem_;
};

}  // namespace alarum::ingest
