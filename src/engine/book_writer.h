#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "alert/book.h"
#include "base/result.h"

namespace alarum::engine {

/// Writes batches into the book behind the engine, because a transaction takes longer than
/// everything else that happens to an event. One batch at a time. It works in turns: start() makes
/// a thread for them (`book`), a simulator calls them itself. From begin() until the engine has
/// taken the result, the book's database belongs to the writer; to use the database, the engine
/// must call finish() first. Book functions that say "any thread" are not restricted. The stage
/// owns the writer; `book` outlives it.
class BookWriter {
 public:
  /// `written` is called on the thread of the turn after each batch, to wake the engine. It must
  /// not block.
  BookWriter(alert::Book& book, std::function<void()> written);
  ~BookWriter() { stop(); }

  /// A batch that was tried, and what came of it.
  struct Written {
    alert::Book::Batch batch;  ///< unchanged, so that it can be tried again
    Result<void> done;         ///< the error of Book::commit(), or `exception`
  };
  /// Hands over a batch. Engine's thread; only while not busy().
  void begin(alert::Book::Batch batch);
  /// Whether a batch was handed over whose result was not taken yet. Engine's thread.
  bool busy() const { return given_; }
  /// The result, if the batch was written or has failed; nullopt otherwise. Engine's thread.
  std::optional<Written> result();
  /// The same, but waits: a batch that no turn has begun is written on the calling thread, and one
  /// that is being written is waited for (one transaction). nullopt if not busy(). Engine's thread.
  std::optional<Written> finish();

  /// One turn: waits at most `most` for a batch and writes it. False after stop().
  bool turn(std::chrono::nanoseconds most);
  /// How long turn() has nothing to do unless a batch comes: 0 or an hour. Any thread.
  std::chrono::nanoseconds patience() const;
  /// Starts the thread.
  void start();
  /// Waits for the batch that is being written. One that no turn has begun is not written, because
  /// the journal still has its records.
  void stop();

 private:
  // Of batch_: not there, handed over, being written, result ready.
  enum class State : std::uint8_t { none, waiting, writing, written };
  void write(std::unique_lock<std::mutex>& lock);  // releases the lock while it writes
  std::optional<Written> take();

  alert::Book& book_;
  const std::function<void()> written_;
  bool given_ = false;  // busy(); only the engine's thread reads and writes it
  // Guards all members below. A channel would not do, because finish() must be able to take back a
  // batch that no turn has begun.
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  State state_ = State::none;
  bool stopped_ = false;
  alert::Book::Batch batch_;
  Result<void> done_;
  std::thread thread_;
};

}  // namespace alarum::engine
