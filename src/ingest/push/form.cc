#include "ingest/push/form.h"

#include <algorithm>

namespace alarum::ingest {
namespace {

int digit(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; }

std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    if (i + 2 >= text.size() || digit(text[i + 1]) < 0 || digit(text[i + 2]) < 0) return std::nullopt;
    out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
    i += 2;
  }
  return out;
}

}  // namespace

bool is_github_form(const http::Request& request) { return request.media_type() == "application/x-www-form-urlencoded" && request.header("x-github-event"); }

Result<std::string> payload_of_form(std::string_view body) {
  constexpr std::string_view kName = "payload=";
  while (!body.empty()) {
    const auto field = body.substr(0, body.find('&'));
    body.remove_prefix(std::min(field.size() + 1, body.size()));
    if (!field.starts_with(kName)) continue;
    auto value = decoded(field.substr(kName.size()));
    if (!value) return fail("no_payload", "the form's field \"payload\" has a broken escape");
    return std::move(*value);
  }
  return fail("no_payload", "the form has no field \"payload\"; or let the web hook send application/json");
}

}  // namespace alarum::ingest
