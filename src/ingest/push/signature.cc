#include "ingest/push/signature.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include <ctime>
#include <memory>
#include <optional>

#include "base/crypto.h"
#include "ingest/push/x509.h"

namespace alarum::ingest {
namespace {

Certificate certificate_of(std::string_view pem) {
  auto found = certificates_of(pem, 1);
  return found.empty() ? nullptr : std::move(found.front());
}

std::optional<std::time_t> seconds_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
  return timegm(&parts);
}

Result<Time> valid_until(X509* certificate, Time now) {
  auto* const key = certificate ? X509_get0_pubkey(certificate) : nullptr;
  if (!key || EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA)
    return fail("bad_certificate", "what was fetched is no certificate with an RSA key");
  const auto from = seconds_of(X509_get0_notBefore(certificate)),
             until = seconds_of(X509_get0_notAfter(certificate));
  const auto at = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  if (!from || !until || at < *from || at >= *until)
    return fail("bad_certificate", "the certificate is not valid today");
  return Time(std::chrono::seconds(*until));
}

}  // namespace

Result<Time> valid_until(std::string_view pem, Time now) {
  const auto certificate = certificate_of(pem);
  auto until = valid_until(certificate.get(), now);
  ERR_clear_error();  // what OpenSSL noted belongs to no later call on this thread
  return until;
}

Result<void> verify_rsa(std::string_view pem, Digest digest, std::string_view text,
                        std::string_view signature, Time now) {
  const auto certificate = certificate_of(pem);
  const auto valid = valid_until(certificate.get(), now);
  ERR_clear_error();
  if (!valid) return std::unexpected(valid.error());
  auto* const key = X509_get0_pubkey(certificate.get());
  const auto raw = unbase64(signature);
  if (!raw) return fail("bad_signature", "the signature is not base64");
  const std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
  const auto* const hash = digest == Digest::sha1 ? EVP_sha1() : EVP_sha256();
  const bool right =
      EVP_DigestVerifyInit(context.get(), nullptr, hash, nullptr, key) == 1 &&
      EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(raw->data()),
                       raw->size(), reinterpret_cast<const unsigned char*>(text.data()),
                       text.size()) == 1;
  ERR_clear_error();
  return right ? Result<void>() : fail("bad_signature", "the signature does not fit the message");
}

}  // namespace alarum::ingest
