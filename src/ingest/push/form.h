#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/handler.h"

namespace alarum::ingest {

/// Whether it is a form as GitHub sends (`application/x-www-form-urlencoded`). A web page can make
/// a browser send one as well, but without `X-GitHub-Event`.
bool is_github_form(const http::Request& request);

/// The field `payload`, decoded. Error `no_payload`: there is none, or an escape in it is broken.
Result<std::string> payload_of_form(std::string_view body);

}  // namespace alarum::ingest
