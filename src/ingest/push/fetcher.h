#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "config/receiver.h"
#include "http/client.h"
#include "http/completion.h"

namespace alarum::ingest {

/// Fetches small texts by GET: certificates, and the URLs that confirm a subscription. It follows
/// no redirects and accepts at most 64 KiB. The caller must have checked that the URL may be asked.
/// A URL that is being fetched is not asked again; everyone who waits gets the same outcome. At
/// most 32 fetches run at once, and there is no queue. Any thread.
class Fetcher {
 public:
  using Text = Result<std::string>;
  using Deadline = std::chrono::steady_clock::time_point;
  /// Judges or stores an outcome before anybody gets it; its result is what they get. Called on the
  /// thread of the coroutine that fetched.
  using Finish = std::function<Text(const std::string& url, const std::string& ca_file, Text text)>;

  /// `client` must be stopped before the io_contexts end whose coroutines wait here.
  explicit Fetcher(http::Client& client, Finish finish = {})
      : client_(client), finish_(std::move(finish)) {}

  /// The body of a 2xx answer. `how`: TLS, proxy and credentials; never null. Errors:
  /// `fetch_failed` with the reason, also past `deadline`; `overloaded` if 32 fetches are running.
  boost::asio::awaitable<Text> get(std::string url, std::shared_ptr<const config::Http> how,
                                   Deadline deadline);

 private:
  using Key = std::pair<std::string, std::string>;  // URL and the file of trusted authorities
  using Waiting = std::vector<http::Completion<Text>>;
  // The caller must fetch, waits for another one's fetch, or is rejected.
  enum class Place { first, behind, none };

  Place join(const Key& key, const http::Completion<Text>& outcome);
  boost::asio::awaitable<Text> fetch(const std::string& url,
                                     std::shared_ptr<const config::Http> how, Deadline deadline);
  // Ends a fetch and gives its outcome to everyone who waits.
  void land(const Key& key, const Text& text);

  http::Client& client_;
  const Finish finish_;
  std::mutex mutex_;                // guards flights_, because messages come on every http thread
  std::map<Key, Waiting> flights_;  // the fetches under way
};

}  // namespace alarum::ingest
