#pragma once
#include <curl/curl.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "deliver/answer.h"
#include "deliver/attempt.h"
#include "deliver/sender.h"
#include "deliver/target.h"
#include "receivers/receiver.h"

namespace alarum::deliver {

/// One request that is under way, as libcurl's easy handle. The Sender owns it and uses it again
/// for other attempts; that costs least if they are for the same integration. All calls belong to
/// the delivery thread; libcurl calls the static functions on it.
class Transfer {
 public:
  Transfer() : easy_(curl_easy_init()) {}
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer();

  /// Sets everything for an attempt. Afterwards easy() must be added to the multi handle.
  void prepare(const Target& target, Attempt attempt, std::uint64_t sequence,
               const Sender::Options& options);
  CURL* easy() const { return easy_; }
  /// Of the notification that is sent.
  std::uint64_t sequence() const { return sequence_; }
  /// The integration for which it is set up; nullptr before the first prepare().
  const config::Integration* how() const { return how_.get(); }
  /// Whether `first_byte_timeout` is over and no byte of an answer has come.
  bool is_silent_too_long(std::chrono::steady_clock::time_point now) const {
    return head_ == 0 && now > first_byte_by_;
  }
  /// The verdict when libcurl has ended the transfer with `code`.
  Verdict verdict(CURLcode code) const;
  /// The verdict if the transfer is ended because of is_silent_too_long().
  Verdict silence() const { return failure(to_text(NoAnswer::silent), Cause::timeout); }

 private:
  // The verdict without the excerpt of the answer.
  Verdict outcome(CURLcode code) const;
  Verdict failure(const std::string& what, Cause cause) const;
  // Options that all attempts for one integration have in common.
  void set_up(std::shared_ptr<const config::Integration> how);
  void set_up_mail();
  void prepare_http();
  // Makes headers_ of attempt_.headers.
  void link_headers();
  // Callbacks of libcurl; `self` is the Transfer. on_body() and on_head() end the transfer when
  // more comes than Sender::Options allows.
  static std::size_t on_body(const char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t on_head(const char* bytes, std::size_t size, std::size_t count, void* self);
  void note_header(std::string_view line);
  std::chrono::seconds retry_after() const;
  // A reply line of a mail server. False: the transfer must end, because a mailbox is refused for
  // now.
  bool note_reply(std::string_view line);
  Verdict mail_verdict(CURLcode code, long status) const;
  static std::size_t on_read(char* into, std::size_t size, std::size_t count, void* self);
  // The next two refuse a forbidden address: before a connection is made, and before a connection
  // is used again.
  static curl_socket_t on_socket(void* self, curlsocktype, curl_sockaddr* address);
  static int on_connected(void* self, char* ip, char* local, int port, int local_port);
  template <class Value>
  void set(CURLoption option, Value value) {
    curl_easy_setopt(easy_, option, value);
  }

  CURL* easy_;
  std::vector<curl_slist> headers_;  ///< list over the texts in attempt_.headers
  curl_slist* extra_ = nullptr;      ///< recipients of a mail; over HTTP: CURLOPT_CONNECT_TO
  std::shared_ptr<const config::Integration> how_;
  const receivers::Mail* mail_ = nullptr;  ///< of `how_`; nullptr: it is sent over HTTP
  Attempt attempt_;
  std::string url_;  ///< the one that is set in libcurl
  Sender::Options options_;
  std::uint64_t sequence_ = 0;
  std::string answer_;               ///< its body; of a mail server the lines that refuse something
  std::size_t head_ = 0, read_ = 0;  ///< bytes: of the answer's head; of a mail that were sent
  std::string retry_after_, date_;   ///< values of these headers of the answer
  std::size_t recipients_refused_ = 0;
  std::string refused_, refused_for_now_;  ///< codes of the last 5yz and 4yz reply about a mailbox
  /// The body was cut at answer_bytes; the head was too long; the address is forbidden.
  bool cut_ = false, head_too_long_ = false, forbidden_ = false;
  std::chrono::steady_clock::time_point first_byte_by_;  ///< when the first byte must have come
};

}  // namespace alarum::deliver
