#pragma once
#include <compare>
#include <map>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"

namespace alarum::ingest {

/// Remembers the outcomes of fetching certificates, failures among them, so that a flood of
/// messages does not become a flood of requests. At most 64 entries; the one that expires first
/// makes room. Pure; Certificates guards it with its mutex.
class CertificateCache {
 public:
  /// `ca_file`: the authorities by which the host was verified. It belongs to the key, because a
  /// source must not get what was fetched under the weaker trust of another one.
  struct Key {
    std::string url, ca_file;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  /// The outcome that is still valid at `now`; nullopt: it must be fetched.
  std::optional<Result<std::string>> find(const Key& key, Time now) const;
  /// Judges and stores an outcome, and returns what callers get. A certificate that can verify
  /// signatures stays for a day, but no longer than it is valid. Everything else, for example a
  /// page that says "maintenance", becomes `fetch_failed` and stays for 30 seconds.
  Result<std::string> keep(const Key& key, Result<std::string> fetched, Time now);

 private:
  struct Known {
    Result<std::string> pem;
    Time until;
  };
  std::map<Key, Known> known_;
};

}  // namespace alarum::ingest
