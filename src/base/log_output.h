#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace alarum::log {

/// While one exists, the log's lines go to the descriptor on a thread of its own: no thread that
/// logs ever waits for who reads them. 1 MiB of lines may wait; those that do not fit are dropped
/// and counted, and a line says how many when there is room again. One at a time; made before other
/// threads exist and destroyed after they ended. The destructor writes what waits, for a second at
/// most.
class Background {
 public:
  explicit Background(int descriptor);
  ~Background();
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;
};

/// Writes what waits, for a second at most; later lines are dropped. For who leaves by `_exit`,
/// which runs no destructor.
void finish();
/// A text among the lines, without their form; made printable.
void write_text(std::string_view text);
/// Lines that were dropped since the start. Any thread.
std::uint64_t dropped();
/// Why the lines are not written now; empty: they are. Any thread.
std::string output_fault();

/// From here on lines go there, without their time, or nowhere when it is empty: for a process in
/// which time is simulated. Called before threads start.
void divert(std::function<void(const std::string& line)> to);

}  // namespace alarum::log
