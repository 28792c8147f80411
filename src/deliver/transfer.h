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

/// One request under way, in libcurl's terms. May be used again for another, which costs least if
/// that is of the same integration.
class Transfer {
 public:
  Transfer() : easy_(curl_easy_init()) {}
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer();

  /// Sets all up; add easy() to the multi handle then.
  void prepare(const Target& target, Attempt attempt, std::uint64_t sequence,
               const Sender::Options& options);
  CURL* easy() const { return easy_; }
  std::uint64_t sequence() const { return sequence_; }
  /// What it is set up for; null at first.
  const config::Integration* how() const { return how_.get(); }
  /// Nothing has come back for longer than the target may take for its first byte.
  bool is_silent_too_long(std::chrono::steady_clock::time_point now) const {
    return head_ == 0 && now > first_byte_by_;
  }
  Verdict verdict(CURLcode code) const;
  /// What that comes to.
  Verdict silence() const { return failure(to_text(NoAnswer::silent)); }

 private:
  Verdict outcome(CURLcode code) const;
  Verdict failure(const std::string& what) const;
  void set_up(std::shared_ptr<const config::Integration> how);
  void set_up_mail();
  void prepare_http();
  void link_headers();
  static std::size_t on_body(const char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t on_head(const char* bytes, std::size_t size, std::size_t count, void* self);
  void note_header(std::string_view line);
  std::chrono::seconds retry_after() const;
  bool note_reply(std::string_view line);
  Verdict mail_verdict(CURLcode code, long status) const;
  static std::size_t on_read(char* into, std::size_t size, std::size_t count, void* self);
  static curl_socket_t on_socket(void* self, curlsocktype, curl_sockaddr* address);
  static int on_connected(void* self, char* ip, char* local, int port, int local_port);
  template <class Value>
  void set(CURLoption option, Value value) {
    curl_easy_setopt(easy_, option, value);
  }

  CURL* easy_;
  std::vector<curl_slist> headers_;  ///< of attempt_.headers, whose texts they point to
  curl_slist* extra_ = nullptr;      ///< recipients of a mail, or where an HTTP connection goes
  std::shared_ptr<const config::Integration> how_;
  const receivers::Mail* mail_ = nullptr;  ///< of `how_`; nullptr: it goes over HTTP
  Attempt attempt_;
  std::string url_;  ///< as libcurl has it
  Sender::Options options_;
  std::uint64_t sequence_ = 0;
  std::string answer_;  ///< its body; of a mail server the lines that refuse something
  std::size_t head_ = 0, read_ = 0;
  std::string retry_after_, date_;  ///< as these headers of the answer say
  std::size_t recipients_refused_ = 0;
  std::string refused_, refused_for_now_;  ///< the last such reply's code
  bool cut_ = false, head_too_long_ = false, forbidden_ = false;
  std::chrono::steady_clock::time_point first_byte_by_;
};

}  // namespace alarum::deliver
