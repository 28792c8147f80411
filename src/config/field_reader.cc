#include "config/field_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "base/template.h"
#include "config/payload.h"
#include "config/secrets.h"

namespace alarum::config {
namespace {

using Kind = Node::Kind;

// What is wrong with a URL, without showing it.
std::string url_fault(const std::string& url, const std::vector<std::string>& schemes) {
  const auto scheme =
      std::ranges::find_if(schemes, [&](const auto& s) { return url.starts_with(s); });
  const auto rest = scheme == schemes.end() ? "" : url.substr(scheme->size());
  const auto host = rest.substr(0, rest.find_first_of("/?#"));
  if (url.find("{{") != std::string::npos) return "takes no template: write the URL out";
  const auto plain = [](unsigned char c) { return c > 0x20 && c != 0x7F; };
  if (host.find('@') != std::string::npos)
    return "must not hold a user or password: use http_config: {basic_auth: …}";
  if (has_bad_port(host)) return "has a port that is none: ports go from 1 to 65535";
  if (!host.empty() && !host.starts_with(':') && std::ranges::all_of(url, plain)) return {};
  return schemes.front() == "http://" ? "must be an http:// or https:// URL with a host"
                                      : fmt::format("must be a URL with a host that begins with {}",
                                                    fmt::join(schemes, " or "));
}

}  // namespace

bool has_bad_port(std::string_view authority) {
  const auto colon = authority.rfind(':');
  if (colon == std::string_view::npos || authority.find(']', colon) != std::string_view::npos)
    return false;
  const auto port = authority.substr(colon + 1);
  if (port.empty()) return false;  // RFC 3986 section 3.2.3: the scheme's own
  std::uint32_t number = 0;
  const auto [stop, fault] = std::from_chars(port.data(), port.data() + port.size(), number);
  return fault != std::errc() || stop != port.data() + port.size() || number == 0 || number > 65535;
}

const std::vector<ReceiverKey>& common_keys() {
  using Form = ReceiverKey::Form;
  using Type = ReceiverKey::Type;
  static const std::vector<ReceiverKey> kCommon{{"send_resolved", Form::nullable, Type::flag},
                                                {"notify_ack", Form::value, Type::flag},
                                                {"resolve_on", Form::value, Type::texts},
                                                {"fallback"},
                                                {"timeout", Form::nullable, Type::duration},
                                                {"connect_timeout", Form::value, Type::duration},
                                                {"first_byte_timeout", Form::value, Type::duration},
                                                {"retry", Form::value, Type::mapping},
                                                {"rate_limit", Form::value, Type::mapping},
                                                {"concurrency", Form::value, Type::number}};
  return kCommon;
}

void FieldReader::keys(std::vector<std::string> own, std::vector<std::string> unavailable) {
  for (const auto& key : common_keys()) own.push_back(key.name);
  check_keys(node_, {std::move(own), std::move(unavailable)}, where_, out_);
}

void FieldReader::text(const char* key, std::string& into) {
  if (const auto* n = find(key)) into = read_string(*n, key, out_).value_or(into);
}

void FieldReader::plain_text(const char* key, std::string& into) {
  text(key, into);
  if (into.find("{{") != std::string::npos)
    fault(*find(key), fmt::format("\"{}\" is sent unchanged and cannot be a template", key));
}

void FieldReader::flag(const char* key, bool& into) {
  if (const auto* n = find(key)) into = read_bool(*n, key, out_).value_or(into);
}

void FieldReader::count(const char* key, std::uint64_t& into, std::uint64_t least,
                        std::uint64_t most) {
  if (const auto* n = find(key)) into = read_count(*n, key, least, most, out_).value_or(into);
}

void FieldReader::duration(const char* key, Duration& into, Duration least, Duration most) {
  if (const auto* n = find(key)) into = read_duration(*n, key, least, most, out_).value_or(into);
}

void FieldReader::texts(const char* key, std::vector<std::string>& into) {
  const auto* n = find(key);
  if (!n) return;
  for (const auto* item : read_strings(*n, key, out_)) into.push_back(item->text);
}

void FieldReader::secret(const char* key, Secret& into) {
  if (auto value = read_secret(node_, key, out_)) into = std::move(*value);
}

void FieldReader::required_secret(const char* key, Secret& into) {
  const auto file = std::string(key) + "_file";
  if (!node_.find(key) && !node_.find(file))
    return fault(node_, fmt::format("{} has no \"{}\" (or \"{}\")", where_, key, file));
  secret(key, into);
}

void FieldReader::required_text(const char* key, std::string& into) {
  if (!find(key)) return fault(node_, fmt::format("{} has no \"{}\"", where_, key));
  text(key, into);
  if (into.empty() && find(key)->is(Kind::string))
    fault(*find(key), fmt::format("\"{}\" must not be empty", key));
}

std::optional<std::size_t> FieldReader::choice(const char* key,
                                               const std::vector<std::string>& words) {
  const auto* n = find(key);
  if (!n) return std::nullopt;
  const auto found = n->is(Kind::string) ? std::ranges::find(words, n->text) : words.end();
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  fault(*n,
        fmt::format("\"{}\" must be one of {}, not {}", key, fmt::join(words, ", "), describe(*n)));
  return std::nullopt;
}

void FieldReader::url(const char* key, Secret& into, const std::vector<std::string>& schemes) {
  required_secret(key, into);
  if (into.empty()) return;
  const auto message = url_fault(into.reveal(), schemes);
  if (message.empty()) return;
  const auto name = find(key) ? std::string(key) : std::string(key) + "_file";
  fault(*node_.find(name), fmt::format("\"{}\" {}", name, message));
}

void FieldReader::language(Words& into) {
  if (const auto word = choice("language", {"en", "zh"}))
    into.language = *word == 1 ? Language::zh : Language::en;
}

void FieldReader::words(Words& into) {
  language(into);
  for (const auto& [key, text_of] :
       {std::pair{"title", &into.title}, std::pair{"text", &into.text}}) {
    text(key, *text_of);
    if (!text_of->empty()) check_template(*find(key), key, out_);
  }
}

}  // namespace alarum::config
