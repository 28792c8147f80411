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

/// The keys that a mapping of a rule or config file may have.
struct KeySet {
  std::vector<std::string> known;        ///< those that this place accepts
  std::vector<std::string> unavailable;  ///< those that mean something elsewhere, but not here
  std::string_view because = "is not available in this version";  ///< why, for `unavailable`
};

/// Reports each key of `mapping` that `keys.known` does not have, with the key's place: `unknown
/// key "cuont" in rule "EccStorm" (did you mean "count"?)`, or for a key in `keys.unavailable`:
/// `"count" is not available in this version (rule "EccStorm")`. `where` names the mapping in the
/// message.
void check_keys(const Node& mapping, const KeySet& keys, std::string_view where, Diagnostics& out);

/// Whether the node is of this kind. If not, it reports `"rules" must be a list, not a mapping`;
/// `what` is the words for the kind, here "a list".
bool expect_kind(const Node& node, Node::Kind kind, std::string_view name, std::string_view what,
                 Diagnostics& out);

/// A string. A number or boolean is an error that says how to quote it, so that nobody wonders why
/// `no` or `007` came out as something else.
std::optional<std::string> read_string(const Node& node, std::string_view name, Diagnostics& out);
/// `true` or `false`, unquoted. `yes` and `on` are strings (YAML 1.2) and therefore errors.
std::optional<bool> read_bool(const Node& node, std::string_view name, Diagnostics& out);
/// A string, or a number or boolean as the user wrote it. A number that YAML and a reader may see
/// differently (is_ambiguous_number()) is an error that says "quote it".
std::optional<std::string> read_text(const Node& node, std::string_view name, Diagnostics& out);
/// A duration such as `30s`, `10m` or `24h` (parse_duration()), from `least` to `most` inclusive.
std::optional<Duration> read_duration(const Node& node, std::string_view name, Duration least,
                                      Duration most, Diagnostics& out);
/// A whole number from `least` to `most` inclusive: `4000000`, `4000k` or `4M`. The units are
/// decimal (1,000 and 1,000,000) because it counts things and not bytes.
std::optional<std::uint64_t> read_count(const Node& node, std::string_view name,
                                        std::uint64_t least, std::uint64_t most, Diagnostics& out);
/// A number of bytes from `least` to `most` inclusive: `65536`, `64KiB`, `64MiB`, `10GiB` or
/// `1TiB`. The units are binary.
std::optional<std::uint64_t> read_size(const Node& node, std::string_view name, std::uint64_t least,
                                       std::uint64_t most, Diagnostics& out);
/// One string, or a list of strings. Returns the nodes that are strings and reports the others, so
/// the result may be incomplete: check `out`. The pointers are valid as long as `node` is.
std::vector<const Node*> read_strings(const Node& node, std::string_view name, Diagnostics& out);

/// The inverse of read_size(), for messages: `10GiB`, `512KiB`, `700B`. It uses the largest unit
/// that divides the number without a remainder.
std::string format_size(std::uint64_t bytes);

}  // namespace alarum
