#include "deliver/transfer.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/ascii.h"
#include "deliver/address.h"
#include "deliver/excerpt.h"
#include "http/curl_options.h"

namespace alarum::deliver {
namespace {

long milliseconds(Duration duration) {
  return static_cast<long>(std::chrono::ceil<std::chrono::milliseconds>(duration).count());
}

}  // namespace

Transfer::~Transfer() {
  curl_easy_cleanup(easy_);
  curl_slist_free_all(extra_);
}

void Transfer::prepare(const Target& target, Attempt attempt, std::uint64_t sequence,
                       const Sender::Options& options) {
  attempt_ = std::move(attempt);
  options_ = options;
  sequence_ = sequence;
  answer_.clear();
  head_ = read_ = 0;
  retry_after_.clear();
  date_.clear();
  cut_ = head_too_long_ = false;
  recipients_refused_ = 0;
  refused_.clear();
  refused_for_now_.clear();
  forbidden_ = !target.how->http.allow_link_local && names_forbidden_address(attempt_.url);
  first_byte_by_ = std::chrono::steady_clock::now() + target.how->first_byte_timeout;
  if (how_ != target.how) set_up(target.how);
  if (!mail_) prepare_http();
  if (attempt_.url != url_) set(CURLOPT_URL, attempt_.url.c_str());
  url_ = attempt_.url;
}

// Sets the options that all attempts for one integration have in common; they stay for the next
// one.
void Transfer::set_up(std::shared_ptr<const config::Integration> how) {
  curl_easy_reset(easy_);
  curl_slist_free_all(std::exchange(extra_, nullptr));
  url_.clear();
  how_ = std::move(how);
  mail_ = receivers::receiver_of(*how_).mail();
  http::set_tls_and_proxy(easy_, how_->http);
  set(CURLOPT_NOSIGNAL, 1L);
  // After its time-out, a transfer whose name is still being looked up ends without waiting for the
  // lookup, because that would hold up all others.
  set(CURLOPT_QUICK_EXIT, 1L);
  set(CURLOPT_TIMEOUT_MS, milliseconds(how_->timeout));
  set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(std::min(how_->connect_timeout, how_->timeout)));
  set(CURLOPT_WRITEFUNCTION, on_body);
  set(CURLOPT_WRITEDATA, this);
  set(CURLOPT_HEADERFUNCTION, on_head);
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_OPENSOCKETFUNCTION, on_socket);
  set(CURLOPT_OPENSOCKETDATA, this);
  set(CURLOPT_PREREQFUNCTION, on_connected);
  set(CURLOPT_PREREQDATA, this);
  if (mail_) return set_up_mail();
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_USERAGENT, http::kUserAgent.c_str());
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));
}

void Transfer::set_up_mail() {
  for (const auto& to : mail_->to) extra_ = curl_slist_append(extra_, ("<" + to + ">").c_str());
  set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  set(CURLOPT_PROXY, "");
  set(CURLOPT_MAIL_FROM, ("<" + mail_->from + ">").c_str());
  set(CURLOPT_MAIL_RCPT, extra_);
  // The option is spelled so by libcurl. An invalid address must not keep the mail from the others.
  set(CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
  set(CURLOPT_UPLOAD, 1L);
  set(CURLOPT_READFUNCTION, on_read);
  set(CURLOPT_READDATA, this);
  set(CURLOPT_USE_SSL, static_cast<long>(mail_->require_tls ? CURLUSESSL_ALL : CURLUSESSL_TRY));
  if (mail_->username.empty()) return;
  set(CURLOPT_USERNAME, mail_->username.c_str());
  set(CURLOPT_PASSWORD, mail_->password.reveal().c_str());
}

void Transfer::prepare_http() {
  if (!how_->http.tls.server_name.empty()) {
    auto* to = http::ask_for_server(how_->http.tls.server_name, attempt_.url, attempt_.headers);
    set(CURLOPT_CONNECT_TO, to);
    curl_slist_free_all(std::exchange(extra_, to));
  }
  attempt_.headers.emplace_back("Expect:");
  link_headers();
  set(CURLOPT_HTTPHEADER, headers_.data());
  set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(attempt_.body.size()));
  set(CURLOPT_POSTFIELDS, attempt_.body.data());
}

// Links the headers into libcurl's list type without copying them.
void Transfer::link_headers() {
  headers_.clear();
  headers_.reserve(attempt_.headers.size());
  for (auto& line : attempt_.headers) {
    headers_.push_back({line.data(), nullptr});
    if (headers_.size() > 1) headers_[headers_.size() - 2].next = &headers_.back();
  }
}

std::size_t Transfer::on_body(const char* bytes, std::size_t size, std::size_t count,
                              void* self_pointer) {
  auto& self = *static_cast<Transfer*>(self_pointer);
  const auto room = self.options_.answer_bytes - self.answer_.size();
  self.answer_.append(bytes, std::min(room, size * count));
  self.cut_ = size * count > room;
  return self.cut_ ? 0 : size * count;
}

