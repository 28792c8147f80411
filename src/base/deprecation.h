#pragma once
#include <string>

#include "base/diagnostics.h"

namespace alarum {

/// An old way to write something that still works: a warning, which `check --strict` lets pass. The
/// message says what to write instead.
void deprecation(Diagnostics& out, const Place& place, const std::string& message);
bool is_deprecation(const Diagnostic& diagnostic);

}  // namespace alarum
