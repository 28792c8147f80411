#pragma once
#include <atomic>
#include <string>
#include <thread>

#include "base/channel.h"
#include "base/result.h"
#include "http/completion.h"
#include "http/handler.h"

namespace alarum::ingest {

/// Gets small things over https (libcurl): certificates, and URLs that confirm a subscription. Without redirects, at most 64 KiB, within 4 s, for the senders
/// who wait give us 5. One at a time on a thread of its own; whom to ask is the caller's business.
class Fetcher {
 public:
  struct Job {
    std::string url, ca_file;
    http::Completion<Result<std::string>> done;
  };

  Fetcher();
  ~Fetcher();

  /// Error `fetch_failed` with the reason, also when too many wait.
  http::asio::awaitable<Result<std::string>> get(std::string url, std::string ca_file);

 private:
  void run();

  Channel<Job> jobs_;
  std::atomic<bool> stopping_ = false;  // ends what is under way, too
  std::thread thread_;
};

}  // namespace alarum::ingest
