#pragma once
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "http/curl_multi.h"
#include "http/exchange.h"

namespace alarum::http {

struct Answer {
  AnswerHead head;
  std::string body;
};

class Client;

/// An answer that is read as it comes. Who lets go of it ends the request. Must not outlive its
/// client.
class Download {
 public:
  Download(Client& client, std::shared_ptr<Exchange> exchange, AnswerHead head)
      : client_(client), exchange_(std::move(exchange)), head_(std::move(head)) {}
  ~Download();
  Download(const Download&) = delete;
  Download& operator=(const Download&) = delete;

  const AnswerHead& head() const { return head_; }
  /// The next bytes; empty: the end. While it is not called, at most 256 KiB are taken and then the
  /// socket is not read. Errors: `no_answer`, `stopping`.
  boost::asio::awaitable<Result<std::string>> read();
  /// Some have come already.
  bool has_more() const { return exchange_->has_more(); }

 private:
  Client& client_;
  std::shared_ptr<Exchange> exchange_;
  const AnswerHead head_;
};

/// Asks other servers (libcurl, HTTP/1.1): any number of requests at once on one thread, waited for
/// by coroutines of any. Redirects are not followed, the environment's proxies not used. Any
/// thread.
class Client {
 public:
  Client();
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// The whole answer, whatever its status. Errors: `no_answer` with the reason,
  /// `answer_too_large`, `stopping`.
  boost::asio::awaitable<Result<Answer>> ask(ClientRequest ask);
  /// The answer from its head on.
  boost::asio::awaitable<Result<std::unique_ptr<Download>>> open(ClientRequest ask);
  /// Has it look at ClientRequest::over now.
  void nudge() { multi_.wake(); }
  /// Ends all requests and takes no more. Before the contexts go on which somebody waits.
  void stop();

 private:
  friend class Download;
  std::shared_ptr<Exchange> begin(ClientRequest ask);
  void resume(std::shared_ptr<Exchange> exchange);
  void run();
  void take_orders();
  void collect();
  void end(std::size_t index, std::optional<Error> fault);

  CurlMulti multi_;
  std::mutex mutex_;  // guards the three below: requests come from every thread
  std::vector<std::shared_ptr<Exchange>> new_, resumed_;
  bool stopping_ = false;
  std::vector<std::shared_ptr<Exchange>> running_;  // its thread's
  std::thread thread_;
};

}  // namespace alarum::http
