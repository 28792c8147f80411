#pragma once
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace alarum::http {

/// The head of a request that passed all checks. It has only views: it is valid as long as the
/// buffer that parse_head() read.
struct Head {
  std::string_view text;  ///< all of it, with the empty line at its end
  std::string_view method, target;
  /// Names as they came, values without blanks around them.
  std::vector<std::pair<std::string_view, std::string_view>> fields;
  bool old_version = false;  ///< HTTP/1.0
  bool keep_alive = true;    ///< the sender goes on with this connection (RFC 9112 section 9.3)
  bool chunked = false;      ///< the body comes in chunks; otherwise it has `length` bytes
  std::uint64_t length = 0;  ///< Content-Length, at most 18 digits; 0 if there is none
};

/// Reads the raw head of a request (request line and header fields) as strictly as RFC 9112
/// sections 3, 5 and 6 allow. What two implementations of HTTP could read differently is rejected,
/// so that no request can be smuggled past a proxy: bare CR or LF, folded lines, two lengths, a
/// length beside chunks, a second Host, Authorization, Content-Type or Content-Encoding. `text`
/// ends with the empty line; its size is bounded by the caller (Limits::head).
/// Errors: `bad_request`, or `bad_version` for anything but HTTP/1.0 and HTTP/1.1; the message
/// names the fault.
Result<Head> parse_head(std::string_view text);

/// Checks a head that has arrived in part, so that a connection which speaks no HTTP is answered
/// after its first line instead of after a time-out. `bytes` may end anywhere; only whole lines are
/// checked, and the method as far as it has come. Errors as above.
Result<void> check_partial_head(std::string_view bytes);

}  // namespace alarum::http
