#include "config/shown.h"

#include <algorithm>
#include <array>

#include "base/json.h"

namespace alarum::config {
namespace {

using Kind = Node::Kind;

constexpr const char* kHidden = "<secret>";

constexpr std::array<std::string_view, 10> kSecretWords{
    "token", "password",    "secret",  "authorization", "credentials",
    "_key",  "webhook_url", "api_url", "proxy_url",     "heartbeat_url"};

bool is_secret_name(std::string_view name) {
  if (name.ends_with("_file")) return false;
  return std::ranges::any_of(kSecretWords, [&](std::string_view word) {
    return name.find(word) != std::string_view::npos;
  });
}

void hide(Node& node) {
  if (!node.scalar()) {
    for (auto& item : node.items) hide(item);
    for (auto& [name, value] : node.members) hide(value);
    return;
  }
  if (node.is(Kind::null) || node.text.empty()) return;
  node.kind = Kind::string, node.quoted = true, node.text = kHidden;
}

// `https://user:password@host/path?token=…`: what is before the @ and behind the ? goes.
void hide_in_url(Node& node) {
  const auto scheme = node.text.find("://");
  if (!node.is(Kind::string) || scheme == std::string::npos) return;
  auto& text = node.text;
  if (const auto query = text.find('?', scheme); query != text.npos)
    text = text.substr(0, query) + "?" + kHidden;
  const auto host = scheme + 3, path = std::min(text.find('/', host), text.size());
  if (const auto at = text.rfind('@', path); at != text.npos && at >= host)
    text.erase(host, at + 1 - host);
}

void hide_secrets(Node& node);

// Of an entry of a `*_configs` list, and what else names a URL that is a secret in itself.
void hide_url(Node& entry) {
  for (auto& [name, value] : entry.members)
    if (name.text == "url" || name.text == "client_url") hide(value);
}

void hide_secrets(Node& node) {
  for (auto& item : node.items) hide_secrets(item);
  for (auto& [name, value] : node.members) {
    // `header: {name, value}` of auth, `headers: {NAME: value}` of a request
    if (is_secret_name(name.text) || name.text == "headers" || name.text == "http_headers") {
      if (value.scalar() || name.text.ends_with("headers"))
        hide(value);
      else
        hide_secrets(value);
    } else if (name.text == "header" && value.is(Kind::mapping)) {
      for (auto& [key, text] : value.members)
        if (key.text == "value") hide(text);
    } else if (name.text == "heartbeat") {
      hide_url(value);
      hide_secrets(value);
    } else if (value.scalar()) {
      hide_in_url(value);
    } else {
      hide_secrets(value);
    }
  }
}

void hide_entry(const ReceiverKind& kind, Node& entry) {
  for (auto& [name, value] : entry.members) {
    const auto* key = kind.key(name.text);
    if (key && may_be_file(key->form)) hide(value);
  }
}

void hide_receivers(Node& receivers, const ReceiverKinds& kinds) {
  for (auto& receiver : receivers.items) {
    for (auto& [list, entries] : receiver.members) {
      const auto* kind = kind_of_list(kinds, list.text);
      for (auto& entry : entries.items) {
        if (kind) hide_entry(*kind, entry);
        hide_url(entry);
      }
    }
  }
}

void append_block(std::string& out, const Node& node, std::size_t indent);

std::string scalar_text(const Node& node) {
  if (!node.is(Kind::string)) return node.text;
  return node.quoted || node.text.empty() ? json_quote(node.text) : node.text;
}

void append_value(std::string& out, const Node& node, std::size_t indent) {
  if (node.scalar()) {
    out += ' ' + scalar_text(node) + '\n';
  } else if (node.items.empty() && node.members.empty()) {
    out += node.is(Kind::sequence) ? " []\n" : " {}\n";
  } else {
    out += '\n';
    append_block(out, node, indent);
  }
}

void append_block(std::string& out, const Node& node, std::size_t indent) {
  const std::string space(indent, ' ');
  for (const auto& item : node.items) {
    if (item.scalar() || (item.items.empty() && item.members.empty())) {
      out += space + "-";
      append_value(out, item, indent + 2);
      continue;
    }
    std::string inner;
    append_block(inner, item, indent + 2);
    inner[indent] = '-';
    out += inner;
  }
  for (const auto& [name, value] : node.members) {
    out += space + scalar_text(name) + ":";
    append_value(out, value, indent + 2);
  }
}

}  // namespace

std::string shown_text(const Node& config, const ReceiverKinds& kinds) {
  auto shown = config;
  for (auto& [name, value] : shown.members)
    if (name.text == "receivers") hide_receivers(value, kinds);
  hide_secrets(shown);
  std::string out;
  append_block(out, shown, 0);
  return out;
}

}  // namespace alarum::config
