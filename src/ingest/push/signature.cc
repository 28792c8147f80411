#include "ingest/push/signature.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

#include "base/crypto.h"

namespace alarum::ingest {
namespace {

template <auto Free>
struct Freed {
  void operator()(auto* pointer) const { Free(pointer); }
};
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;

Certificate certificate_of(std::string_view pem) {
  const std::unique_ptr<BIO, Freed<BIO_free>> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return Certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

bool is_valid_at(X509* certificate, Time now) {
  auto seconds = static_cast<time_t>(std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count());
  return X509_cmp_time(X509_get0_notBefore(certificate), &seconds) < 0 && X509_cmp_time(X509_get0_notAfter(certificate), &seconds) > 0;
}

}  // namespace

Result<void> verify_rsa(std::string_view pem, Digest digest, std::string_view text, std::string_view signature, Time now) {
  const auto certificate = certificate_of(pem);
  ERR_clear_error();  // what OpenSSL noted belongs to no later call on this thread
  auto* const key = certificate ? X509_get0_pubkey(certificate.get()) : nullptr;
  if (!key || EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA) return fail("bad_certificate", "what was fetched is no certificate with an RSA key");
  if (!is_valid_at(certificate.get(), now)) return fail("bad_certificate", "the certificate is not valid today");
  const auto raw = unbase64(signature);
  if (!raw) return fail("bad_signature", "the signature is not base64");
  const std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
  const auto* const hash = digest == Digest::sha1 ? EVP_sha1() : EVP_sha256();
  const bool right = EVP_DigestVerifyInit(context.get(), nullptr, hash, nullptr, key) == 1 &&
                     EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(raw->data()), raw->size(), reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
  ERR_clear_error();
  return right ? Result<void>() : fail("bad_signature", "the signature does not fit the message");
}

}  // namespace alarum::ingest
