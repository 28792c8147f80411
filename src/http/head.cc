#include "http/head.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "base/ascii.h"

namespace alarum::http {
namespace {

std::unexpected<Error> bad(std::string message) {
  return fail("bad_request", std::move(message));
}

// The characters of a token (RFC 9110 section 5.6.2).
constexpr auto kTokens = [] {
  std::array<bool, 256> out{};
  for (int c = 0; c < 256; ++c)
    out[static_cast<std::size_t>(c)] =
        is_digit(static_cast<char>(c)) || is_letter(static_cast<char>(c));
  for (const char c : std::string_view("!#$%&'*+-.^_`|~"))
    out[static_cast<unsigned char>(c)] = true;
  return out;
}();

bool is_token(char c) {
  return kTokens[static_cast<unsigned char>(c)];
}
bool all_tokens(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token);
}

// The head that is being read, and how often each header was seen that decides where the body ends
// or which request this is. Two of them would let two readers see different requests.
struct Framing {
  Head head = {};
  int lengths = 0;
  int encodings = 0;
  int hosts = 0;
  bool closes = false, keeps = false;  ///< Connection has `close`, `keep-alive`
  std::array<bool, 3> single{};        ///< which of kSingle were seen

  Result<void> check() const {
    if (lengths > 1) return bad("more than one Content-Length");
    if (encodings > 1) return bad("more than one Transfer-Encoding");
    if (lengths > 0 && encodings > 0) return bad("both Content-Length and Transfer-Encoding");
    if (encodings > 0 && head.old_version) return bad("Transfer-Encoding in HTTP/1.0");
    if (hosts > 1) return bad("more than one Host");
    if (hosts == 0 && !head.old_version) return bad("no Host header");
    return {};
  }
};

// Headers that may occur once only.
constexpr std::array<std::string_view, 3> kSingle{"authorization", "content-encoding",
                                                  "content-type"};

Result<void> check_request_line(std::string_view line, Framing& framing) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last)
    return bad("the request line is not METHOD TARGET VERSION");
  const auto target = line.substr(first + 1, last - first - 1);
  const auto version = line.substr(last + 1);
  if (!all_tokens(line.substr(0, first))) return bad("the method is not a token");
  const auto printable = [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7F;
  };
  if (target.empty() || !std::all_of(target.begin(), target.end(), printable))
    return bad("the request target has a character that must be percent-encoded");
  if (version != "HTTP/1.1" && version != "HTTP/1.0")
    return fail("bad_version", "only HTTP/1.1 and HTTP/1.0 are spoken here");
  framing.head.method = line.substr(0, first);
  framing.head.target = target;
  framing.head.old_version = version == "HTTP/1.0";
  return {};
}

void read_connection(std::string_view value, Framing& framing) {
  for (std::size_t at = 0; at <= value.size();) {
    const auto end = std::min(value.find(',', at), value.size());
    const auto option = trimmed(value.substr(at, end - at));
    framing.closes |= same_name(option, "close");
    framing.keeps |= same_name(option, "keep-alive");
    at = end + 1;
  }
}

Result<void> check_meaning(std::string_view name, std::string_view value, Framing& framing) {
  if (same_name(name, "content-length")) {
    ++framing.lengths;
    if (value.empty() || value.size() > 18 || !std::all_of(value.begin(), value.end(), is_digit))
      return bad("Content-Length is not a number");
    std::from_chars(value.data(), value.data() + value.size(), framing.head.length);
  } else if (same_name(name, "transfer-encoding")) {
    ++framing.encodings;
    if (!same_name(value, "chunked"))
      return bad("the only Transfer-Encoding understood is chunked");
    framing.head.chunked = true;
  } else if (same_name(name, "host")) {
    ++framing.hosts;
  } else if (same_name(name, "connection")) {
    read_connection(value, framing);
  }
  for (std::size_t i = 0; i < kSingle.size(); ++i) {
    if (same_name(name, kSingle[i]) && std::exchange(framing.single[i], true))
      return bad(fmt::format("two {} headers: readers could take either", name));
  }
  return {};
}

Result<void> check_field(std::string_view line, Framing& framing) {
  if (line.front() == ' ' || line.front() == '\t') return bad("a folded header line");
  const auto colon = line.find(':');
  const auto name = line.substr(0, colon);
  if (colon == std::string_view::npos || !all_tokens(name))
    return bad("a header line is not NAME: VALUE");
  const auto value = trimmed(line.substr(colon + 1));
  const auto allowed = [](char c) {
    return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
  };
  if (!std::all_of(value.begin(), value.end(), allowed))
    return bad(fmt::format("a control character in the value of {}", name));
  framing.head.fields.emplace_back(name, value);
  return check_meaning(name, value, framing);
}

// Calls `take(line)` for each whole line, without its CRLF. A text that ends inside a line is no
// error.
template <class Take>
Result<void> each_line(std::string_view bytes, const Take& take) {
  while (!bytes.empty()) {
    const auto end = bytes.find_first_of("\r\n");
    if (end == std::string_view::npos) return {};
    if (bytes[end] == '\n') return bad("a line ends without a carriage return");
    if (end + 1 == bytes.size()) return {};
    if (bytes[end + 1] != '\n') return bad("a carriage return without a line feed");
    if (auto fine = take(bytes.substr(0, end)); !fine) return fine;
    bytes.remove_prefix(end + 2);
  }
  return {};
}

Result<Framing> check_lines(std::string_view bytes) {
  Framing framing;
  bool first = true;
  auto fine = each_line(bytes, [&](std::string_view line) -> Result<void> {
    if (std::exchange(first, false)) return check_request_line(line, framing);
    return line.empty() ? Result<void>() : check_field(line, framing);
  });
  if (!fine) return std::unexpected(fine.error());
  return framing;
}

}  // namespace

Result<Head> parse_head(std::string_view text) {
  auto framing = check_lines(text);
  if (!framing) return std::unexpected(framing.error());
  if (auto fine = framing->check(); !fine) return std::unexpected(fine.error());
  auto& head = framing->head;
  head.text = text;
  head.keep_alive = !framing->closes && (framing->keeps || !head.old_version);
  return std::move(head);
}

Result<void> check_partial_head(std::string_view bytes) {
  if (auto framing = check_lines(bytes); !framing) return std::unexpected(framing.error());
  // Even a first line that is not whole can show that this is no HTTP.
  const auto method = bytes.substr(0, bytes.find_first_of(" \r\n"));
  if (!method.empty() && !all_tokens(method)) return bad("the method is not a token");
  return {};
}

}  // namespace alarum::http
