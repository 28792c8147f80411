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

/// One value of a YAML or JSON text, with its place. Scalars are typed by the YAML 1.2 core schema
/// (section 10.3.2): `yes`, `no`, `on` are strings, `~` and the empty plain scalar are null. A
/// quoted scalar is always a string.
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
  bool quoted = false;  ///< a string that was quoted, or a block scalar
  bool json = false;    ///< from a JSON text, where a number is a number beyond doubt
  Place place;
  /// Scalars: booleans as "true"/"false", null as "null", numbers as they were written, strings
  /// decoded
  std::string text;
  std::vector<Node> items;                     ///< of a sequence
  std::vector<std::pair<Node, Node>> members;  ///< of a mapping, in order; keys are scalars

  bool is(Kind k) const { return kind == k; }
  bool scalar() const { return kind != Kind::sequence && kind != Kind::mapping; }
  /// Of a mapping: the last member of that name, else nullptr
  const Node* find(std::string_view key) const;
};

/// The one document of a YAML 1.2 text. Anchors and aliases are read (bounded: kMaxYamlNodes in
/// all, depth kMaxNodeDepth), tags are refused. Syntax errors, duplicate keys and keys that are not
/// scalars go to `out`; nullopt when there is no usable tree. An empty text is an empty mapping.
/// Columns count bytes.
std::optional<Node> parse_yaml(std::string_view text, const std::string& file, Diagnostics& out);

/// A JSON text (RFC 8259), numbers of any length as they were written, duplicate keys kept in
/// order. Depth at most kMaxNodeDepth. Places are line and column (in bytes) of the value's first
/// character. nullopt, and one error in `out`, at the first fault.
std::optional<Node> parse_json(std::string_view text, const std::string& file, Diagnostics& out);

/// One error for each key that a mapping anywhere in the tree has twice: `duplicate key "count"
/// (first at 3:5)`. parse_yaml has done it; of a JSON text it depends on who reads it.
void check_unique_keys(const Node& node, Diagnostics& out);

/// True where YAML 1.2 reads `text` as a number that JSON would write otherwise (`007`, `0x1F`,
/// `80E18402`, `.5`; `1_000` is a string): in patterns, tables and labels such a plain scalar is an
/// error: "quote it". Never true of a node from JSON.
bool is_ambiguous_number(const Node& node);

/// What a person calls it: `null`, `true`, `number 5`, `string "abc"`, `a list`, `a mapping`.
std::string describe(const Node& node);

}  // namespace alarum
