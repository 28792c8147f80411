#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace alarum::log {

/// While a Background exists, log lines are written to the descriptor by a thread of their own. A
/// thread that logs never waits for a terminal or a pipe that nobody reads.
///
/// At most 1 MiB of lines waits to be written. Lines that do not fit are dropped and counted, and
/// once there is space again a line says how many were dropped.
///
/// There is one at a time. main creates it before it starts other threads and destroys it after
/// they have ended. The destructor writes what waits, for at most one second. The descriptor stays
/// open and belongs to the caller.
class Background {
 public:
  explicit Background(int descriptor);
  ~Background();
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;
};

/// Writes what waits, for at most one second, and drops every later line. For a caller that ends
/// the process by `_exit`, which runs no destructors. Does nothing without a Background.
void finish();
/// Writes a text among the log lines without time, level and stage, for example the faults of a
/// config file. It is made printable, and it should end with a line break. Any thread.
void write_text(std::string_view text);
/// How many lines were dropped since the process started. Any thread; for the metric.
std::uint64_t dropped();
/// Why lines cannot be written at present, for example "nobody reads it"; empty if they can, or if
/// there is no Background. Any thread.
std::string output_fault();

/// Sends every later line, of all levels and with time 0, to `to` on the thread that logs. An empty
/// function drops the lines. The simulation uses it because its time is not the machine's. Called
/// before threads start, because the function is not guarded.
void divert(std::function<void(const std::string& line)> to);

}  // namespace alarum::log
