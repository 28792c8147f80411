#pragma once
#include <string_view>

#include "base/result.h"

namespace alarum::http {

/// Checks the raw head of a request (request line and header fields) as strictly as RFC 9112 §3, §5, §6 allows a server to: what two readers of
/// HTTP could read differently is refused, so that nothing can be smuggled past a proxy. `head` ends with the empty line.
/// Error `bad_request` (or `bad_version`), naming the fault.
Result<void> check_head(std::string_view head);

/// A head of which only a part has come: refused as soon as a whole line of it is wrong. `bytes` may end anywhere.
Result<void> check_partial_head(std::string_view bytes);

}  // namespace alarum::http
