#include "config/notifying.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>

namespace alarum::config {
namespace {

using Kind = Node::Kind;

constexpr std::string_view kNotifying[] = {
    "route",          "receivers",           "inhibit_rules",
    "time_intervals", "mute_time_intervals", "self_monitoring"};

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
      out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    else
      out += c;
  }
  out += '"';
}

// Some keys (sizes, durations) accept a text only without quotes, so it is written as it was.
bool may_stay_plain(const Node& node) {
  if (!node.is(Kind::string)) return true;
  return !node.quoted && !node.text.empty() && std::ranges::all_of(node.text, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '.';
  });
}

// Writes YAML's flow style, which includes JSON (YAML 1.2 section 1.3).
void append(std::string& out, const Node& node) {
  if (node.scalar()) {
    if (may_stay_plain(node))
      out += node.text;
    else
      append_quoted(out, node.text);
    return;
  }
  const bool list = node.is(Kind::sequence);
  out += list ? '[' : '{';
  const char* between = "";
  for (const auto& item : node.items) {
    out += std::exchange(between, ", ");
    append(out, item);
  }
  for (const auto& [key, value] : node.members) {
    out += std::exchange(between, ", ");
    append_quoted(out, key.text);
    out += ": ";
    append(out, value);
  }
  out += list ? ']' : '}';
}

// A harmless text that can be read in place of a secret. nullptr if the key is no secret.
const char* in_place_of(ReceiverKey::Form form) {
  switch (form) {
    case ReceiverKey::Form::url:
      return "https://hidden.invalid";
    case ReceiverKey::Form::mail_url:
      return "smtp://hidden.invalid";
    case ReceiverKey::Form::nats_url:
      return "nats://hidden.invalid";
    case ReceiverKey::Form::secret:
      return "whsec_aGlkZGVu";  // base64 of "hidden"
    default:
      return nullptr;
  }
}

// The key, also for `NAME_file`.
const ReceiverKey* key_of(const ReceiverKind& kind, std::string_view name) {
  if (name.ends_with("_file")) name.remove_suffix(5);
  return kind.key(name);
}

// Whether the key decides only how a message gets to its receiver.
bool is_transport(const ReceiverKey* key) {
  return key && key->form == ReceiverKey::Form::transport;
}

Node without_secrets(const ReceiverKind& kind, Node entry) {
  std::erase_if(entry.members,
                [&](const auto& one) { return is_transport(kind.key(one.first.text)); });
  for (auto& [name, value] : entry.members) {
    const auto* key = key_of(kind, name.text);
    const auto* hidden = key ? in_place_of(key->form) : nullptr;
    if (!hidden) continue;
    name.text = key->name;
    value.kind = Kind::string, value.quoted = true, value.text = hidden;
  }
  return entry;
}

Node receivers_without_secrets(Node receivers, const ReceiverKinds& kinds) {
  for (auto& receiver : receivers.items) {
    for (auto& [list, entries] : receiver.members) {
      const auto* kind = kind_of_list(kinds, list.text);
      if (!kind) continue;
      for (auto& entry : entries.items) entry = without_secrets(*kind, std::move(entry));
    }
  }
  return receivers;
}

}  // namespace

std::string notifying_part(const Node& config, const ReceiverKinds& kinds) {
  std::string out = "{";
  for (const auto part : kNotifying) {
    const auto* found = config.find(part);
    if (!found) continue;
    out += fmt::format("{}\n\"{}\": ", out.size() == 1 ? "" : ",", part);
    append(out, part == "receivers" ? receivers_without_secrets(*found, kinds) : *found);
  }
  return out + (out.size() == 1 ? "}\n" : "\n}\n");
}

}  // namespace alarum::config
