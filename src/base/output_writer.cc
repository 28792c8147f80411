#include "base/output_writer.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <deque>
#include <mutex>
#include <string_view>
#include <utility>

#include "base/thread_name.h"

namespace alarum {
namespace {

using namespace std::chrono_literals;
using SteadyTime = std::chrono::steady_clock::time_point;

// How often a thread that waits for the reader checks whether it must stop.
constexpr auto kSlice = 50ms;
constexpr auto kSystemCall = 500ms;  // for a system call in progress to return, at a stop
constexpr auto kBlockedAfter = 1s;
constexpr std::string_view kNotRead = "nobody reads it";

std::string error_text(int error) {
  return std::strerror(error);
}

// How much to write at once. A pipe does not block for PIPE_BUF bytes after POLLOUT. To a file
// everything is written at once, so that lines of other programs are not mixed into ours.
std::size_t piece_of(int descriptor) {
  struct stat status {};
  return fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) ? SIZE_MAX : PIPE_BUF;
}

// Whether the file's last line has no end, because a crash cut the last text.
bool ends_within_line(const std::string& path) {
  const int opened = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (opened < 0) return false;
  struct stat status {};
  char last = '\n';
  const bool is_file = fstat(opened, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0;
  if (is_file && pread(opened, &last, 1, status.st_size - 1) != 1) last = '\n';
  close(opened);
  return last != '\n';
}

}  // namespace

struct OutputWriter::State {
  struct Item {
    std::uint64_t number = 0;
    std::string text;
    SteadyTime at, by;
  };

  State(Output to, Options with) : output(std::move(to)), options(std::move(with)) {}
  void run();
  std::string write(const Item& item);
  std::string write_all(int descriptor, std::string_view text, SteadyTime by);
  SteadyTime stop_time() const {
    const std::lock_guard lock(mutex);
    return stop_by;
  }
  void finish(const Item& item, const std::string& what);

  const Output output;
  const Options options;
  bool cut = false;     // the last text was written in part; only the writer's thread uses it
  bool looked = false;  // whether ends_within_line() was asked; only the writer's thread uses it

  // Guards the members below. A Channel would not do, because the text in front stays in the queue
  // while it is being written.
  mutable std::mutex mutex;
  std::condition_variable arrived, ended;
  std::deque<Item> items;  // the first is being written
  std::size_t bytes = 0;
  std::string fault;  // of the last text
  bool closed = false, over = false;
  SteadyTime stop_by = SteadyTime::max();

  // Guards `abandoned`. It is locked while `done` runs, so `done` never runs after stop().
  std::mutex calling;
  bool abandoned = false;
};

OutputWriter::OutputWriter(Output output, Options options)
    : state_(std::make_shared<State>(std::move(output), std::move(options))) {
  sigset_t all, before;
  sigfillset(&all);
  // The new thread inherits the mask: signals go to other threads, and writing to a pipe without a
  // reader gives EPIPE instead of SIGPIPE.
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([state = state_] {
    name_thread("output");
    state->run();
  });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

bool OutputWriter::try_write(std::uint64_t number, std::string text,
                             std::chrono::milliseconds limit) {
  const auto now = std::chrono::steady_clock::now();
  const std::lock_guard lock(state_->mutex);
  if (state_->closed ||
      (state_->bytes > 0 && state_->bytes + text.size() > state_->options.most_bytes))
    return false;
  state_->bytes += text.size();
  state_->items.push_back(
      {number, std::move(text), now, limit > 0ms ? now + limit : SteadyTime::max()});
  state_->arrived.notify_one();
  return true;
}

bool OutputWriter::idle() const {
  const std::lock_guard lock(state_->mutex);
  return state_->items.empty();
}

std::string OutputWriter::fault() const {
  const std::lock_guard lock(state_->mutex);
  const bool waits = !state_->items.empty() &&
                     std::chrono::steady_clock::now() - state_->items.front().at > kBlockedAfter;
  return state_->fault.empty() && waits ? std::string(kNotRead) : state_->fault;
}

void OutputWriter::stop(std::chrono::milliseconds grace) {
  if (!thread_.joinable()) return;
  bool over = false;
  {
    std::unique_lock lock(state_->mutex);
    state_->closed = true;
    state_->stop_by = std::chrono::steady_clock::now() + grace;
    state_->arrived.notify_one();
    over = state_->ended.wait_for(lock, grace + kSystemCall, [this] { return state_->over; });
  }
  {
    const std::lock_guard lock(state_->calling);
    state_->abandoned = true;
  }
  if (over)
    thread_.join();
  else
    thread_.detach();  // a system call hangs; the thread only uses its shared State
}

void OutputWriter::State::run() {
  for (;;) {
    Item item;
    {
      std::unique_lock lock(mutex);
      arrived.wait(lock, [this] { return closed || !items.empty(); });
      if (items.empty() || std::chrono::steady_clock::now() > stop_by) break;
      item = items.front();
    }
    const auto what =
        std::chrono::steady_clock::now() >= item.by ? std::string(kNotRead) : write(item);
    finish(item, what);
  }
  const std::lock_guard lock(mutex);
  over = true;
  ended.notify_all();
}

void OutputWriter::State::finish(const Item& item, const std::string& what) {
  {
    const std::lock_guard lock(mutex);
    bytes -= item.text.size();
    items.pop_front();
    fault = what;
  }
  const std::lock_guard lock(calling);
  if (!abandoned && options.done) options.done(item.number, what);
}

std::string OutputWriter::State::write(const Item& item) {
  if (output.path.empty()) return write_all(output.descriptor, item.text, item.by);
  // Without O_NONBLOCK, opening a FIFO waits until a reader opens it.
  const int opened = open(output.path.c_str(),
                          O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0666);
  if (opened < 0) return errno == ENXIO ? std::string(kNotRead) : error_text(errno);
  if (!std::exchange(looked, true)) cut = ends_within_line(output.path);
  auto what = write_all(opened, item.text, item.by);
  if (close(opened) != 0 && what.empty()) what = error_text(errno);
  return what;
}

std::string OutputWriter::State::write_all(int descriptor, std::string_view text, SteadyTime by) {
  const auto piece = piece_of(descriptor);
  const auto whole = cut ? "\n" + std::string(text) : std::string();
  if (cut) text = whole;
  const auto size = text.size();
  while (!text.empty()) {
    pollfd one{descriptor, POLLOUT, 0};
    if (poll(&one, 1, kSlice.count()) > 0) {
      const auto written = ::write(descriptor, text.data(), std::min(text.size(), piece));
      if (written > 0) {
        text.remove_prefix(static_cast<std::size_t>(written));
        if (text.empty()) break;
      } else if (written < 0 && errno != EAGAIN && errno != EINTR) {
        const int error = errno;
        cut = cut || text.size() < size;
        return error_text(error);
      } else {
        poll(nullptr, 0, 1);
      }
    }
    if (std::chrono::steady_clock::now() < std::min(by, stop_time())) continue;
    cut = cut || text.size() < size;
    return std::string(kNotRead);
  }
  cut = false;
  return {};
}

}  // namespace alarum
