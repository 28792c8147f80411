#include "base/node.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "base/ascii.h"
#include "base/utf8.h"

namespace alarum {

Node::Node() = default;
Node::Node(const Node&) = default;
Node::Node(Node&&) noexcept = default;
Node& Node::operator=(const Node&) = default;
Node& Node::operator=(Node&&) noexcept = default;
Node::~Node() = default;

namespace {

// Whether the text is a JSON number (RFC 8259 section 6) that nobody can take for a code: 12, -0.5.
// `80E18402` is a JSON number but looks like a code, so an exponent counts only next to a point or
// sign.
bool plainly_json(std::string_view text) {
  const auto digits = [&] {
    std::size_t n = 0;
    while (n < text.size() && is_digit(text[n])) ++n;
    text.remove_prefix(n);
    return n;
  };
  if (text.starts_with('-')) text.remove_prefix(1);
  const bool zero = text.starts_with('0');
  const auto whole = digits();
  if (whole == 0 || (zero && whole > 1)) return false;
  bool like_a_code = true;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    like_a_code = false;
    if (digits() == 0) return false;
  }
  if (text.empty()) return true;
  if (text.front() != 'e' && text.front() != 'E') return false;
  text.remove_prefix(1);
  if (text.starts_with('+') || text.starts_with('-')) {
    text.remove_prefix(1);
    like_a_code = false;
  }
  return digits() > 0 && text.empty() && !like_a_code;
}

// Enough of a text to recognise it, cut between characters.
std::string shortened(std::string_view text) {
  constexpr std::size_t kMost = 80;
  return std::string(utf8_prefix(text, kMost)) + (text.size() > kMost ? "…" : "");
}

}  // namespace

const Node* Node::find(std::string_view key) const {
  const auto found = std::find_if(members.rbegin(), members.rend(),
                                  [&](const auto& m) { return m.first.text == key; });
  return found == members.rend() ? nullptr : &found->second;
}

void check_unique_keys(const Node& node, Diagnostics& out) {
  std::unordered_map<std::string_view, const Place*> seen;
  for (const auto& [key, value] : node.members) {
    const auto [first, fresh] = seen.try_emplace(key.text, &key.place);
    if (!fresh) {
      out.error(key.place, fmt::format("duplicate key \"{}\" (first at {}:{})", key.text,
                                       first->second->line, first->second->column));
    }
    check_unique_keys(value, out);
  }
  for (const auto& item : node.items) check_unique_keys(item, out);
}

bool is_ambiguous_number(const Node& node) {
  return node.is(Node::Kind::number) && !node.json && !plainly_json(node.text);
}

std::string describe(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null:
      return "null";
    case Node::Kind::boolean:
      return node.text;
    case Node::Kind::number:
      return "number " + shortened(node.text);
    case Node::Kind::string:
      return fmt::format("string \"{}\"", shortened(node.text));
    case Node::Kind::sequence:
      return "a list";
    case Node::Kind::mapping:
      return "a mapping";
  }
  return {};
}

}  // namespace alarum
