#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/diagnostics.h"

namespace alarum {

constexpr std::size_t kMaxNodeDepth = 128;     ///< nested sequences and mappings
constexpr std::size_t kMaxYamlNodes = 100000;  ///< of one document, aliases expanded

/// One value of a YAML or JSON text with its place, so that a fault can be reported where it is.
/// Rule files and the config are read as a tree of Nodes (base/fields.h).
///
/// Scalars have the types of the YAML 1.2 core schema (section 10.3.2): `yes`, `no` and `on` are
/// strings, `~` and an empty plain scalar are null. A quoted scalar is always a string.
///
/// A plain value: it owns its children, is copied deeply, and belongs to one thread at a time.
struct Node {
  enum class Kind { null, boolean, number, string, sequence, mapping };

  // Not inline: clang 19 with GCC 12's library needs them whole while it still reads the pair
  // below.
  Node();
  Node(const Node&);
  Node(Node&&) noexcept;
  Node& operator=(const Node&);
  Node& operator=(Node&&) noexcept;
  ~Node();

  Kind kind = Kind::null;
  bool quoted = false;  ///< the string was in quotes, or was a block scalar
  bool json = false;    ///< from a JSON text, in which a number is never ambiguous
  Place place;
  /// Of a scalar: strings are decoded, numbers are as the user wrote them, booleans are "true" or
  /// "false", and null is "null". Empty for sequences and mappings.
  std::string text;
  std::vector<Node> items;                     ///< of a sequence
  std::vector<std::pair<Node, Node>> members;  ///< of a mapping, in order; keys are scalars

  bool is(Kind k) const { return kind == k; }
  bool scalar() const { return kind != Kind::sequence && kind != Kind::mapping; }
  /// The value of the last member with this name, or nullptr. Cost: the number of members.
  const Node* find(std::string_view key) const;
};

/// Reads a YAML 1.2 text that has one document. Columns count bytes. An empty text is an empty
/// mapping.
///
/// - Anchors, aliases and the merge key `<<` are expanded: at most kMaxYamlNodes values and
///   kMaxNodeDepth levels afterwards, so that a small text cannot become a huge tree.
/// - Tags are refused. So are a second document, duplicate keys, keys that are not scalars, bytes
///   that are not UTF-8, and control characters.
/// - Texts that yaml-cpp accepts but their author hardly meant are refused too, such as a quote
///   that was not closed and swallowed the next lines (base/yaml_quote.h).
///
/// Every fault goes to `out` with its place and what to write instead. nullopt if there is no
/// usable tree. If there were faults, a tree may be returned all the same: check `out`. Any thread.
std::optional<Node> parse_yaml(std::string_view text, const std::string& file, Diagnostics& out);

/// Reads a JSON text (RFC 8259). Numbers have any length and stay as they were written. Duplicate
/// keys are kept in their order; check_unique_keys() reports them. At most kMaxNodeDepth levels. A
/// node's place is the first character of its value, columns in bytes. At the first fault it adds
/// one error to `out` and returns nullopt. Any thread.
std::optional<Node> parse_json(std::string_view text, const std::string& file, Diagnostics& out);

/// Reports each key that occurs twice in one mapping, anywhere in the tree: `duplicate key "count"
/// (first at 3:5)`. parse_yaml() calls it. For JSON the caller decides, because RFC 8259 section 4
/// allows duplicates.
void check_unique_keys(const Node& node, Diagnostics& out);

/// Whether YAML 1.2 reads a plain scalar as a number, but a person or another program may read a
/// code: `007`, `0x1F`, `80E18402`, `.5`. In patterns, tables and labels such a scalar is an error
/// that says "quote it". False for every node from JSON, and for `1_000`, which is a string.
bool is_ambiguous_number(const Node& node);

/// Words for a message: `null`, `true`, `number 5`, `string "abc"`, `a list`, `a mapping`. Texts
/// are cut to 80 bytes.
std::string describe(const Node& node);

}  // namespace alarum
