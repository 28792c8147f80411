#pragma once
#include <curl/curl.h>

#include <string>
#include <vector>

#include "base/version.h"
#include "config/receiver.h"

namespace alarum::http {

// Options that notifications (deliver/) and the client of sources (http/client.h) set in the same
// way on a libcurl easy handle.

/// User-Agent of every request that the daemon sends (RFC 9110 section 10.1.5).
inline const std::string kUserAgent = std::string("alarum/") + kVersion;

/// Sets CA, client certificate, verification and proxy from `how`; not tls.server_name. If `how`
/// has no proxy, the proxies of the environment (http_proxy, NO_PROXY) are switched off. libcurl
/// copies the texts. Wrong files show when the transfer runs.
void set_tls_and_proxy(CURL* easy, const config::Http& how);
/// Makes TLS ask for, and check, the server name `name` (the config's tls.server_name) while the
/// connection still goes to the host of `url`. libcurl takes the name from the URL, so `url` gets
/// `name` for a host, and `headers` gets `Host:` with the old one. Returns a list for
/// CURLOPT_CONNECT_TO, which leads to the old host; the caller frees it after the transfer.
/// Returns null and changes nothing if `name` is empty or `url` is no https.
curl_slist* ask_for_server(const std::string& name, std::string& url,
                           std::vector<std::string>& headers);

}  // namespace alarum::http
