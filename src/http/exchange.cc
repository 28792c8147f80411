#include "http/exchange.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.h"
#include "http/curl_options.h"

namespace alarum::http {
namespace {

constexpr std::string_view kBlank = " \t\r\n";

}  // namespace

std::string_view AnswerHead::header(std::string_view name) const {
  const auto found = std::ranges::find(headers, name, &std::pair<std::string, std::string>::first);
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

CURL* Exchange::prepare() {
  easy_.reset(curl_easy_init());
  auto* easy = easy_.get();
  auto headers = ask_.headers;
  url_ = ask_.url;
  // An empty text switches off the proxies of the environment, because only the config may decide
  // where secrets go.
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  if (ask_.how) {
    if (!ask_.how->authorization.empty())
      headers.push_back("Authorization: " + ask_.how->authorization.reveal());
    for (const auto& [name, value] : ask_.how->headers)
      headers.push_back(name + ": " + value.reveal());
    set_tls_and_proxy(easy, *ask_.how);
    connect_to_.reset(ask_for_server(ask_.how->tls.server_name, url_, headers));
    if (connect_to_) curl_easy_setopt(easy, CURLOPT_CONNECT_TO, connect_to_.get());
  }
  headers.emplace_back("Expect:");
  curl_slist* list = nullptr;
  for (const auto& line : headers) list = curl_slist_append(list, line.c_str());
  headers_.reset(list);
  curl_easy_setopt(easy, CURLOPT_URL, url_.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  // With HTTP/1.1 each connection carries one request, so a paused one blocks no other.
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  // Do not wait for a name lookup that outlasts its request: it would block all other requests.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, kUserAgent.c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, list);
  curl_easy_setopt(easy, CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(ask_.connect.count()));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(ask_.whole.count()));
  if (ask_.method != "GET") curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, ask_.method.c_str());
  if (!ask_.body.empty() || ask_.method == "POST") {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(ask_.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, ask_.body.data());
  }
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_head);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  last_byte_ = std::chrono::steady_clock::now();
  return easy;
}

std::size_t Exchange::on_head(const char* bytes, std::size_t size, std::size_t count,
                              void* pointer) {
  auto& self = *static_cast<Exchange*>(pointer);
  const std::string_view line(bytes, size * count);
  self.last_byte_ = std::chrono::steady_clock::now();
  self.head_bytes_ += line.size();
  if (self.head_bytes_ > kLongestHead) return 0;
  const std::lock_guard lock(self.mutex_);
  if (self.has_head_) return line.size();  // trailers are ignored
  if (line.starts_with("HTTP/")) {
    self.head_ = {};
  } else if (const auto colon = line.find(':'); colon != line.npos) {
    self.head_.headers.emplace_back(lowered(line.substr(0, colon)),
                                    trimmed(line.substr(colon + 1), kBlank));
  } else if (trimmed(line, kBlank).empty()) {
    long status = 0;
    curl_off_t retry_after = 0;
    const char* peer = nullptr;
    curl_easy_getinfo(self.easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(self.easy_.get(), CURLINFO_RETRY_AFTER, &retry_after);
    curl_easy_getinfo(self.easy_.get(), CURLINFO_PRIMARY_IP, &peer);
    self.head_.status = static_cast<unsigned>(status);
    self.head_.retry_after = std::chrono::seconds(std::clamp<curl_off_t>(retry_after, 0, 86400));
    const bool direct = !self.ask_.how || self.ask_.how->proxy_url.empty();
    if (peer && direct) self.head_.peer = peer;
    self.has_head_ = status >= 200;  // after a 1xx the final answer follows
    if (self.has_head_) self.wake();
  }
  return line.size();
}

std::size_t Exchange::on_body(const char* bytes, std::size_t size, std::size_t count,
                              void* pointer) {
  auto& self = *static_cast<Exchange*>(pointer);
  if (self.left_) return 0;
  self.last_byte_ = std::chrono::steady_clock::now();
  const std::lock_guard lock(self.mutex_);
  self.paused_ = !self.bytes_.empty() && self.bytes_.size() + size * count > kWindow;
  if (self.paused_) return CURL_WRITEFUNC_PAUSE;
  self.bytes_.append(bytes, size * count);
  self.wake();
  return size * count;
}

// The caller has locked mutex_.
void Exchange::wake() {
  if (waiting_) std::exchange(waiting_, std::nullopt)->complete(true);
}

boost::asio::awaitable<void> Exchange::news(bool for_head) {
  const auto executor = co_await boost::asio::this_coro::executor;
  Completion<bool> news(executor);
  {
    const std::lock_guard lock(mutex_);
    if (ended_ || !bytes_.empty() || (for_head && has_head_)) co_return;
    waiting_ = news;
  }
  co_await news.wait();
}

boost::asio::awaitable<Result<AnswerHead>> Exchange::head() {
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      if (has_head_) co_return head_;
      if (ended_)
        co_return std::unexpected(fault_.value_or(Error{"no_answer", "nothing came back"}));
    }
    co_await news(true);
  }
}

boost::asio::awaitable<Result<std::string>> Exchange::read(bool& drained) {
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      if (!bytes_.empty()) {
        drained = std::exchange(paused_, false);
        co_return std::exchange(bytes_, {});
      }
      if (ended_ && fault_) co_return std::unexpected(*fault_);
      if (ended_) co_return std::string();
    }
    co_await news(false);
  }
}

void Exchange::resume() {
  last_byte_ = std::chrono::steady_clock::now();
  if (easy_) curl_easy_pause(easy_.get(), CURLPAUSE_CONT);
}

std::optional<Error> Exchange::cut(std::chrono::steady_clock::time_point now) {
  if (left_ || (ask_.over && *ask_.over))
    return Error{"stopping", "the answer is no longer needed"};
  const std::lock_guard lock(mutex_);
  if (paused_ || !bytes_.empty()) last_byte_ = now;  // the reader is slow, not the server
  if (ask_.idle.count() == 0 || now - last_byte_ < ask_.idle) return std::nullopt;
  return Error{"no_answer", fmt::format("nothing came for {} ms", ask_.idle.count())};
}

Error Exchange::fault_of(CURLcode code) const {
  if (head_bytes_ > kLongestHead) return {"no_answer", "an answer whose head does not end"};
  return {"no_answer", curl_easy_strerror(code)};
}

void Exchange::end(std::optional<Error> fault) {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  fault_ = std::move(fault);
  wake();
}

}  // namespace alarum::http
