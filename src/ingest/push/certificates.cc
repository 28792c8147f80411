#include "ingest/push/certificates.h"

#include <algorithm>

namespace alarum::ingest {
namespace {

using namespace std::chrono_literals;
constexpr std::size_t kMost = 64;

}  // namespace

http::asio::awaitable<Result<std::string>> Certificates::get(std::string url, std::string ca_file) {
  if (auto pem = known(url)) co_return *pem;
  auto pem = co_await fetcher_.get(url, std::move(ca_file));
  learn(url, pem);
  co_return pem;
}

std::optional<Result<std::string>> Certificates::known(const std::string& url) {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(url);
  return found != known_.end() && clock_.wall() < found->second.until ? std::optional(found->second.pem) : std::nullopt;
}

void Certificates::learn(const std::string& url, const Result<std::string>& pem) {
  const std::lock_guard lock(mutex_);
  if (known_.size() >= kMost && !known_.contains(url)) {
    known_.erase(std::ranges::min_element(known_, {}, [](const auto& one) { return one.second.until; }));
  }
  known_.insert_or_assign(url, Known{pem, clock_.wall() + (pem ? Duration(24h) : Duration(30s))});
}

}  // namespace alarum::ingest
