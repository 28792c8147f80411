#pragma once
#include <chrono>
#include <memory>
#include <vector>

#include "deliver/target.h"
#include "deliver/verdict.h"
#include "model/notification.h"

namespace alarum::deliver {

/// Many requests at once on one thread (libcurl's multi interface): HTTP, and SMTP for mail. Connections are reused; redirects are not
/// followed; heads and bodies of answers are bounded; connecting, the first byte and the whole have their own time-outs; an address that
/// is_forbidden_address() is not asked. All calls but wake() belong to one thread.
class Sender {
 public:
  struct Options {
    std::size_t answer_bytes = 64 * 1024;  ///< of a body; the rest is not read
    std::size_t head_bytes = 64 * 1024;    ///< more is a failure
  };
  struct Ended {
    std::uint64_t sequence = 0;
    Verdict verdict;
  };

  explicit Sender(Options options);
  ~Sender();

  /// Starts an attempt at `now` (deliver/attempt.h). Copies what it needs.
  void start(const Target& target, const model::Notification& notification, Time now);
  /// Waits for news, a wake() or `most`; returns what has ended.
  std::vector<Ended> wait(std::chrono::milliseconds most);
  /// Any thread: wait() returns.
  void wake();

 private:
  struct Core;
  std::unique_ptr<Core> core_;
};

}  // namespace alarum::deliver
