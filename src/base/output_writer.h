#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace alarum {

/// Writes texts, in order, to one output on a thread of its own: a pipe that nobody reads, a FIFO
/// without a reader or a file system that hangs stops that thread and nobody else. The bytes that
/// wait are bounded, and each text may have a time limit. Any thread may call it.
class OutputWriter {
 public:
  /// A descriptor that stays open and belongs to somebody else, or a file that is opened for each
  /// text (so that a new one begins after a rotation) and made where it is missing. One that ends
  /// within a line, as a crash leaves it, has a line break before the first text. The descriptor's
  /// flags stay as they are: other processes may share them.
  struct Output {
    int descriptor = -1;
    std::string path = {};  ///< empty: the descriptor
  };
  /// What became of the text that was handed in under this number. `fault` empty: it was written.
  /// Else a part of it may have been, and a line break stands before the next text.
  using Done = std::function<void(std::uint64_t number, const std::string& fault)>;
  struct Options {
    std::size_t most_bytes = 1024 * 1024;  ///< that wait; a larger text fits when none waits
    /// Called on the writer's thread, never after stop(); must not block
    Done done = {};
  };

  OutputWriter(Output output, Options options);
  ~OutputWriter() { stop(std::chrono::milliseconds(0)); }
  OutputWriter(const OutputWriter&) = delete;
  OutputWriter& operator=(const OutputWriter&) = delete;

  /// Never waits. False: the bound is reached, or the writer was stopped; the text was not taken. A
  /// text that is not written within `limit` fails (zero: it waits as long as it must).
  bool try_write(std::uint64_t number, std::string text, std::chrono::milliseconds limit = {});
  bool idle() const;
  /// Why the output takes nothing now; empty: it does, as far as is known. It is known after a
  /// second of waiting, or a failure.
  std::string fault() const;
  /// Writes what waits until `grace` is over, then drops it. Returns within half a second more even
  /// when the system call that writes does not.
  void stop(std::chrono::milliseconds grace);

 private:
  struct State;
  // Shared with the thread alone, which may outlast us in a system call that hangs
  std::shared_ptr<State> state_;
  std::thread thread_;
};

}  // namespace alarum
