#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/percent.h"
#include "config/network.h"
#include "http/credentials.h"
#include "http/forwarded.h"
#include "http/head.h"
#include "http/target.h"
#include "ingest/cloudevents.h"
#include "tests/fuzz/target.h"

namespace fuzz::http_target {

// Whoever does not know the secret proves nothing, wherever the bytes stand.
void prove_nothing(const std::string& text, const alarum::http::Request& peer) {
  using namespace alarum;
  using Kind = config::Credential::Kind;
  const config::Secret secret("a secret that is not in the corpus: 8a1f0c6d27");
  for (const auto kind : {Kind::bearer, Kind::basic, Kind::query_token, Kind::header, Kind::github,
                          Kind::standard_webhooks}) {
    auto request = peer;
    request.query = text;
    request.headers = {{"Authorization", text},
                       {"X-Key", text},
                       {"webhook-id", text},
                       {"webhook-timestamp", text},
                       {"webhook-signature", text}};
    for (const char* scheme : {"Bearer ", "Basic "}) {
      request.headers[0].second = scheme + text;
      if (http::verify({{kind, "X-Key", secret}}, request, text, Time())) std::abort();
    }
  }
}

// What passes is one path, which nobody can read as another, and which is itself when it is written
// out.
void check_target(std::string_view text) {
  const auto target = alarum::http::parse_target(text);
  if (!target) return;
  const auto& path = target->path;
  if (!path.starts_with('/') || path.find("//") != path.npos || path.find("/../") != path.npos ||
      path.find("/./") != path.npos || path.find('\\') != path.npos || path.find('\0') != path.npos)
    std::abort();
  std::string written;
  for (const char c : path)
    written += c == '/' ? "/" : alarum::percent_encode(std::string_view(&c, 1));
  const auto again = alarum::http::parse_target(written);
  if (!again || again->path != path) std::abort();
}

}  // namespace fuzz::http_target

// Bytes as the head of a request, and as what one proves itself with. What must hold: no crash, no
// hang, and no head that is good as a whole but was refused in part.
ALARUM_FUZZ(http) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto end = text.find("\r\n\r\n");
  const auto head = end == std::string_view::npos ? std::string(text) + "\r\n\r\n"
                                                  : std::string(text.substr(0, end + 4));
  if (alarum::http::parse_head(head) &&
      !alarum::http::check_partial_head(std::string_view(head).substr(0, head.size() / 2)))
    std::abort();
  (void)alarum::http::check_partial_head(text);
  (void)alarum::ingest::decode_header_value(text);
  check_target(text.substr(0, text.find(' ')));
  alarum::http::Request request;
  request.peer = "10.0.0.1";
  request.headers = {{"X-Forwarded-For", std::string(text)}, {"Forwarded", std::string(text)}};
  const auto ours = *alarum::config::parse_network("10.0.0.0/8");
  for (const bool forwarded : {false, true}) {
    const auto sender = alarum::http::sender_of({{ours}, forwarded}, request);
    // Whatever it says, the sender is an address
    if (!alarum::IpAddress::parse(sender)) std::abort();
  }
  prove_nothing(std::string(text), request);
  return 0;
}
