#pragma once
#include <string>

namespace alarum {

/// The version of this program, as in Semantic Versioning 2.0.0. CMakeLists.txt reads it from this
/// line, so that the package has the same.
inline constexpr const char* kVersion = "0.1.0";

/// The git commit that this program was built from: its hash, twelve digits, then `-dirty` if files
/// differed from it. `unknown` where there was no git repository.
const char* commit();

/// For people: `alarum 0.1.0 (commit 0123456789ab)`.
inline std::string version_text() {
  return std::string("alarum ") + kVersion + " (commit " + commit() + ")";
}

}  // namespace alarum
