#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace alarum::bench {

/// A file of events, one a line, read whole; the ends of lines are commas, so that any run of lines
/// within brackets is a JSON array without a copy. simdjson may read past the last one. Their times
/// become now: the alert of an event of last summer would be over already.
class Events {
 public:
  /// `pass`: see Options. Ends the program, with a word why, where there is no such file.
  Events(const std::string& file, unsigned pass);

  std::size_t size() const { return begins_.size() - 1; }
  /// The lines from `first` on, `count` of them, without the last one's end.
  std::string_view some(std::size_t first, std::size_t count) const;
  std::string_view operator[](std::size_t number) const { return some(number, 1); }
  /// The value of the first `"id"`: what webhooks are recognised by.
  std::string_view id(std::size_t number) const;

 private:
  void write_over(std::string_view part, std::string_view with);

  std::string text_;
  std::vector<std::size_t> begins_;  // of each line, and where the last one ends
};

/// The text value of the next member "id" at or after `at`, which moves behind it; empty: none.
std::string_view next_id(std::string_view text, std::size_t& at);

}  // namespace alarum::bench