std::size_t Transfer::on_head(const char* bytes, std::size_t size, std::size_t count,
                              void* self_pointer) {
  auto& self = *static_cast<Transfer*>(self_pointer);
  self.head_ += size * count;
  self.head_too_long_ = self.head_ > self.options_.head_bytes;
  self.note_header({bytes, size * count});
  return self.head_too_long_ || (self.mail_ && !self.note_reply({bytes, size * count}))
             ? 0
             : size * count;
}

void Transfer::note_header(std::string_view line) {
  const auto note = [line](std::string_view name, std::string& value) {
    if (same_name(line.substr(0, name.size()), name)) value = line.substr(name.size());
  };
  note("retry-after:", retry_after_);
  note("date:", date_);
}

std::chrono::seconds Transfer::retry_after() const {
  const auto now = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  return retry_after_of(retry_after_, date_, now);
}

// A reply line of a mail server; x5z replies are about a mailbox (RFC 5321, 4.2.1). If a mailbox is
// refused for now, returns false, which ends the transfer before anyone got the mail: later all get
// it, and nobody gets it twice.
bool Transfer::note_reply(std::string_view line) {
  if (line.size() < 4) return true;
  const bool refuses = line[0] == '4' || line[0] == '5';
  if (refuses && answer_.size() < options_.answer_bytes)
    answer_.append(line.substr(0, options_.answer_bytes - answer_.size()));
  if (line[1] != '5' || line[3] == '-') return true;
  if (line[0] == '4') refused_for_now_ = line.substr(0, 3);
  if (line[0] != '5') return refused_for_now_.empty();
  ++recipients_refused_;
  refused_ = line.substr(0, 3);
  return true;
}

std::size_t Transfer::on_read(char* into, std::size_t size, std::size_t count, void* self_pointer) {
  auto& self = *static_cast<Transfer*>(self_pointer);
  const auto part = std::min(size * count, self.attempt_.body.size() - self.read_);
  std::memcpy(into, self.attempt_.body.data() + self.read_, part);
  self.read_ += part;
  return part;
}

// Called before a connection is made, so that nothing is sent to a forbidden address.
curl_socket_t Transfer::on_socket(void* self_pointer, curlsocktype, curl_sockaddr* address) {
  auto& self = *static_cast<Transfer*>(self_pointer);
  std::array<char, INET6_ADDRSTRLEN> ip{};
  const void* bytes = address->family == AF_INET6
                          ? static_cast<const void*>(
                                &reinterpret_cast<const sockaddr_in6*>(&address->addr)->sin6_addr)
                          : &reinterpret_cast<const sockaddr_in*>(&address->addr)->sin_addr;
  inet_ntop(address->family, bytes, ip.data(), ip.size());
  self.forbidden_ =
      self.forbidden_ || (!self.how_->http.allow_link_local && is_forbidden_address(ip.data()));
  return self.forbidden_
             ? CURL_SOCKET_BAD
             : ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

// Called before a request, also on a reused connection, which another target may have been allowed
// to make.
int Transfer::on_connected(void* self_pointer, char* ip, char*, int, int) {
  auto& self = *static_cast<Transfer*>(self_pointer);
  self.forbidden_ =
      self.forbidden_ || (!self.how_->http.allow_link_local && is_forbidden_address(ip));
  return self.forbidden_ ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

Verdict Transfer::verdict(CURLcode code) const {
  return with_answer(outcome(code), answer_, *how_);
}

// There was no usable answer: the error with the host that was asked.
Verdict Transfer::failure(const std::string& what, Cause cause) const {
  return verdict_of_failure(what, attempt_.url, cause);
}

Verdict Transfer::outcome(CURLcode code) const {
  if (forbidden_) {
    Verdict dead{Verdict::Kind::dead, "forbidden_address", {}};
    dead.cause = Cause::forbidden_address;
    return dead;
  }
  if (head_too_long_) return failure(to_text(NoAnswer::endless_head), Cause::answer);
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  if (mail_) return mail_verdict(code, status);
  // If the answer was cut because it is too long, its status still counts.
  if (code != CURLE_OK && !(status > 0 && cut_))
    return failure(curl_easy_strerror(code), cause_of(code));
  return receivers::judge(*how_, {status, answer_, retry_after()});
}

// 4yz is temporary, 5yz is final, and x5z may be because of this mail (RFC 5321, 4.2.1).
Verdict Transfer::mail_verdict(CURLcode code, long status) const {
  if (!refused_for_now_.empty()) return verdict_of_failure(refused_for_now_, Cause::status_4xx);
  if (code != CURLE_OK && status >= 500)
    return {Verdict::Kind::dead, std::to_string(status), {}, false, status / 10 == 55, false, {},
            Cause::status_5xx};
  if (code != CURLE_OK)
    return status >= 400 ? verdict_of_failure(std::to_string(status), Cause::status_4xx)
                         : failure(curl_easy_strerror(code), cause_of(code));
  Verdict taken{Verdict::Kind::delivered, std::to_string(status), {}};
  taken.partly = recipients_refused_ > 0;
  if (taken.partly)
    taken.detail += fmt::format(", {} of {} recipients refused ({})", recipients_refused_,
                                mail_->to.size(), refused_);
  return taken;
}

}  // namespace alarum::deliver
