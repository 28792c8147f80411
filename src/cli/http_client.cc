#include "cli/http_client.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <functional>
#include <optional>
#include <utility>

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

using Piece = std::function<bool(std::string_view)>;

std::size_t pass_on(const char* bytes, std::size_t size, std::size_t count, void* to) {
  const bool more = (*static_cast<const Piece*>(to))(std::string_view(bytes, size * count));
  return more ? size * count : 0;
}

// What is wrong with a request that had no answer, and what to set.
std::string no_answer(CURLcode code, const ClientSettings& settings) {
  const auto address = fmt::format("{} ({})", settings.url, settings.url_from);
  if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE)
    return fmt::format(
        "the certificate of {} is not trusted: {}; ALARUM_CA_FILE names the file of "
        "the authority that signed it",
        address, curl_easy_strerror(code));
  if (code == CURLE_SSL_CONNECT_ERROR || code == CURLE_GOT_NOTHING ||
      code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_RECV_ERROR)
    return fmt::format("{} does not answer as a daemon does: {}; is it {}://?", address,
                       curl_easy_strerror(code),
                       settings.url.starts_with("https") ? "http" : "https");
  if (code == CURLE_OPERATION_TIMEDOUT)
    return fmt::format("{} did not answer in time: {}", address, curl_easy_strerror(code));
  return fmt::format(
      "{} cannot be reached: {}; is the daemon running there? --url or ALARUM_URL "
      "names another address",
      address, curl_easy_strerror(code));
}

}  // namespace

struct HttpClient::Handle {
  CURL* easy = curl_easy_init();
  curl_slist* headers = nullptr;
  const Piece* piece = nullptr;  // of stream()

  ~Handle() {
    curl_slist_free_all(headers);
    curl_easy_cleanup(easy);
  }
};

HttpClient::HttpClient(const std::string& url)
    : settings_(client_settings(url, client_world())), handle_(std::make_unique<Handle>()) {}
HttpClient::~HttpClient() = default;

void HttpClient::set_headers(const std::vector<std::string>& headers) {
  curl_slist_free_all(std::exchange(handle_->headers, nullptr));
  for (const auto& one : headers)
    handle_->headers = curl_slist_append(handle_->headers, one.c_str());
  curl_easy_setopt(handle_->easy, CURLOPT_HTTPHEADER, handle_->headers);
}

Result<HttpClient::Answer> HttpClient::get(const std::string& path, const std::string& accept) {
  curl_easy_reset(handle_->easy);
  if (!accept.empty()) set_headers({"Accept: " + accept});
  return perform(path);
}

Result<HttpClient::Answer> HttpClient::remove(const std::string& path) {
  curl_easy_reset(handle_->easy);
  curl_easy_setopt(handle_->easy, CURLOPT_CUSTOMREQUEST, "DELETE");
  return perform(path);
}

Result<HttpClient::Answer> HttpClient::post(const std::string& path,
                                            const std::string& content_type,
                                            const std::string& body, const std::string& accept) {
  curl_easy_reset(handle_->easy);
  std::vector<std::string> headers{"Content-Type: " + content_type, "Expect:"};
  if (!accept.empty()) headers.push_back("Accept: " + accept);
  set_headers(headers);
  curl_easy_setopt(handle_->easy, CURLOPT_POSTFIELDSIZE_LARGE,
                   static_cast<curl_off_t>(body.size()));
  curl_easy_setopt(handle_->easy, CURLOPT_POSTFIELDS, body.data());
  return perform(path);
}

Result<HttpClient::Answer> HttpClient::stream(const std::string& path, const Piece& piece) {
  curl_easy_reset(handle_->easy);
  handle_->piece = &piece;
  auto answer = perform(path);
  handle_->piece = nullptr;
  return answer;
}

Result<HttpClient::Answer> HttpClient::perform(const std::string& path) {
  if (!settings_) return std::unexpected(settings_.error());
  Answer answer;
  auto* easy = handle_->easy;
  const auto url = settings_->url + path;
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  // A daemon on this machine is asked itself, whatever http_proxy says.
  if (settings_->on_loopback()) curl_easy_setopt(easy, CURLOPT_PROXY, "");
  if (!settings_->ca_file.empty())
    curl_easy_setopt(easy, CURLOPT_CAINFO, settings_->ca_file.c_str());
  if (!settings_->token.empty()) {
    curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
    curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, settings_->token.c_str());
  }
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, 10L);
  if (!handle_->piece) curl_easy_setopt(easy, CURLOPT_TIMEOUT, 120L);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, handle_->piece ? pass_on : append);
  curl_easy_setopt(
      easy, CURLOPT_WRITEDATA,
      handle_->piece ? const_cast<Piece*>(handle_->piece) : static_cast<void*>(&answer.body));
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, note_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &answer);
  const auto code = curl_easy_perform(easy);
  if (code != CURLE_OK && !(handle_->piece && code == CURLE_WRITE_ERROR))
    return fail("no_connection", no_answer(code, *settings_));
  curl_off_t retry_after = 0;
  const char* type = nullptr;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &answer.status);
  curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &retry_after);
  curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type);
  answer.retry_after = static_cast<long>(retry_after);
  answer.content_type = type ? type : "";
  return answer;
}

}  // namespace alarum::cli
