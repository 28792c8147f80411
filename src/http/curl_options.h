#pragma once
#include <curl/curl.h>

#include <string>
#include <vector>

#include "config/receiver.h"

namespace alarum::http {

inline constexpr const char* kUserAgent = "alarum/0.1.0";

/// Sets TLS and proxy of `how`; where it names the server, `url` gets that name and `headers` the one before. What it returns (may be null) must
/// live as long as the request.
curl_slist* set_tls_and_proxy(CURL* easy, const config::Http& how, std::string& url, std::vector<std::string>& headers);

}  // namespace alarum::http
