#include "cli/http_client.h"

#include <curl/curl.h>

#include <cstdlib>
#include <fstream>
#include <optional>

#include "base/ascii.h"

namespace alarum::cli {
namespace {

std::size_t append(const char* bytes, std::size_t size, std::size_t count, void* into) {
  static_cast<std::string*>(into)->append(bytes, size * count);
  return size * count;
}

// What stands between the two in a header line; nothing where the line is another one.
std::optional<std::string_view> between(std::string_view line, std::string_view begin,
                                        std::string_view end) {
  const auto at = line.find(end, begin.size());
  if (lowered(line.substr(0, begin.size())) != begin || at == line.npos) return std::nullopt;
  return line.substr(begin.size(), at - begin.size());
}

// RFC 8288 (Link) and RFC 7234 (Warning), as our server writes them.
std::size_t note_header(char* line, std::size_t size, std::size_t count, void* into) {
  const std::string_view text(line, size * count);
  auto& answer = *static_cast<HttpClient::Answer*>(into);
  if (const auto next = between(text, "link: <?", ">; rel=\"next\"")) answer.next = *next;
  if (const auto said = between(text, "warning: 299 - \"", "\"\r\n")) answer.warning = *said;
  return size * count;
}

// What a bridge with `auth` asks for: the token in ALARUM_TOKEN, else in the file that
// ALARUM_TOKEN_FILE names. Not a flag: the command lines of others can be seen by all.
std::string token() {
  if (const char* said = std::getenv("ALARUM_TOKEN")) return said;
  const char* file = std::getenv("ALARUM_TOKEN_FILE");
  std::string line;
  if (file) {
    std::ifstream in(file);
    std::getline(in, line);
  }
  while (line.ends_with('\r') || line.ends_with(' ')) line.pop_back();
  return line;
}

}  // namespace

struct HttpClient::Handle {
  CURL* easy = curl_easy_init();
  curl_slist* headers = nullptr;
  const std::string bearer = token();

  ~Handle() {
    curl_slist_free_all(headers);
    curl_easy_cleanup(easy);
  }
};

HttpClient::HttpClient(std::string base)
    : base_(std::move(base)), handle_(std::make_unique<Handle>()) {}
HttpClient::~HttpClient() = default;

Result<HttpClient::Answer> HttpClient::get(const std::string& path) {
  curl_easy_reset(handle_->easy);
  return perform(path);
}

Result<HttpClient::Answer> HttpClient::remove(const std::string& path) {
  curl_easy_reset(handle_->easy);
  curl_easy_setopt(handle_->easy, CURLOPT_CUSTOMREQUEST, "DELETE");
  return perform(path);
}

Result<HttpClient::Answer> HttpClient::post(const std::string& path,
                                            const std::string& content_type,
                                            const std::string& body) {
  curl_easy_reset(handle_->easy);
  curl_slist_free_all(handle_->headers);
  handle_->headers = curl_slist_append(nullptr, ("Content-Type: " + content_type).c_str());
  handle_->headers = curl_slist_append(handle_->headers, "Expect:");
  curl_easy_setopt(handle_->easy, CURLOPT_HTTPHEADER, handle_->headers);
  curl_easy_setopt(handle_->easy, CURLOPT_POSTFIELDSIZE_LARGE,
                   static_cast<curl_off_t>(body.size()));
  curl_easy_setopt(handle_->easy, CURLOPT_POSTFIELDS, body.data());
  return perform(path);
}

Result<HttpClient::Answer> HttpClient::perform(const std::string& path) {
  Answer answer;
  auto* easy = handle_->easy;
  const auto url = base_ + path;
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  if (const char* authorities = std::getenv("ALARUM_CA_FILE"))
    curl_easy_setopt(easy, CURLOPT_CAINFO, authorities);
  if (!handle_->bearer.empty()) {
    curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
    curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, handle_->bearer.c_str());
  }
  curl_easy_setopt(easy, CURLOPT_TIMEOUT, 120L);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, append);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &answer.body);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, note_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &answer);
  if (const auto code = curl_easy_perform(easy); code != CURLE_OK) {
    return fail("no_connection",
                base_ + ": " + curl_easy_strerror(code) + "; is the bridge running there?");
  }
  curl_off_t retry_after = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &answer.status);
  curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &retry_after);
  answer.retry_after = static_cast<long>(retry_after);
  return answer;
}

}  // namespace alarum::cli
