#include "http/target.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/percent.h"
#include "base/utf8.h"

namespace alarum::http {
namespace {

std::unexpected<Error> bad_target(const char* message) {
  return fail("bad_target", message);
}

bool is_alphanumeric(char c) {
  return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z');
}
bool is_one_of(char c, std::string_view set) {
  return c != '\0' && set.find(c) != set.npos;
}

// A pchar (RFC 3986 section 3.3), the slash between segments, or the % of an escape.
bool is_path_character(char c) {
  return is_alphanumeric(c) || is_one_of(c, "-._~!$&'()*+,;=:@/%");
}
bool is_host_character(char c) {
  return is_alphanumeric(c) || is_one_of(c, "-._~");
}

// Decodes one segment. What it decodes to must not look like structure (`..`, a slash) to a reader
// that gets the decoded path.
Result<std::string> decode_segment(std::string_view text) {
  auto segment = percent_decode(text);
  if (segment == "." || segment == "..")
    return bad_target("the path has a segment . or ..: write the path that is meant");
  if (segment.find_first_of("/\\") != segment.npos)
    return bad_target("a segment of the path has an encoded slash or backslash");
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (std::ranges::any_of(segment, control))
    return bad_target("the path has an encoded control character");
  return segment;
}

Result<std::string> decode_path(std::string_view text) {
  if (!std::ranges::all_of(text, is_path_character))
    return bad_target("the path has a character that must be percent-encoded");
  if (has_broken_escape(text))
    return bad_target("the path has a % without two hexadecimal digits behind it");
  if (text.find("//") != text.npos) return bad_target("the path has an empty segment");
  std::string path;
  while (!text.empty()) {
    const auto end = std::min(text.find('/', 1), text.size());
    auto segment = decode_segment(text.substr(1, end - 1));
    if (!segment) return segment;
    path += '/' + *segment;
    text.remove_prefix(end);
  }
  if (valid_utf8_prefix(path) != path.size())
    return bad_target("the path does not decode to valid UTF-8");
  return path;
}

// Takes the authority that `rest` begins with, in absolute-form, and leaves what follows it.
Result<std::string> take_authority(std::string_view& rest) {
  const auto size = std::min(rest.find_first_of("/?#"), rest.size());
  auto authority = lowered(rest.substr(0, size));
  rest.remove_prefix(size);
  const auto host = host_of(authority);
  if (!host || host->empty())
    return bad_target("the authority of the request target is not host or host:port");
  return authority;
}

bool take_scheme(std::string_view& rest) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (lowered(rest.substr(0, scheme.size())) != scheme) continue;
    rest.remove_prefix(scheme.size());
    return true;
  }
  return false;
}

}  // namespace

Result<Target> parse_target(std::string_view text) {
  Target target;
  if (!text.starts_with('/')) {
    if (!take_scheme(text))
      return bad_target(
          "the request target is neither a path that begins with / nor an http or https URL");
    auto authority = take_authority(text);
    if (!authority) return std::unexpected(authority.error());
    target.authority = std::move(*authority);
  }
  const auto printable = [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7F;
  };
  if (!std::ranges::all_of(text, printable))
    return bad_target("the request target has a character that must be percent-encoded");
  if (text.find('#') != text.npos) return bad_target("the request target has a fragment");
  const auto mark = std::min(text.find('?'), text.size());
  auto path = decode_path(text.substr(0, mark));
  if (!path) return std::unexpected(path.error());
  target.path = path->empty() ? "/" : std::move(*path);
  target.query = text.substr(std::min(mark + 1, text.size()));
  return target;
}

Result<std::string> host_of(std::string_view authority) {
  const bool literal = authority.starts_with('[');
  const auto size = literal ? std::min(authority.find(']'), authority.size() - 1) + 1
                            : std::min(authority.find(':'), authority.size());
  const auto host = authority.substr(0, size), port = authority.substr(size);
  const auto address = [](char c) { return is_alphanumeric(c) || is_one_of(c, ":."); };
  const bool right_host = literal
                              ? host.size() > 2 && host.ends_with(']') &&
                                    std::ranges::all_of(host.substr(1, host.size() - 2), address)
                              : std::ranges::all_of(host, is_host_character);
  const bool right_port = port.empty() || (port.starts_with(':') && port.size() <= 6 &&
                                           std::ranges::all_of(port.substr(1), is_digit));
  if (!right_host || !right_port) return fail("bad_host", "Host is not host or host:port");
  return lowered(host);
}

}  // namespace alarum::http
