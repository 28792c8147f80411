#pragma once
#include <compare>
#include <map>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"

namespace alarum::ingest {

/// What came of the URLs of certificates: at most 64, those that go first make room. Pure; one
/// thread at a time.
class CertificateCache {
 public:
  struct Key {
    /// Who vouched for the host: what was had under one's trust is no other's
    std::string url, ca_file;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  /// nullopt: to be fetched.
  std::optional<Result<std::string>> find(const Key& key, Time now) const;
  /// What is to be made of what was fetched: a certificate that can verify is kept for a day, or
  /// until it is not valid any more; everything else (also a page that says "maintenance") is
  /// `fetch_failed`, for half a minute.
  Result<std::string> keep(const Key& key, Result<std::string> fetched, Time now);

 private:
  struct Known {
    Result<std::string> pem;
    Time until;
  };
  std::map<Key, Known> known_;
};

}  // namespace alarum::ingest
