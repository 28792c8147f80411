#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/output_writer.h"
#include "deliver/transport.h"

namespace alarum::deliver {

/// Writes to receivers on this machine, console and files, with an OutputWriter (and its thread)
/// for each output, because a descriptor may block. An attempt ends when its text is written, or
/// fails after the integration's `timeout`. All calls belong to the delivery thread, except
/// faults().
class LocalOutputs {
 public:
  /// `console` is the descriptor of the console; the object does not close it. `wake` is called on
  /// any thread when an attempt has ended, and must not block.
  LocalOutputs(int console, std::function<void()> wake)
      : console_(console), wake_(std::move(wake)) {}
  ~LocalOutputs() { stop(); }
  LocalOutputs(const LocalOutputs&) = delete;
  LocalOutputs& operator=(const LocalOutputs&) = delete;

  /// Whether the target is a console or a file.
  static bool writes(const Target& target);
  /// Begins an attempt. Its result comes from ended(). If more than 4 MiB wait for the output, the
  /// attempt fails.
  void start(const Target& target, const model::Notification& notification,
             std::chrono::nanoseconds now);
  /// The attempts that have ended since the last call, each once. An attempt that is more than a
  /// second past its time fails here, even if the system call hangs.
  std::vector<Transport::Ended> ended(std::chrono::nanoseconds now);
  /// Stops the writers of outputs that no target has any more, once they are idle.
  void retain(const std::map<std::string, Target>& targets);
  /// The outputs that accept nothing now, each with the reason: `standard output: nobody reads it`.
  /// Any thread.
  std::vector<std::string> faults() const;
  /// Stops all writers. Text that is not written is dropped, because the book still has the
  /// notification.
  void stop();

 private:
  struct Attempt {
    std::uint64_t sequence = 0;     ///< of the notification
    std::chrono::nanoseconds by{};  ///< when it fails at the latest, monotonic
  };
  struct Written {
    std::uint64_t attempt = 0;  ///< its number
    std::string fault;          ///< empty: it was written
  };
  OutputWriter& writer_of(const std::string& path);

  const int console_;
  const std::function<void()> wake_;
  std::uint64_t last_attempt_ = 0;
  // By a number that is used once, so that a late end is not taken for that of another attempt.
  std::unordered_map<std::uint64_t, Attempt> attempts_;
  std::vector<Transport::Ended> refused_;  // failed at once; ended() returns them
  // Guards the members below, because the writers' threads add to written_ and the API reads
  // writers_. A channel would not serve the API.
  mutable std::mutex mutex_;
  std::vector<Written> written_;
  std::map<std::string, std::unique_ptr<OutputWriter>> writers_;  ///< by path; empty: the console
};

}  // namespace alarum::deliver
