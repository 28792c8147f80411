#include "http/curl_options.h"

#include <algorithm>
#include <cstring>

namespace alarum::http {

curl_slist* ask_for_server(const std::string& name, std::string& url,
                           std::vector<std::string>& headers) {
  if (name.empty() || !url.starts_with("https://")) return nullptr;
  // libcurl takes the server name from the URL. So the URL gets `name`, and CURLOPT_CONNECT_TO
  // leads the connection to the host that the URL had.
  const auto begin = std::strlen("https://");
  const auto end = std::min(url.find_first_of("/?#", begin), url.size());
  const auto place = url.substr(begin, end - begin);
  const auto colon = place.rfind(':');
  const bool port = colon != std::string::npos && place.find(']', colon) == std::string::npos;
  headers.push_back("Host: " + place);
  url.replace(begin, end - begin, name + (port ? place.substr(colon) : ""));
  return curl_slist_append(nullptr, ("::" + place + (port ? "" : ":")).c_str());
}

void set_tls_and_proxy(CURL* easy, const config::Http& how) {
  const auto& tls = how.tls;
  if (!tls.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, tls.ca_file.c_str());
  if (!tls.cert_file.empty()) {
    curl_easy_setopt(easy, CURLOPT_SSLCERT, tls.cert_file.c_str());
    curl_easy_setopt(easy, CURLOPT_SSLKEY, tls.key_file.c_str());
  }
  if (tls.insecure_skip_verify) {
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  }
  // An empty text switches off the proxies of the environment, because only the config may decide
  // where secrets go. For the same reason NO_PROXY may not bypass the config's proxy.
  curl_easy_setopt(easy, CURLOPT_PROXY, how.proxy_url.reveal().c_str());
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
}

}  // namespace alarum::http
