#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string_view>

/// A fuzz target is a function over bytes, at the end of its file; what else the file has stands in
/// `namespace fuzz::NAME_target`:
///   ALARUM_FUZZ(NAME) { …data, size…; return 0; }
/// In the fuzz preset (ALARUM_LIBFUZZER) it is the one of its program. In the others one program
/// has all of them (replay.cc), for the headers are most of what there is to compile.
namespace fuzz {

using Function = int (*)(const std::uint8_t* data, std::size_t size);

/// All targets of this program by their names.
inline std::map<std::string_view, Function>& targets() {
  static std::map<std::string_view, Function> all;
  return all;
}

inline void must(bool holds) {
  if (!holds) std::abort();
}

}  // namespace fuzz

#ifdef ALARUM_LIBFUZZER
#define ALARUM_FUZZ_ENTRY(name)                                                       \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { \
    return fuzz::name##_target::run(data, size);                                      \
  }
#else
#define ALARUM_FUZZ_ENTRY(name)                                                            \
  namespace fuzz::name##_target {                                                          \
    [[maybe_unused]] const bool is_known = fuzz::targets().try_emplace(#name, run).second; \
  }
#endif

#define ALARUM_FUZZ(name)                                \
  namespace fuzz::name##_target {                        \
    int run(const std::uint8_t* data, std::size_t size); \
  }                                                      \
  ALARUM_FUZZ_ENTRY(name)                                \
  int fuzz::name##_target::run(const std::uint8_t* data, std::size_t size)
