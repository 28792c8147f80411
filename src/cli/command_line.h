#pragma once

namespace alarum::cli {

/// The command `alarum` (DESIGN §9). Exit code: 0 good, 1 the input is at fault, 2 wrong usage, 3
/// findings.
int run(int argc, const char* const* argv);

}  // namespace alarum::cli
