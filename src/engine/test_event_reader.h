#pragma once
#include <optional>
#include <string>
#include <vector>

#include "engine/rule_test.h"

namespace alarum::engine {

/// The duration that a scalar says; nullopt, and an error, where it says none.
std::optional<Duration> duration_of(const Node& node, Diagnostics& out);

/// Reads the `events` of a test: a list, or `{file: rack-switch.ndjson}`, one event a line in the
/// words of the list (docs/rules.md "Tests").
class TestEventReader {
 public:
  /// `folder`: of the test file. All outlive the reader.
  TestEventReader(std::string folder, const ReadFile& read, Diagnostics& out)
      : folder_(std::move(folder)), read_(read), out_(out) {}

  /// In the order in which they are written.
  std::vector<TestEvent> read(const Node& events) const;

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

/// The same event with another time of its own.
model::Event with_time(const model::Event& event, std::optional<Time> time);

}  // namespace alarum::engine
