#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "alert/book.h"
#include "base/result.h"

namespace alarum::engine {

/// Writes batches into the book, one at a time, behind the engine: a transaction and the folding of
/// its log take longer than all else that becomes of an event. It goes by turns: start() is a
/// thread that takes them, a simulator takes them itself. Between begin() and the result the book's
/// database is the writer's alone; whoever needs it meanwhile calls finish().
class BookWriter {
 public:
  /// `written` is called on the thread of the turn, when a result is there; must not block.
  BookWriter(alert::Book& book, std::function<void()> written);
  ~BookWriter() { stop(); }

  struct Written {
    alert::Book::Batch batch;
    Result<void> done;  ///< Book::commit's, or `exception`
  };
  /// Engine's thread; only where nothing was given whose result was not taken.
  void begin(alert::Book::Batch batch);
  /// Something was given, and its result was not taken. Engine's thread.
  bool busy() const { return given_; }
  /// The result, where it is there. Engine's thread.
  std::optional<Written> result();
  /// The same, and what nobody has begun to write is written now; what is being written is waited
  /// for: a transaction. Nothing: not busy(). Engine's thread.
  std::optional<Written> finish();

  /// One turn: waits at most `most` for a batch, writes it. False: it was stopped.
  bool turn(std::chrono::nanoseconds most);
  /// How long there is nothing to do unless something comes. Any thread.
  std::chrono::nanoseconds patience() const;
  void start();
  /// Waits for what is being written; what nobody has begun is left, for the journal has it.
  void stop();

 private:
  enum class State : std::uint8_t { none, waiting, writing, written };
  void write(std::unique_lock<std::mutex>& lock);
  std::optional<Written> take();

  alert::Book& book_;
  const std::function<void()> written_;
  bool given_ = false;  // the engine's
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  State state_ = State::none;
  bool stopped_ = false;
  alert::Book::Batch batch_;
  Result<void> done_;
  std::thread thread_;
};

}  // namespace alarum::engine
