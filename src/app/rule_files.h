#pragma once
#include <optional>
#include <string>

#include "match/generation.h"

namespace alarum::app {

/// A JSON list of the rule files in force: `[{"file", "rules": [names], "bytes"}]`. Reads the whole
/// text of the set.
Result<std::string> rule_file_list(const match::Generation& in_force);

/// One of them as JSON: `{"file", "text", "rules": [{"alert", "line"}], "tests": [{"file",
/// "text"}]}`. The text is the one in force; the tests are the files that stand beside it on the
/// disk now. Error `not_found`. Waits for the disk.
Result<std::string> rule_file(const match::Generation& in_force, const std::string& file);

}  // namespace alarum::app
