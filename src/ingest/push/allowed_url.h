#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace alarum::ingest {

/// `eu-west-1`, `us-gov-east-1`, `eu-de`, `eusc-de-east-1`: two letters (or `eusc`), then words of
/// letters, digits at the end only. Nothing that a bucket's host has in the place of a region
/// (`s3`, `s3-us-west-2`, `obs`, `s3-website-us-east-1`) is one.
bool is_region(std::string_view text);

/// Whether `host` (in lower case, with its port if it has one) fits the pattern: a star is one
/// label or a part of one, never a dot; `<region>` a region's name.
bool is_host(std::string_view pattern, std::string_view host);

/// Whether `url` is https, without a user, on a host that one of `hosts` allows:
/// `smn.<region>.myhuaweicloud.com`; `host:8443` for another port than 443.
bool is_allowed_url(std::string_view url, const std::vector<std::string>& hosts);

/// `example.org:8443` of `https://example.org:8443/x`, as it is written; empty of what is no plain
/// https URL.
std::string_view place_of(std::string_view url);
/// Path, query and fragment of such a URL: `/x`.
std::string_view rest_of(std::string_view url);

/// In which * is any run of characters.
bool fits_field(std::string_view pattern, std::string_view text);

}  // namespace alarum::ingest
