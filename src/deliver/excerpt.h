#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "config/receiver.h"

namespace alarum::deliver {

constexpr std::size_t kMostExcerpt = 200;  ///< bytes of an excerpt at most

/// The beginning of a target's answer, for logs and people: at most kMostExcerpt bytes in one line
/// without control characters (base/printable.h). Some targets repeat the request in their answer,
/// so secrets of `how` (URL, headers, authorization, proxy, the kind's own) are replaced by
/// `<secret>`, also where they are escaped for JSON or a URL. A secret of less than 4 bytes is not
/// replaced.
std::string excerpt_of(std::string_view answer, const config::Integration& how);

/// Host and port of a URL, `hooks.example.org:443`, to name a target in logs. Path, query and user
/// are left out, because they may be secret.
std::string place_of(std::string_view url);

}  // namespace alarum::deliver
