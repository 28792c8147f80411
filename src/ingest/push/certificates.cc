#include "ingest/push/certificates.h"

namespace alarum::ingest {

Certificates::Certificates(http::Client& client, Clock& clock) : clock_(clock), fetcher_(client, [this](const std::string& url, const std::string& ca_file, Fetcher::Text text) {
  const std::lock_guard lock(mutex_);
  return cache_.keep({url, ca_file}, std::move(text), clock_.wall());
}) {}

boost::asio::awaitable<Result<std::string>> Certificates::get(std::string url, std::shared_ptr<const config::Http> how, Fetcher::Deadline deadline) {
  {
    const std::lock_guard lock(mutex_);
    if (auto known = cache_.find({url, how->tls.ca_file}, clock_.wall())) co_return std::move(*known);
  }
  auto pem = co_await fetcher_.get(std::move(url), std::move(how), deadline);
  co_return pem;
}

}  // namespace alarum::ingest
