#pragma once
#include <expected>
#include <string>
#include <utility>

namespace alarum {

/// Why an operation failed for a reason that input or the outside world can cause.
///
/// - `reason` is one snake_case word. The same word is used in the log, in the metric's label and
///   in the API's answer, so programs may compare it.
/// - `message` is a text for a person. It names the thing, the value, and what would be accepted.
struct Error {
  std::string reason;
  std::string message;
};

/// A value, or the Error because of which there is none. What only a bug can cause is an assertion
/// and never an Error. Exceptions of libraries become Errors in the file that calls the library.
template <class T>
using Result = std::expected<T, Error>;

/// The Error as a value that converts to any Result: `return fail("bad_time", "…");`
inline std::unexpected<Error> fail(std::string reason, std::string message) {
  return std::unexpected(Error{std::move(reason), std::move(message)});
}

}  // namespace alarum
