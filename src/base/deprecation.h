#pragma once
#include <string>

#include "base/diagnostics.h"

namespace alarum {

/// Adds a warning about an old spelling in a rule or config file that still works. `message` says
/// what to write instead; it is printed behind `deprecated: `. Unlike other warnings, a deprecation
/// does not make `check --strict` fail, so that an upgrade never breaks a pipeline over spelling
/// alone.
void deprecation(Diagnostics& out, const Place& place, const std::string& message);
/// Whether deprecation() made it: a warning whose message begins with `deprecated: `.
bool is_deprecation(const Diagnostic& diagnostic);

}  // namespace alarum
