#include "ingest/push/certificates.h"

#include "ingest/push/chain.h"

namespace alarum::ingest {
namespace {

// Intermediate certificates that are fetched at most; public chains have one or two.
constexpr int kMostIssuers = 4;

}  // namespace

Certificates::Certificates(http::Client& client, Clock& clock)
    : clock_(clock),
      fetcher_(client,
               [this](const std::string& url, const std::string& ca_file, Fetcher::Text text) {
                 const std::lock_guard lock(mutex_);
                 return cache_.keep({url, ca_file}, std::move(text), clock_.wall());
               }),
      issuers_(client) {}

std::optional<Result<std::string>> Certificates::known(const CertificateCache& cache,
                                                       const Key& key) {
  const std::lock_guard lock(mutex_);
  return cache.find(key, clock_.wall());
}

boost::asio::awaitable<Result<std::string>> Certificates::get(std::string url,
                                                              const config::SignedSource& source,
                                                              Fetcher::Deadline deadline) {
  const Key key{std::move(url), source.how->tls.ca_file};
  auto pem = known(source.verify_chain ? trusted_ : cache_, key);
  if (!pem) pem = co_await fetch(key, source, deadline);
  if (*pem) {
    if (auto named = check_names(**pem, source.certificate_names); !named)
      co_return std::unexpected(named.error());
  }
  co_return std::move(*pem);
}

boost::asio::awaitable<Result<std::string>> Certificates::fetch(const Key& key,
                                                                const config::SignedSource& source,
                                                                Fetcher::Deadline deadline) {
  const auto how = source.how;
  const bool verify = source.verify_chain;
  auto pem = known(cache_, key);
  if (!pem) pem = co_await fetcher_.get(key.url, how, deadline);
  if (!*pem || !verify) co_return std::move(*pem);
  auto chain = co_await trusted(std::move(**pem), how, deadline);
  const std::lock_guard lock(mutex_);
  co_return trusted_.keep(key, std::move(chain), clock_.wall());
}

boost::asio::awaitable<Result<std::string>> Certificates::trusted(
    std::string pem, std::shared_ptr<const config::Http> how, Fetcher::Deadline deadline) {
  for (int issuers = 0;; ++issuers) {
    auto missing = missing_issuer(pem, how->tls.ca_file, clock_.wall());
    if (!missing) co_return std::unexpected(missing.error());
    if (!*missing) co_return pem;
    if (issuers == kMostIssuers)
      co_return fail("untrusted_certificate",
                     "more certificates stand between this one and an authority than are followed");
    auto issuer = co_await issuers_.get(**missing, how, deadline);
    if (!issuer) co_return std::unexpected(issuer.error());
    auto longer = with_issuer(pem, *issuer);
    if (!longer) co_return std::unexpected(longer.error());
    pem = std::move(*longer);
  }
}

}  // namespace alarum::ingest
