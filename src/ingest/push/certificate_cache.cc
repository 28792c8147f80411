#include "ingest/push/certificate_cache.h"

#include <fmt/format.h>

#include <algorithm>

#include "ingest/push/signature.h"

namespace alarum::ingest {
namespace {

using namespace std::chrono_literals;
constexpr std::size_t kMostCertificates = 64;
constexpr Duration kGoodFor = 24h, kBadFor = 30s;

}  // namespace

std::optional<Result<std::string>> CertificateCache::find(const Key& key, Time now) const {
  const auto found = known_.find(key);
  return found != known_.end() && now < found->second.until ? std::optional(found->second.pem)
                                                            : std::nullopt;
}

Result<std::string> CertificateCache::keep(const Key& key, Result<std::string> fetched, Time now) {
  auto until = now + kBadFor;
  if (fetched) {
    const auto valid = valid_until(*fetched, now);
    if (valid)
      until = std::min(now + kGoodFor, *valid);
    else
      fetched = fail("fetch_failed", fmt::format("{}: {}", key.url, valid.error().message));
  }
  if (known_.size() >= kMostCertificates && !known_.contains(key)) {
    known_.erase(
        std::ranges::min_element(known_, {}, [](const auto& one) { return one.second.until; }));
  }
  known_.insert_or_assign(key, Known{fetched, until});
  return fetched;
}

}  // namespace alarum::ingest
