#pragma once
#include <span>
#include <string_view>

namespace alarum::simulation {

/// A stored data folder and what is known of it, as CMake has put both into the binary.
struct EmbeddedFolder {
  const char* name;
  std::string_view packed;  ///< NAME.tar.gz
  std::string_view facts;   ///< NAME.json
};
std::span<const EmbeddedFolder> embedded_folders();

}  // namespace alarum::simulation
