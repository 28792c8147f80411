#pragma once
#include <chrono>
#include <memory>
#include <vector>

#include "deliver/target.h"
#include "deliver/verdict.h"
#include "model/notification.h"

namespace alarum::deliver {

/// Many HTTP requests at once on one thread (libcurl's multi interface). Connections are reused; redirects are not
/// followed; answers are bounded; an address that is_forbidden_address() is not asked. All calls but wake() belong to
/// one thread.
class Sender {
 public:
  struct Options {
    Duration connect_timeout = std::chrono::seconds(5);
    std::size_t answer_bytes = 64 * 1024;
    bool allow_link_local = false;
  };
  struct Ended {
    std::uint64_t sequence = 0;
    Verdict verdict;
  };

  explicit Sender(Options options);
  ~Sender();

  /// Starts a POST with the headers Webhook-Id and Idempotency-Key. Copies what it needs.
  void start(const Target& target, const model::Notification& notification);
  /// Waits for news, a wake() or `most`; returns what has ended.
  std::vector<Ended> wait(std::chrono::milliseconds most);
  /// Any thread: wait() returns.
  void wake();

 private:
  struct Core;
  std::unique_ptr<Core> core_;
};

}  // namespace alarum::deliver
