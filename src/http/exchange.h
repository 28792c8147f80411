#pragma once
#include <curl/curl.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "config/receiver.h"
#include "http/completion.h"

namespace alarum::http {

/// A request that we make of another server.
struct ClientRequest {
  std::string method = "GET", url = {};  ///< http or https
  /// `Name: value`; `Authorization` and the like come from `how`
  std::vector<std::string> headers = {};
  std::string body = {};
  std::shared_ptr<const config::Http> how = {};  ///< credentials, TLS, proxy; null: none of them
  std::chrono::milliseconds connect{5000};
  std::chrono::milliseconds whole{30000};  ///< until the answer's end; 0: no bound
  std::chrono::milliseconds idle{0};       ///< without a byte, while somebody reads; 0: no bound
  std::size_t most = 8 << 20;              ///< bytes of an answer that is taken whole
  /// Who asks sets this, and nudges the client, to be left alone: error `stopping`. May be null.
  std::shared_ptr<const std::atomic<bool>> over = {};
};

/// What the other side says before the body.
struct AnswerHead {
  unsigned status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::string peer;  ///< the address that answered; empty behind a proxy
  /// Retry-After (RFC 9110 section 10.2.3), a day at most; 0: it did not say
  std::chrono::seconds retry_after{};

  std::string_view header(std::string_view name) const;  ///< empty: not there
};

/// One request under way: libcurl's thread writes, one coroutine reads. Holds at most kWindow bytes
/// that nobody has read yet; the socket is not read while they wait.
class Exchange {
 public:
  static constexpr std::size_t kWindow = 256 << 10, kLongestHead = 64 << 10;

  explicit Exchange(ClientRequest ask) : ask_(std::move(ask)) {}
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // The reader's side. Errors: `stopping`, `no_answer` with the reason.
  boost::asio::awaitable<Result<AnswerHead>> head();
  /// The next bytes, as many as are there; empty: the end. `drained`: the writer had paused and
  /// must go on.
  boost::asio::awaitable<Result<std::string>> read(bool& drained);
  bool has_more() const {
    const std::lock_guard lock(mutex_);
    return !bytes_.empty();
  }
  /// Nobody reads any more.
  void leave() { left_ = true; }

  // libcurl's thread.
  CURL* prepare();
  void resume();
  /// Why it must not go on, if so.
  std::optional<Error> cut(std::chrono::steady_clock::time_point now);
  /// It is over; nullopt: as it should be.
  void end(std::optional<Error> fault);
  Error fault_of(CURLcode code) const;
  CURL* easy() const { return easy_.get(); }

 private:
  struct Free {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };
  static std::size_t on_head(const char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(const char* bytes, std::size_t size, std::size_t count, void* self);
  boost::asio::awaitable<void> news();
  void wake();

  const ClientRequest ask_;
  std::atomic<bool> left_ = false;
  mutable std::mutex mutex_;  // guards what follows: the reader's thread and libcurl's meet here
  AnswerHead head_;
  bool has_head_ = false, ended_ = false, paused_ = false;
  std::string bytes_;
  std::optional<Error> fault_;
  std::optional<Completion<bool>> waiting_;

  // libcurl's thread alone
  std::unique_ptr<CURL, Free> easy_;
  std::unique_ptr<curl_slist, Free> headers_, connect_to_;
  std::string url_;
  std::size_t head_bytes_ = 0;
  std::chrono::steady_clock::time_point last_byte_{};
};

}  // namespace alarum::http
