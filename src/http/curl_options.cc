#include "http/curl_options.h"

#include <algorithm>
#include <cstring>

namespace alarum::http {

curl_slist* ask_for_server(const std::string& name, std::string& url,
                           std::vector<std::string>& headers) {
  if (name.empty() || !url.starts_with("https://")) return nullptr;
  // libcurl takes the name that it asks and checks from the URL: the URL gets that name, and the
  // connection goes where the URL said.
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
  // An empty proxy keeps the environment's away: the config says where secrets go.
  curl_easy_setopt(easy, CURLOPT_PROXY, how.proxy_url.reveal().c_str());
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "");  // nor may NO_PROXY pass the config's over
}

}  // namespace alarum::http
