#include "engine/book_writer.h"

#include <utility>

#include "base/thread_name.h"

namespace alarum::engine {

using namespace std::chrono_literals;

BookWriter::BookWriter(alert::Book& book, std::function<void()> written)
    : book_(book), written_(std::move(written)) {}

void BookWriter::begin(alert::Book::Batch batch) {
  given_ = true;
  const std::lock_guard lock(mutex_);
  batch_ = std::move(batch);
  state_ = State::waiting;
  changed_.notify_all();
}

std::optional<BookWriter::Written> BookWriter::result() {
  const std::lock_guard lock(mutex_);
  return take();
}

std::optional<BookWriter::Written> BookWriter::finish() {
  std::unique_lock lock(mutex_);
  if (state_ == State::waiting) write(lock);
  changed_.wait(lock, [this] { return state_ != State::writing; });
  return take();
}

std::optional<BookWriter::Written> BookWriter::take() {
  if (state_ != State::written) return std::nullopt;
  state_ = State::none;
  given_ = false;
  return Written{std::exchange(batch_, {}), std::move(done_)};
}

bool BookWriter::turn(std::chrono::nanoseconds most) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, most, [this] { return stopped_ || state_ == State::waiting; });
  if (stopped_) return false;
  if (state_ != State::waiting) return true;
  write(lock);
  lock.unlock();
  written_();
  return true;
}

// An exception becomes the error `exception`. The lock is released during the transaction.
void BookWriter::write(std::unique_lock<std::mutex>& lock) {
  state_ = State::writing;
  lock.unlock();
  Result<void> done;
  try {
    done = book_.commit(batch_);
  } catch (const std::exception& fault) {
    done = fail("exception", fault.what());
  }
  lock.lock();
  done_ = std::move(done);
  state_ = State::written;
  changed_.notify_all();
}

std::chrono::nanoseconds BookWriter::patience() const {
  const std::lock_guard lock(mutex_);
  return state_ == State::waiting ? 0ns : std::chrono::nanoseconds(1h);
}

void BookWriter::start() {
  thread_ = std::thread([this] {
    name_thread("book");
    // A batch takes a processor for 10 ms and more, and no sender or receiver waits for it.
    yield_to_others();
    while (turn(1h)) {
    }
  });
}

void BookWriter::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

}  // namespace alarum::engine
