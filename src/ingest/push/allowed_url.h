#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace alarum::ingest {

// Which URLs of a message may be fetched. Messages are untrusted until their signature is verified,
// so a URL in one must lead to the cloud's own hosts only. All functions are pure; lengths are
// bounded by the message.

/// Whether the text is the name of a cloud region: `eu-west-1`, `us-gov-east-1`, `eu-de`,
/// `eusc-de-east-1`. That is two letters (or `eusc`), then words of letters; only the last word may
/// end with digits or be a number. What the host of a storage bucket has in the place of a region
/// (`s3`, `s3-us-west-2`, `obs`, `s3-website-us-east-1`) is none, because anybody can rent a
/// bucket.
bool is_region(std::string_view text);

/// Whether `host` (in lower case, with its port if it has one) fits the pattern. A star stands for
/// one label or a part of one, never for a dot; `<region>` stands for a region's name.
bool is_host(std::string_view pattern, std::string_view host);

/// Whether `url` is https, without a user or escapes in its host, on a host that one of `hosts`
/// allows, for example `smn.<region>.myhuaweicloud.com`. `host:8443` allows another port than 443.
bool is_allowed_url(std::string_view url, const std::vector<std::string>& hosts);

/// Host and port of an https URL, as written: `example.org:8443` of `https://example.org:8443/x`.
/// Empty for every other text, also if it has a user, blanks, a backslash or an IPv6 address.
std::string_view place_of(std::string_view url);
/// Path, query and fragment of such a URL: `/x`; empty if place_of() is.
std::string_view rest_of(std::string_view url);

/// Whether `text` fits a pattern in which each * is any run of characters, also an empty one.
bool fits_field(std::string_view pattern, std::string_view text);

}  // namespace alarum::ingest
