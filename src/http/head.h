#pragma once
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace alarum::http {

/// A request's head that passed all checks: views into its text.
struct Head {
  std::string_view text;  ///< all of it, with the empty line at its end
  std::string_view method, target;
  /// Names as they came, values without blanks around them.
  std::vector<std::pair<std::string_view, std::string_view>> fields;
  bool old_version = false;  ///< HTTP/1.0
  bool keep_alive = true;    ///< the sender goes on with this connection (RFC 9112 section 9.3)
  bool chunked = false;      ///< the body comes in chunks; else it has `length` bytes
  std::uint64_t length = 0;
};

/// Reads the raw head of a request (request line and header fields), as strictly as RFC 9112
/// sections 3, 5 and 6 allow a server to: what two readers of HTTP could read differently is
/// refused, so that nothing can be smuggled past a proxy. `text` ends with the empty line. Error
/// `bad_request` (or `bad_version`), naming the fault.
Result<Head> parse_head(std::string_view text);

/// A head of which only a part has come: refused as soon as a whole line of it is wrong. `bytes`
/// may end anywhere.
Result<void> check_partial_head(std::string_view bytes);

}  // namespace alarum::http
