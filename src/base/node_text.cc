#include "base/node_text.h"

#include "base/json.h"

namespace alarum {
namespace {

void write(const Node& node, std::string& out) {
  if (node.is(Node::Kind::sequence)) {
    out += '[';
    for (const auto& item : node.items) {
      if (&item != &node.items.front()) out += ", ";
      write(item, out);
    }
    out += ']';
  } else if (node.is(Node::Kind::mapping)) {
    out += '{';
    for (const auto& [key, value] : node.members) {
      if (&key != &node.members.front().first) out += ", ";
      out += json_quote(key.text) + ": ";
      write(value, out);
    }
    out += '}';
  } else {
    out += node.is(Node::Kind::string) ? json_quote(node.text) : node.text;
  }
}

}  // namespace

std::string node_json(const Node& node) {
  std::string out;
  write(node, out);
  return out;
}

}  // namespace alarum
