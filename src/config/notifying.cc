#include "config/notifying.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <string_view>
#include <utility>

namespace alarum::config {
namespace {

using Kind = Node::Kind;

constexpr std::string_view kNotifying[] = {
    "route", "receivers", "inhibit_rules", "time_intervals", "mute_time_intervals", "self_monitoring"};
// What a message does not depend on.
constexpr std::string_view kTransport[] = {"http_config", "tls_config"};
constexpr std::string_view kUrls[] = {"url", "api_url", "webhook_url"};
constexpr std::string_view kSecrets[] = {"secret", "routing_key", "access_key", "secret_key",
                                         "auth_password"};

bool is_any(std::string_view key, const auto& of) {
  return std::ranges::find(of, key) != std::end(of);
}

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

// Some keys take a text only where it is not quoted (sizes, durations): it stays as it was.
bool may_stay_plain(const Node& node) {
  if (!node.is(Kind::string)) return true;
  return !node.quoted && !node.text.empty() && std::ranges::all_of(node.text, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '.';
  });
}

// In YAML's flow style, of which JSON is a part (YAML 1.2, 1.3).
void append(std::string& out, const Node& node) {
  if (node.scalar()) {
    if (may_stay_plain(node)) out += node.text;
    else append_quoted(out, node.text);
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

// What stands in the place of a secret: it is read as the secret was.
std::optional<std::string> in_place_of(std::string_view list, std::string_view key) {
  if (key.ends_with("_file")) key.remove_suffix(5);
  if (is_any(key, kUrls)) return list == "email_configs" ? "smtp://hidden.invalid" : "https://hidden.invalid";
  if (is_any(key, kSecrets)) return "whsec_aGlkZGVu";  // base64 of "hidden"
  return std::nullopt;
}

Node without_secrets(std::string_view list, Node entry) {
  std::erase_if(entry.members, [](const auto& one) { return is_any(one.first.text, kTransport); });
  for (auto& [key, value] : entry.members) {
    auto hidden = in_place_of(list, key.text);
    if (!hidden) continue;
    if (key.text.ends_with("_file")) key.text.resize(key.text.size() - 5);
    value.kind = Kind::string, value.quoted = true, value.text = std::move(*hidden);
  }
  return entry;
}

Node receivers_without_secrets(Node receivers) {
  for (auto& receiver : receivers.items) {
    for (auto& [key, list] : receiver.members) {
      if (!key.text.ends_with("_configs")) continue;
      for (auto& entry : list.items) entry = without_secrets(key.text, std::move(entry));
    }
  }
  return receivers;
}

}  // namespace

std::string notifying_part(const Node& config) {
  std::string out = "{";
  for (const auto part : kNotifying) {
    const auto* found = config.find(part);
    if (!found) continue;
    out += fmt::format("{}\n\"{}\": ", out.size() == 1 ? "" : ",", part);
    append(out, part == "receivers" ? receivers_without_secrets(*found) : *found);
  }
  return out + (out.size() == 1 ? "}\n" : "\n}\n");
}

}  // namespace alarum::config
