#pragma once
#include <memory>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "ingest/push/certificate_cache.h"
#include "ingest/push/fetcher.h"

namespace alarum::ingest {

/// Certificates by their URL, fetched once. Any thread.
class Certificates {
 public:
  Certificates(http::Client& client, Clock& clock);

  /// `url` must be one that may be asked. Errors: those of Fetcher; `fetch_failed` also when what came is no certificate that can verify.
  boost::asio::awaitable<Result<std::string>> get(std::string url, std::shared_ptr<const config::Http> how, Fetcher::Deadline deadline);

 private:
  Clock& clock_;
  std::mutex mutex_;  // guards cache_: a look-up a message on every core
  CertificateCache cache_;
  Fetcher fetcher_;
};

}  // namespace alarum::ingest
