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

/// The receivers on this machine, console and file: an OutputWriter for each output. An attempt
/// lasts until its text is written, or fails after the integration's `timeout`, whatever the output
/// does. Belongs to the delivery thread, but for faults().
class LocalOutputs {
 public:
  /// `console`: the descriptor of the console, of somebody else. `wake`: called on any thread when
  /// an attempt has ended; must not block.
  LocalOutputs(int console, std::function<void()> wake)
      : console_(console), wake_(std::move(wake)) {}
  ~LocalOutputs() { stop(); }
  LocalOutputs(const LocalOutputs&) = delete;
  LocalOutputs& operator=(const LocalOutputs&) = delete;

  static bool writes(const Target& target);
  /// Begins an attempt; ended() tells what came of it, at the earliest at its next call.
  void start(const Target& target, const model::Notification& notification,
             std::chrono::nanoseconds now);
  /// Attempts that ended since the last call, each once.
  std::vector<Transport::Ended> ended(std::chrono::nanoseconds now);
  /// Lets go of the writers of outputs that no target has any more.
  void retain(const std::map<std::string, Target>& targets);
  /// What takes nothing now, and why: `standard output: nobody reads it`. Any thread.
  std::vector<std::string> faults() const;
  /// What is not written is dropped: the outbox has it.
  void stop();

 private:
  struct Attempt {
    std::uint64_t sequence = 0;
    std::chrono::nanoseconds by{};
  };
  struct Written {
    std::uint64_t attempt = 0;
    std::string fault;
  };
  OutputWriter& writer_of(const std::string& path);

  const int console_;
  const std::function<void()> wake_;
  std::uint64_t last_attempt_ = 0;
  // By a number that none has twice: what ends too late is nobody else's end
  std::unordered_map<std::uint64_t, Attempt> attempts_;
  std::vector<Transport::Ended> refused_;
  mutable std::mutex mutex_;  // guards what follows: writers add to written_, the API reads the map
  std::vector<Written> written_;
  std::map<std::string, std::unique_ptr<OutputWriter>> writers_;  ///< by path; empty: the console
};

}  // namespace alarum::deliver
