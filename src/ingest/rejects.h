#pragma once
#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/channel.h"
#include "base/file.h"
#include "base/result.h"
#include "base/time.h"
#include "model/event.h"

namespace alarum::ingest {

/// Writes copies of rejected messages to `rejected.ndjson`, for a person to look at: JSON lines
/// `{"time","format","sender","reason","message","body"}`. When the file has kFile bytes it is
/// renamed to `….1`, so that there are two files at most. Bodies are cut at kBody bytes.
///
/// Callers never wait. If more than kWaiting bytes wait for the disk, or more than kASecond bytes
/// came within one second, entries are left out and counted, because a flood must not take the disk
/// from the journal. The next entry then says `"left_out": n`. Errors of the disk count as left
/// out, too. Owned by app::Core. The writing runs on the thread `rejects`, or in turns of the
/// simulator.
class Rejects {
 public:
  static constexpr std::size_t kBody = 64 << 10;       ///< bytes of one body
  static constexpr std::size_t kFile = 16 << 20;       ///< bytes of one file
  static constexpr std::size_t kWaiting = 1 << 20;     ///< bytes that are not written yet
  static constexpr std::size_t kASecond = 512 << 10;   ///< bytes that are accepted in one second
  static constexpr std::size_t kNewest = 100;          ///< entries that newest() gives at most
  static constexpr std::size_t kNewestBody = 2 << 10;  ///< bytes of each of their bodies

  /// `path`: of the file, whose folder must exist.
  Rejects(FileSystem& files, std::string path);
  ~Rejects() { stop(); }

  /// Starts the thread. Not with turn().
  void start();
  /// One turn: waits at most `most` for entries and writes all that are there. False once it was
  /// closed and everything is written. On one thread.
  bool turn(std::chrono::nanoseconds most);
  /// How long turn() may wait: 0 if entries are there, otherwise an hour.
  std::chrono::nanoseconds patience() const;
  /// Leaves out everything that is added from now on; turns still write what was added before.
  void close() { lines_.close(); }
  /// Closes and joins the thread. Calling it again does nothing.
  void stop();

  /// Any thread. `at`: the time of the entry, by which kASecond is counted.
  void add(Time at, model::Format format, std::string_view sender, const Error& error,
           std::string_view body);
  /// Counts an entry that is not to be written. Any thread.
  void leave_out() { ++left_out_, ++unsaid_; }
  /// The newest entries, oldest first, as JSON objects like the file's lines, with `sequence`,
  /// which counts from 1 since the start. Any thread.
  std::vector<std::string> newest() const;
  /// Entries that were left out since the start, for the metrics. Any thread.
  std::uint64_t left_out() const { return left_out_; }

 private:
  void write(const std::string& line);

  FileSystem& files_;
  const std::string path_;
  Channel<std::string> lines_;
  std::atomic<std::uint64_t> left_out_ = 0;
  std::atomic<std::uint64_t> unsaid_ = 0;  // those of left_out_ that no entry has reported
  // The second that bytes_ belongs to. Two threads that meet when it changes may let a few bytes
  // more pass, which does no harm.
  std::atomic<std::int64_t> second_ = 0;
  std::atomic<std::size_t> bytes_ = 0;
  // Guards the two below: an entry joins them on any thread that refuses something, and the API
  // reads them; a channel has one reader
  mutable std::mutex newest_mutex_;
  std::deque<std::string> newest_;
  std::uint64_t sequence_ = 0;
  std::thread thread_;
};

}  // namespace alarum::ingest
