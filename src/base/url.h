#pragma once
#include <string>
#include <string_view>

namespace alarum {

/// The parts of an absolute URL (RFC 3986 section 3). They are as written: nothing is decoded or
/// checked, and a text that is no URL still gives parts. Without `://` the scheme is empty.
struct Url {
  std::string scheme;
  std::string authority;  ///< host and port, and user information if there is any
  std::string rest;       ///< path, query and fragment, with their first character

  explicit Url(std::string_view text);
  /// The authority without its port. An IPv6 address keeps its brackets.
  std::string host() const;
};

/// The URL up to its query. Use it for everything that people read, such as logs and messages,
/// because the query may contain a token.
inline std::string_view without_query(std::string_view url) {
  return url.substr(0, url.find('?'));
}

}  // namespace alarum
