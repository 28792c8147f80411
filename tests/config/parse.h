#pragma once
#include "config/config.h"
#include "receivers/list.h"
#include "receivers/receiver.h"

namespace alarum::config {

/// With all kinds of receivers that there are.
inline std::optional<Config> parse(std::string_view text, const std::string& path,
                                   Diagnostics& out) {
  return parse(text, path, receivers::kinds(), out);
}
inline std::optional<Config> read_file(const std::string& path, Diagnostics& out) {
  return read_file(path, receivers::kinds(), out);
}

}  // namespace alarum::config
