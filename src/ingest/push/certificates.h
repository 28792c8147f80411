#pragma once
#include <memory>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "config/push_ingest.h"
#include "ingest/push/certificate_cache.h"
#include "ingest/push/fetcher.h"

namespace alarum::ingest {

/// Signing certificates by their URL, fetched once and trusted as far as the config of their source
/// says. Any thread.
class Certificates {
 public:
  Certificates(http::Client& client, Clock& clock);

  /// `url` must be one that may be asked. Issuers that are missing between the certificate and an
  /// authority are fetched from where it says. Errors: those of Fetcher; `fetch_failed` also when
  /// what came is no certificate that can verify; `untrusted_certificate`: no authority vouches for
  /// it, or it bears another name.
  boost::asio::awaitable<Result<std::string>> get(std::string url,
                                                  const config::SignedSource& source,
                                                  Fetcher::Deadline deadline);

 private:
  using Key = CertificateCache::Key;
  std::optional<Result<std::string>> known(const CertificateCache& cache, const Key& key);
  boost::asio::awaitable<Result<std::string>> fetch(const Key& key,
                                                    const config::SignedSource& source,
                                                    Fetcher::Deadline deadline);
  boost::asio::awaitable<Result<std::string>> trusted(std::string pem,
                                                      std::shared_ptr<const config::Http> how,
                                                      Fetcher::Deadline deadline);

  Clock& clock_;
  std::mutex mutex_;          // guards both caches: a look-up a message on every core
  CertificateCache cache_;    // as fetched
  CertificateCache trusted_;  // with what stands between them and an authority that was asked
  Fetcher fetcher_;
  Fetcher issuers_;
};

}  // namespace alarum::ingest
