#pragma once
#include <expected>
#include <string>
#include <utility>

namespace alarum {

/// Why something that input or the world can spoil did not work.
/// `reason` is one snake_case word: the same in the log, the metric label and the API. `message`
/// names the thing, the value and what would be accepted, for a person.
struct Error {
  std::string reason;
  std::string message;
};

/// A value or the reason why there is none. What only a bug can cause is an assertion, never an
/// Error.
template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(std::string reason, std::string message) {
  return std::unexpected(Error{std::move(reason), std::move(message)});
}

}  // namespace alarum
