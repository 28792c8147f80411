#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace alarum::http {

/// Where a request goes, in the one form that the router, the credentials, the handlers and the log
/// see. Made once for each request.
struct Target {
  /// `/` and segments that are decoded once; none of them is empty (but the last may be), `.` or
  /// `..`, or has a slash, a backslash or a control character of its own. Valid UTF-8. Upper and
  /// lower case differ.
  std::string path;
  std::string query;  ///< as it came, without `?`
  /// `host` or `host:port` of absolute-form, in lower case; empty in origin-form
  std::string authority;
};

/// Takes origin-form and absolute-form with http or https (RFC 9112 section 3.2.1 and 3.2.2).
/// Everything else is refused, authority-form, `*` and whatever two readers could take for
/// different paths among it: nothing behind this has to ask what a path may look like. Error
/// `bad_target`, naming the fault.
Result<Target> parse_target(std::string_view text);

/// The host of an authority or of a Host header (RFC 9110 section 7.2), in lower case and without
/// its port; IPv6 in its brackets. Empty for an empty one. Error `bad_host`: it is not `host` or
/// `host:port`.
Result<std::string> host_of(std::string_view authority);

}  // namespace alarum::http
