#include "base/url.h"

#include <algorithm>

namespace alarum {

Url::Url(std::string_view text) {
  if (const auto end = text.find("://"); end != text.npos) {
    scheme = text.substr(0, end);
    text.remove_prefix(end + 3);
  }
  const auto end = std::min(text.find_first_of("/?#"), text.size());
  authority = text.substr(0, end);
  rest = text.substr(end);
}

std::string Url::host() const {
  const auto colon = authority.rfind(':');
  return colon == authority.npos || authority.find(']', colon) != authority.npos
             ? authority
             : authority.substr(0, colon);
}

}  // namespace alarum
