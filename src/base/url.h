#pragma once
#include <string>
#include <string_view>

namespace alarum {

/// An absolute URL taken apart (RFC 3986 section 3), as it is written: nothing is decoded or
/// checked.
struct Url {
  std::string scheme;
  std::string authority;  ///< host and port
  std::string rest;       ///< path, query and fragment

  explicit Url(std::string_view text);
  /// Without the port; an IPv6 address stays in its brackets.
  std::string host() const;
};

/// The query may have a secret: a token. For what people read.
inline std::string_view without_query(std::string_view url) {
  return url.substr(0, url.find('?'));
}

}  // namespace alarum
