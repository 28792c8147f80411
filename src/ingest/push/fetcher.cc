#include "ingest/push/fetcher.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <memory>

#include "http/curl_options.h"

namespace alarum::ingest {
namespace {

constexpr std::size_t kWaiting = 32;        // jobs
constexpr std::size_t kLargest = 64 << 10;  // bytes
constexpr long kTimeout = 4000;             // milliseconds

std::size_t append(const char* bytes, std::size_t size, std::size_t count, void* into) {
  auto& text = *static_cast<std::string*>(into);
  if (text.size() + size * count > kLargest) return 0;
  text.append(bytes, size * count);
  return size * count;
}

int go_on(void* stopping, curl_off_t, curl_off_t, curl_off_t, curl_off_t) { return *static_cast<std::atomic<bool>*>(stopping) ? 1 : 0; }

Result<std::string> fetch(const std::string& url, const std::string& ca_file, std::atomic<bool>& stopping) {
  const std::unique_ptr<CURL, void (*)(CURL*)> easy(curl_easy_init(), curl_easy_cleanup);
  std::string text;
  curl_easy_setopt(easy.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy.get(), CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT_MS, kTimeout);
  curl_easy_setopt(easy.get(), CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy.get(), CURLOPT_USERAGENT, http::kUserAgent);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, append);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &text);
  curl_easy_setopt(easy.get(), CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(easy.get(), CURLOPT_XFERINFOFUNCTION, go_on);
  curl_easy_setopt(easy.get(), CURLOPT_XFERINFODATA, &stopping);
  if (!ca_file.empty()) curl_easy_setopt(easy.get(), CURLOPT_CAINFO, ca_file.c_str());
  const auto code = curl_easy_perform(easy.get());
  if (code != CURLE_OK) return fail("fetch_failed", fmt::format("{}: {}", url, curl_easy_strerror(code)));
  long status = 0;
  curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status < 200 || status > 299) return fail("fetch_failed", fmt::format("{}: answered {}", url, status));
  return text;
}

}  // namespace

Fetcher::Fetcher() : jobs_(kWaiting) {
  static const auto once = curl_global_init(CURL_GLOBAL_DEFAULT);
  (void)once;
  thread_ = std::thread([this] { run(); });
}

Fetcher::~Fetcher() {
  stopping_ = true;
  jobs_.close();
  thread_.join();
}

http::asio::awaitable<Result<std::string>> Fetcher::get(std::string url, std::string ca_file) {
  const auto executor = co_await http::asio::this_coro::executor;
  http::Completion<Result<std::string>> done(executor);
  Job job{std::move(url), std::move(ca_file), done};
  if (!jobs_.try_push(std::move(job))) co_return fail("fetch_failed", "too many certificates and subscriptions wait to be fetched");
  auto text = co_await done.wait();
  co_return text;
}

void Fetcher::run() {
  while (auto jobs = jobs_.take_all(std::chrono::hours(1))) {
    for (auto& job : *jobs) job.done.complete(stopping_ ? fail("fetch_failed", "the daemon is stopping") : fetch(job.url, job.ca_file, stopping_));
  }
}

}  // namespace alarum::ingest
