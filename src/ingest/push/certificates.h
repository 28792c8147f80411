#pragma once
#include <mutex>
#include <string>

#include "base/clock.h"
#include "ingest/push/certificate_cache.h"
#include "ingest/push/fetcher.h"

namespace alarum::ingest {

/// Certificates by their URL, fetched once. Any thread.
class Certificates {
 public:
  Certificates(Fetcher& fetcher, Clock& clock) : fetcher_(fetcher), clock_(clock) {}

  /// `url` must be one that may be asked. Error `fetch_failed`, also when what came is no certificate that can verify.
  http::asio::awaitable<Result<std::string>> get(std::string url, std::string ca_file);

 private:
  Fetcher& fetcher_;
  Clock& clock_;
  std::mutex mutex_;  // guards cache_: a look-up a message on every core
  CertificateCache cache_;
};

}  // namespace alarum::ingest
