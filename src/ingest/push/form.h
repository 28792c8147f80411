#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/handler.h"

namespace alarum::ingest {

/// Whether the body is a form as GitHub's web hooks send by default
/// (`application/x-www-form-urlencoded` with `X-GitHub-Event`). The header is required, because a
/// web page can make a browser send a form, but not with that header.
bool is_github_form(const http::Request& request);

/// The decoded field `payload` of such a form, which is JSON. Error `no_payload` if it is missing
/// or has a broken escape.
Result<std::string> payload_of_form(std::string_view body);

}  // namespace alarum::ingest
