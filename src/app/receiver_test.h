#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/delivery_config.h"
#include "app/job_thread.h"
#include "base/clock.h"
#include "deliver/transport.h"
#include "http/completion.h"

namespace alarum::app {

/// What one integration of a receiver made of a test notification.
struct TestOutcome {
  std::string target;
  bool delivered = false;
  std::string detail, answer;  ///< as of model::Receipt
};

/// Sends each integration of the receiver one notification that is marked as a test, all at the
/// same time, and waits for them, `most` at the longest or until `stopping`. It is outside the
/// outbox: nothing is counted, stored or tried again. Empty: no target belongs to the receiver.
/// `transport` is stopped afterwards. Blocks; may throw what composing throws.
std::vector<TestOutcome> test_receiver(
    const NotificationConfig& config, const std::string& receiver, deliver::Transport& transport,
    Clock& clock, std::chrono::seconds most,
    const std::function<bool()>& stopping = [] { return false; });

/// That no integration belongs to a receiver of that name, and which receivers have one.
std::string no_such_receiver(const NotificationConfig& config, const std::string& receiver);

/// The outcomes as a JSON list: `target`, `delivered`, `detail`, and `answer` where there is one.
std::string outcomes_json(const std::vector<TestOutcome>& outcomes);

/// Tests of receivers by the daemon: one at a time, on a thread of its own, with a transport of its
/// own, so that deliveries do not wait for them. Owned by the Bridge.
class ReceiverTests {
 public:
  using Done = http::Completion<Result<std::string>>;
  struct Parts {
    /// The config in force. Any thread.
    std::function<std::shared_ptr<const NotificationConfig>()> config;
    std::function<std::unique_ptr<deliver::Transport>()> transport;
    Clock& clock;
  };

  explicit ReceiverTests(Parts parts) : parts_(std::move(parts)) {}
  ~ReceiverTests() { stop(); }

  /// Tests the receiver of that name, and answers with outcomes_json(). Errors: `not_found`, `busy`
  /// while another one is tested, `stopping`, `exception`. Any thread; does not wait.
  void test(const std::string& receiver, const Done& done);
  /// Ends the test that runs, and waits for the thread. Any thread but its own.
  void stop() { thread_.stop(); }

 private:
  Result<std::string> run(const std::string& receiver);

  const Parts parts_;
  std::atomic<bool> busy_ = false;
  JobThread thread_{"receiver-test"};  // last: it uses the others
};

}  // namespace alarum::app
