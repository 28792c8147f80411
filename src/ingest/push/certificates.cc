#include "ingest/push/certificates.h"

namespace alarum::ingest {

http::asio::awaitable<Result<std::string>> Certificates::get(std::string url, std::string ca_file) {
  const CertificateCache::Key key{std::move(url), std::move(ca_file)};
  {
    const std::lock_guard lock(mutex_);
    if (auto pem = cache_.find(key, clock_.wall())) co_return *pem;
  }
  auto fetched = co_await fetcher_.get(key.url, key.ca_file);
  const std::lock_guard lock(mutex_);
  co_return cache_.keep(key, std::move(fetched), clock_.wall());
}

}  // namespace alarum::ingest
