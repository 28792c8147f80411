#pragma once
#include <string>
#include <string_view>

namespace alarum {

/// An absolute URL taken apart (RFC 3986 section 3), as it is written: nothing is decoded or checked.
struct Url {
  std::string scheme;
  std::string authority;  ///< host and port
  std::string rest;       ///< path, query and fragment

  explicit Url(std::string_view text);
  /// Without the port; an IPv6 address stays in its brackets.
  std::string host() const;
};

}  // namespace alarum
