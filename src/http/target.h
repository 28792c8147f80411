#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace alarum::http {

/// The request target in its only form: the router, the Authenticator, the handlers and the log all
/// see this one, so no two of them can disagree about a path. Made once for each request.
struct Target {
  /// `/` and segments that are percent-decoded once. No segment is `.` or `..`, or contains a
  /// slash, a backslash or a control character; only the last one may be empty. Valid UTF-8. Upper
  /// and lower case differ.
  std::string path;
  std::string query;  ///< as it came, without `?`
  /// `host` or `host:port` of absolute-form, in lower case; empty in origin-form
  std::string authority;
};

/// Parses origin-form, and absolute-form with http or https (RFC 9112 sections 3.2.1 and 3.2.2).
/// Rejects authority-form, `*`, fragments, broken escapes, and every path that two implementations
/// could read differently. Error `bad_target`; the message names the fault.
Result<Target> parse_target(std::string_view text);

/// The host of an authority or of a Host header (RFC 9110 section 7.2), in lower case and without
/// its port; an IPv6 address stays in its brackets. An empty text gives an empty host. Error
/// `bad_host` if the text is not `host` or `host:port`.
Result<std::string> host_of(std::string_view authority);

}  // namespace alarum::http
