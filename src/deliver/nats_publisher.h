#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "deliver/transport.h"

namespace alarum::deliver {

/// Publishes to NATS, with a connection and a thread (`deliver-nats`) for each target, because the
/// library blocks. Core NATS: an attempt is delivered when the server has answered a PING that was
/// sent behind the message. JetStream: when the stream has acknowledged it. A connection that
/// failed is made again by the next attempt. All calls belong to the delivery thread.
class NatsPublisher {
 public:
  /// `wake` is called on any thread when an attempt has ended, and must not block.
  explicit NatsPublisher(std::function<void()> wake);
  ~NatsPublisher();
  NatsPublisher(const NatsPublisher&) = delete;
  NatsPublisher& operator=(const NatsPublisher&) = delete;

  /// Whether the target is a subject of NATS.
  static bool publishes(const Target& target);
  /// Begins an attempt. Its result comes from ended(). `steady`: monotonic.
  void start(const Target& target, const model::Notification& notification, Time now,
             std::chrono::nanoseconds steady);
  /// The attempts that have ended since the last call, each once. An attempt that is more than a
  /// second past its time fails here, even if the library hangs.
  std::vector<Transport::Ended> ended(std::chrono::nanoseconds steady);
  /// Closes the connections of targets that are not there any more, or are configured otherwise.
  void retain(const std::map<std::string, Target>& targets);
  /// Ends all threads; blocks for a call of the library. What was not published is dropped, because
  /// the book still has the notification.
  void stop();

 private:
  class Line;  // a connection and its thread
  struct Begun {
    std::uint64_t sequence = 0;     // of the notification
    std::chrono::nanoseconds by{};  // when it fails at the latest, monotonic
  };
  struct Done {
    std::uint64_t attempt = 0;
    Verdict verdict;
  };
  void leave(std::unique_ptr<Line> line);
  void done(std::uint64_t attempt, Verdict verdict);

  const std::function<void()> wake_;
  std::uint64_t last_attempt_ = 0;
  // By a number that is used once, so that a late end is not taken for that of another attempt.
  std::unordered_map<std::uint64_t, Begun> begun_;
  std::mutex
      mutex_;  // guards done_, to which the threads add; who waits for it also waits for curl
  std::vector<Done> done_;
  std::map<std::string, std::unique_ptr<Line>> lines_;  // by the target's name
  std::vector<std::unique_ptr<Line>> leaving_;          // closed, until their threads have ended
};

}  // namespace alarum::deliver
