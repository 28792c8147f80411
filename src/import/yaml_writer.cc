#include "import/yaml_writer.h"

#include <re2/re2.h>

#include <algorithm>

#include "base/node_text.h"

namespace alarum::import {
namespace {

std::string scalar_of(const Node& node) {
  return node.is(Node::Kind::string) ? yaml_scalar(node.text) : node.text;
}

bool is_short(const Node& node) {
  return node.scalar() ||
         (node.members.empty() &&
          std::ranges::all_of(node.items, [](const Node& item) { return item.scalar(); }));
}

std::string short_text(const Node& node) {
  if (node.scalar()) return scalar_of(node);
  if (node.is(Node::Kind::mapping)) return "{}";
  std::string out = "[";
  for (const auto& item : node.items) out += (out.size() > 1 ? ", " : "") + scalar_of(item);
  return out + "]";
}

}  // namespace

std::string yaml_scalar(std::string_view text) {
  static const re2::RE2 plain(R"([A-Za-z_/][A-Za-z0-9_./-]*|([0-9]+(ms|[smhdwy]))+)"),
      word("(?i)null|true|false|yes|no|on|off|y|n");
  if (re2::RE2::FullMatch(text, plain) && !re2::RE2::FullMatch(text, word))
    return std::string(text);
  const bool one_line =
      std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
  if (one_line && text.find('\'') == std::string_view::npos) return "'" + std::string(text) + "'";
  Node node;
  node.kind = Node::Kind::string;
  node.text = text;
  auto quoted = node_json(node);
  // JSON allows this character unescaped, but Alarum's YAML parser does not.
  for (auto at = quoted.find('\x7F'); at != std::string::npos; at = quoted.find('\x7F', at))
    quoted.replace(at, 1, "\\x7F");
  return quoted;
}

void YamlWriter::line(int indent, std::string_view text) {
  if (dash_)
    text_ += std::string(static_cast<std::size_t>(indent - 2), ' ') + "- ";
  else
    text_.append(static_cast<std::size_t>(indent), ' ');
  dash_ = false;
  text_ += text;
  text_ += '\n';
}

void YamlWriter::comment(int indent, std::string_view text) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    text_.append(static_cast<std::size_t>(indent), ' ');
    text_ += "# ";
    for (const char c : text.substr(0, end))
      text_ += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c;
    text_ += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void YamlWriter::entry(int indent, std::string_view key, const Node& node) {
  const auto name = yaml_scalar(key) + ":";
  if (is_short(node)) return line(indent, name + " " + short_text(node));
  line(indent, name);
  value(indent + 2, node);
}

void YamlWriter::entry(int indent, std::string_view key, std::string_view text) {
  line(indent, std::string(key) + ": " + yaml_scalar(text));
}

void YamlWriter::left_out(int indent, std::string_view key, const Node& node) {
  YamlWriter other;
  other.entry(0, key, node);
  comment(indent, other.text());
}

void YamlWriter::item(int) {
  dash_ = true;
}

void YamlWriter::value(int indent, const Node& node) {
  for (const auto& [key, member] : node.members) entry(indent, key.text, member);
  for (const auto& one : node.items) {
    dash_ = true;
    if (is_short(one))
      line(indent + 2, short_text(one));
    else
      value(indent + 2, one);
  }
}

}  // namespace alarum::import
