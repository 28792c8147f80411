#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/node.h"
#include "base/time.h"

// Strict reading of the fields of a tree: how rule files and the config file are read. Every
// function reports what is wrong to `out` with the value's place, names the field as `name`, and
// says what would be accepted; nothing is guessed or skipped.

namespace alarum {

/// The keys that a mapping may have, and those that have a meaning offload and none there.
struct KeySet {
  std::vector<std::string> known;
  std::vector<std::string> unavailable;
  std::string_view because = "is not available in this version";  ///< of these
};

/// Reports each key outside `keys.known`: `unknown key "cuont" in rule "EccStorm" (did you mean
/// "count"?)`, or
/// `"count" is not available in this version (rule "EccStorm")`. `where` names the mapping.
void check_keys(const Node& mapping, const KeySet& keys, std::string_view where, Diagnostics& out);

/// False, and an error, when the node is of another kind: `"rules" must be a list, not a mapping`.
/// `what`: "a list of rules".
bool expect_kind(const Node& node, Node::Kind kind, std::string_view name, std::string_view what,
                 Diagnostics& out);

std::optional<std::string> read_string(const Node& node, std::string_view name, Diagnostics& out);
std::optional<bool> read_bool(const Node& node, std::string_view name, Diagnostics& out);
/// A string, or a number or boolean as it was written; an ambiguous number is an error: "quote it".
std::optional<std::string> read_text(const Node& node, std::string_view name, Diagnostics& out);
/// `30s`, `10m`, `24h` within the bounds.
std::optional<Duration> read_duration(const Node& node, std::string_view name, Duration least,
                                      Duration most, Diagnostics& out);
/// A whole number within the bounds: `4000000`, `4000k`, `4M`.
std::optional<std::uint64_t> read_count(const Node& node, std::string_view name,
                                        std::uint64_t least, std::uint64_t most, Diagnostics& out);
/// Bytes: `65536`, `64KiB`, `64MiB`, `10GiB`, `1TiB` within the bounds.
std::optional<std::uint64_t> read_size(const Node& node, std::string_view name, std::uint64_t least,
                                       std::uint64_t most, Diagnostics& out);
/// A string, or a list of strings. Empty when nothing good is in it.
std::vector<const Node*> read_strings(const Node& node, std::string_view name, Diagnostics& out);

/// `10GiB`, `512KiB`, `700B`: the greatest unit that leaves no rest.
std::string format_size(std::uint64_t bytes);

}  // namespace alarum
