#pragma once
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>

#include "base/channel.h"
#include "base/file.h"
#include "base/result.h"
#include "base/time.h"
#include "model/event.h"

namespace alarum::ingest {

/// What was refused, for a person to look at: JSON lines
/// `{"time","format","sender","reason","message","body"}` (with `"left_out":n` where n before it
/// are not there) in a file that is renamed to `….1` when it is full, so that two files are the
/// most there is. Bodies are cut at kBody bytes. It writes in turns (start(): on a thread of its
/// own); when it falls behind, or more than kASecond bytes come in one second, entries are left out
/// and counted, never waited for: a flood must cost no disk that the journal needs. The next entry
/// then says how many (`left_out`).
class Rejects {
 public:
  static constexpr std::size_t kBody = 64 << 10;  ///< of one body
  static constexpr std::size_t kFile = 16 << 20;
  static constexpr std::size_t kWaiting = 1 << 20;  ///< bytes that are not written yet
  static constexpr std::size_t kASecond = 512 << 10;

  Rejects(FileSystem& files, std::string path);
  ~Rejects() { stop(); }

  void start();
  /// One turn: waits at most `most` for entries, writes all that are there. False: it was closed,
  /// all is written. One thread.
  bool turn(std::chrono::nanoseconds most);
  /// How long there is nothing to do unless something comes.
  std::chrono::nanoseconds patience() const;
  /// What comes later is left out; turns write what came before.
  void close() { lines_.close(); }
  /// Closes, and waits for the thread.
  void stop();

  /// Any thread.
  void add(Time at, model::Format format, std::string_view sender, const Error& error,
           std::string_view body);
  void leave_out() { ++left_out_, ++unsaid_; }
  std::uint64_t left_out() const { return left_out_; }

 private:
  void write(const std::string& line);

  FileSystem& files_;
  const std::string path_;
  Channel<std::string> lines_;
  std::atomic<std::uint64_t> left_out_ = 0;
  std::atomic<std::uint64_t> unsaid_ = 0;  // of those
  // That bytes_ counts: two threads that meet at its turn may let a few more pass
  std::atomic<std::int64_t> second_ = 0;
  std::atomic<std::size_t> bytes_ = 0;
  std::thread thread_;
};

}  // namespace alarum::ingest
