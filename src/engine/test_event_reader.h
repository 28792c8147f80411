#pragma once
#include <optional>
#include <string>
#include <vector>

#include "engine/rule_test.h"

namespace alarum::engine {

/// The duration that a scalar contains. nullopt, and an error in `out`, if it contains none.
std::optional<Duration> duration_of(const Node& node, Diagnostics& out);

/// Reads the `events` of a test: a list, or `{file: rack-switch.ndjson}` with one event in each
/// line and the same keys as in the list (docs/rules.md "Tests"). An event without `time` has its
/// arrival as its time; `time: null` leaves it without one. Faults are added to the Diagnostics.
class TestEventReader {
 public:
  /// `folder` is that of the test file; paths are relative to it. `read` and `out` outlive the
  /// reader.
  TestEventReader(std::string folder, const ReadFile& read, Diagnostics& out)
      : folder_(std::move(folder)), read_(read), out_(out) {}

  /// The events in the order in which they are written, without those that have a fault.
  std::vector<TestEvent> read(const Node& events) const;

  /// A file may have at most so many events; more is an error.
  static constexpr std::size_t kMostLines = 200'000;

 private:
  std::vector<TestEvent> read_file(const Node& name) const;
  void read_line(std::string_view line, const Place& place, std::vector<TestEvent>& events) const;
  void read_event(const Node& node, std::vector<TestEvent>& events) const;
  model::Format format_of(const Node& event) const;

  const std::string folder_;
  const ReadFile& read_;
  Diagnostics& out_;
};

/// The same event with another time of its own; nullopt: with none.
model::Event with_time(const model::Event& event, std::optional<Time> time);

}  // namespace alarum::engine
