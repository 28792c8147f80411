#pragma once
#include <string_view>

namespace alarum::http {

/// Whose credentials a route asks for (docs/auth.md). Each route says so where it is added; the
/// path of the request decides nothing.
enum class Access {
  open,    ///< nobody's
  ingest,  ///< those of who may send events
  admin,   ///< those of who may read the API and change things
  either,  ///< one of both sides
  /// nobody's, since the message is signed, unless the config's `auth.routes` names the route
  message
};

constexpr std::string_view to_text(Access access) {
  switch (access) {
    case Access::open:
      return "open";
    case Access::ingest:
      return "ingest";
    case Access::admin:
      return "admin";
    case Access::either:
      return "either";
    case Access::message:
      return "message";
  }
  return "";
}

}  // namespace alarum::http
