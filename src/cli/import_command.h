#pragma once
#include <ostream>
#include <string>

namespace alarum::cli {

/// `alarum import alertmanager FILE`: writes the equivalent config to `out`, and what needs a look
/// to `err`, together with what `check` would find in the result if it stood beside FILE. Exit code
/// 0; 1 when FILE is no configuration of Alertmanager (`out` gets nothing then), or when the result
/// has faults.
int import_alertmanager_command(const std::string& file, std::ostream& out, std::ostream& err);

}  // namespace alarum::cli
