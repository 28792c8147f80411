#pragma once
#include <string>

#include "base/node.h"

namespace alarum {

/// The tree as JSON on one line, with a space behind each comma and colon. Numbers stay as they
/// were written. For a tree from YAML the result is therefore YAML's flow style rather than JSON if
/// a number is one that only YAML allows (`0x1F`). Reading it again with parse_yaml() gives the
/// same tree, except for the places and for which strings were quoted.
std::string node_json(const Node& node);

}  // namespace alarum
