#pragma once
#include <map>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "ingest/push/fetcher.h"

namespace alarum::ingest {

/// Certificates by their URL: fetched once, kept for a day (a URL that could not be fetched: half a minute), at most 64. Any thread.
class Certificates {
 public:
  Certificates(Fetcher& fetcher, Clock& clock) : fetcher_(fetcher), clock_(clock) {}

  /// `url` must be one that may be asked. Error `fetch_failed`.
  http::asio::awaitable<Result<std::string>> get(std::string url, std::string ca_file);

 private:
  struct Known {
    Result<std::string> pem;
    Time until;
  };
  std::optional<Result<std::string>> known(const std::string& url);
  void learn(const std::string& url, const Result<std::string>& pem);

  Fetcher& fetcher_;
  Clock& clock_;
  std::mutex mutex_;  // guards known_: a look-up a message on every core
  std::map<std::string, Known> known_;
};

}  // namespace alarum::ingest
