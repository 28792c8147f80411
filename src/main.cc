#include <cstdio>
#include <exception>

#include "base/printable.h"
#include "cli/command_line.h"

namespace {

// The release build uses instructions that older machines do not have: better a sentence than
// SIGILL.
bool processor_will_do() {
#ifdef ALARUM_X86_64_V3
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") &&
         __builtin_cpu_supports("fma");
#else
  return true;
#endif
}

}  // namespace

int main(int argc, char** argv) {
  if (!processor_will_do()) {
    std::fputs(
        "alarum: this build needs an x86-64-v3 processor (AVX2, BMI2, FMA); build the `portable` "
        "preset for this "
        "machine\n",
        stderr);
    return 1;
  }
  try {
    return alarum::cli::run(argc, argv);
  } catch (const std::exception& fault) {
    std::fprintf(stderr, "alarum: %s\n", alarum::printable(fault.what()).c_str());
    return 1;
  }
}
