#pragma once
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>
#include <string_view>
#include <vector>

namespace alarum::ingest {

// Owners for objects of OpenSSL, for the files that verify certificates.

/// A deleter that calls OpenSSL's function `Free`.
template <auto Free>
struct Freed {
  void operator()(auto* pointer) const { Free(pointer); }
};
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Bio = std::unique_ptr<BIO, Freed<BIO_free>>;

/// The certificates of a PEM text in their order, `most` at most. Reading ends at the first block
/// that is no certificate. Leaves entries in OpenSSL's error queue; the caller clears it.
inline std::vector<Certificate> certificates_of(std::string_view pem, std::size_t most = 8) {
  std::vector<Certificate> out;
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  while (out.size() < most) {
    Certificate one(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!one) break;
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace alarum::ingest
