#pragma once
#include <string_view>

namespace alarum::http {

/// Which credentials a route demands (docs/auth.md). Router::add() takes one for each route, and
/// the path of a request never changes it. demanded() turns it into a list of credentials.
enum class Access {
  open,    ///< none: health checks, and the handshake of CloudEvents webhooks
  ingest,  ///< one of `auth.ingest`, or of `auth.routes` when that names the path
  admin,   ///< one of `auth.admin`: changing things
  view,    ///< one of `auth.admin` or of `auth.view`: reading the API
  either,  ///< one of `auth.admin` or of `auth.ingest`
  /// None, because the message itself is signed, unless `auth.routes` names the path.
  message
};

/// The enumerator's name, for the table of routes.
constexpr std::string_view to_text(Access access) {
  switch (access) {
    case Access::open:
      return "open";
    case Access::ingest:
      return "ingest";
    case Access::admin:
      return "admin";
    case Access::view:
      return "view";
    case Access::either:
      return "either";
    case Access::message:
      return "message";
  }
  return "";
}

}  // namespace alarum::http
