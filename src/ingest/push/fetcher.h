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

/// Gets small things: certificates, and URLs that confirm a subscription. Without redirects, at
/// most 64 KiB; whom to ask is the caller's business. What is under way is not asked for again: all
/// who wait get the one outcome. At most 32 under way, none behind another. Any thread.
class Fetcher {
 public:
  using Text = Result<std::string>;
  using Deadline = std::chrono::steady_clock::time_point;
  /// What is to be made of an outcome before anybody gets it; any thread.
  using Finish = std::function<Text(const std::string& url, const std::string& ca_file, Text text)>;

  /// The client must be stopped before the contexts go on which somebody waits.
  explicit Fetcher(http::Client& client, Finish finish = {})
      : client_(client), finish_(std::move(finish)) {}

  /// Errors: `fetch_failed` with the reason, also when it is not there in time; `overloaded`: too
  /// many are under way.
  boost::asio::awaitable<Text> get(std::string url, std::shared_ptr<const config::Http> how,
                                   Deadline deadline);

 private:
  using Key = std::pair<std::string, std::string>;  // URL and who vouches for its host
  using Waiting = std::vector<http::Completion<Text>>;
  enum class Place { first, behind, none };

  Place join(const Key& key, const http::Completion<Text>& outcome);
  boost::asio::awaitable<Text> fetch(const std::string& url,
                                     std::shared_ptr<const config::Http> how, Deadline deadline);
  void land(const Key& key, const Text& text);

  http::Client& client_;
  const Finish finish_;
  std::mutex mutex_;  // guards flights_: messages come on every core
  std::map<Key, Waiting> flights_;
};

}  // namespace alarum::ingest
