#pragma once
#include <string>

#include "base/node.h"

namespace alarum {

/// The tree as JSON on one line. Numbers stand as they were written, so that of a tree from YAML it
/// is YAML's flow style and reads back as the same tree (but for places and quotes), whatever YAML
/// allows for a number.
std::string node_json(const Node& node);

}  // namespace alarum
