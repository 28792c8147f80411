#pragma once
#include <curl/curl.h>

#include <string>
#include <vector>

#include "base/version.h"
#include "config/receiver.h"

namespace alarum::http {

inline const std::string kUserAgent = std::string("alarum/") + kVersion;

/// Sets TLS and proxy of `how`, all but tls.server_name.
void set_tls_and_proxy(CURL* easy, const config::Http& how);
/// So that a server is asked for by `name` (TLS's server_name; "": as the URL has it): an https
/// `url` gets that name, and `headers` the one before. Returns a list for CURLOPT_CONNECT_TO, which
/// leads to where the URL led and which the caller frees; null where there is nothing to do.
curl_slist* ask_for_server(const std::string& name, std::string& url,
                           std::vector<std::string>& headers);

}  // namespace alarum::http
