#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "config/receiver.h"

namespace alarum::deliver {

constexpr std::size_t kMostExcerpt = 200;  ///< bytes

/// How what a target answered begins, in its own words: at most kMostExcerpt bytes in one line that
/// a terminal and a log may show (base/printable.h). Some targets repeat the request in their
/// answer, so whatever in it is a secret of `how` stands as `<secret>`, also where it is escaped as
/// in JSON or in a URL.
std::string excerpt_of(std::string_view answer, const config::Integration& how);

/// `hooks.example.org:443`: where requests to the URL go; no path, no query, no user.
std::string place_of(std::string_view url);

}  // namespace alarum::deliver
