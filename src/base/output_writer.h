#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace alarum {

/// Writes texts, in order, to one output on a thread of its own. A pipe that nobody reads, a FIFO
/// without a reader, or a file system that hangs blocks this thread and no other. The log and the
/// console and file receivers use it.
///
/// The number of bytes that wait is bounded, and each text may have a time limit. A failed text is
/// reported to `Done` and not tried again. Any thread may call the methods, except that one owner
/// creates, stops and destroys the writer. The destructor stops it without grace.
class OutputWriter {
 public:
  /// Where the texts go: a descriptor, which stays open and belongs to the caller, or a path. A
  /// file is opened for each text, so that a new one begins after a log rotation, and is created
  /// with mode 0666 (less the umask) if it is missing. If the file ends within a line when the
  /// writer first opens it, as a crash leaves it, a line break is written before the first text.
  /// The descriptor's flags are not changed, because other processes may share them.
  struct Output {
    int descriptor = -1;
    std::string path = {};  ///< empty: use the descriptor
  };
  /// The result of the text that was handed in under `number`. An empty `fault` means that it was
  /// written (which does not mean synced). Otherwise `fault` says why not; a part of the text may
  /// have been written, and a line break is put before the next one.
  using Done = std::function<void(std::uint64_t number, const std::string& fault)>;
  struct Options {
    /// The most bytes that may wait. One text that is larger is accepted if no other waits.
    std::size_t most_bytes = 1024 * 1024;
    /// Called on the writer's thread after each text, never after stop() has returned. It must not
    /// block, and must not call stop().
    Done done = {};
  };

  OutputWriter(Output output, Options options);
  ~OutputWriter() { stop(std::chrono::milliseconds(0)); }
  OutputWriter(const OutputWriter&) = delete;
  OutputWriter& operator=(const OutputWriter&) = delete;

  /// Queues a text. Never waits. False if the bound is reached or the writer was stopped; the text
  /// is not written then, and Done is not called. A text that is not written within `limit` fails
  /// with "nobody reads it". A limit of zero means that it waits until it can be written.
  bool try_write(std::uint64_t number, std::string text, std::chrono::milliseconds limit = {});
  /// Whether no text waits and none is being written.
  bool idle() const;
  /// Why the output accepts nothing at present, or "" if it does as far as is known. It is the
  /// fault of the last text, or "nobody reads it" if the oldest text has waited for more than a
  /// second.
  std::string fault() const;
  /// Writes what waits for at most `grace`. Then the text that is being written fails, and the
  /// others are dropped without a call of Done. Returns at most half a second after that, even if
  /// the thread hangs in a system call; the thread is then left behind with memory of its own.
  /// Later calls do nothing.
  void stop(std::chrono::milliseconds grace);

 private:
  struct State;
  // Shared with the writer's thread, which may outlive this object if a system call hangs.
  std::shared_ptr<State> state_;
  std::thread thread_;
};

}  // namespace alarum
