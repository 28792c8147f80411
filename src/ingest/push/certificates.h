#pragma once
#include <memory>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "config/push_ingest.h"
#include "ingest/push/certificate_cache.h"
#include "ingest/push/fetcher.h"

namespace alarum::ingest {

/// The signing certificates of SMN and SNS by their URL. Each is fetched once, cached (see
/// CertificateCache), and verified as the config of its source demands. Owned by the bridge; any
/// number of http threads call it.
class Certificates {
 public:
  Certificates(http::Client& client, Clock& clock);

  /// The certificate in PEM, followed by the intermediate certificates that were fetched. `url`
  /// must have passed check_origin(). With `source.verify_chain`, an authority must have issued the
  /// certificate; intermediates that are missing are fetched from the URLs that the certificates
  /// name, four at most. Errors: those of Fetcher; `fetch_failed` also if the text is no
  /// certificate that can verify; `untrusted_certificate` if no authority vouches for it or it was
  /// issued to another name than `source.certificate_names`.
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
  std::mutex mutex_;          // guards both caches, because every http thread looks up
  CertificateCache cache_;    // certificates as fetched
  CertificateCache trusted_;  // those with a verified chain, their intermediates behind them
  Fetcher fetcher_;           // of certificates; its outcomes go to cache_
  Fetcher issuers_;           // of intermediate certificates
};

}  // namespace alarum::ingest
