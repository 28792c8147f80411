#include "deliver/sender.h"

#include <curl/curl.h>

#include <map>
#include <utility>

#include "deliver/address.h"

namespace alarum::deliver {
namespace {

struct Transfer {
  CURL* easy = curl_easy_init();
  curl_slist* headers = nullptr;
  std::string body;
  std::uint64_t sequence = 0;
  std::size_t answered = 0;
  std::size_t most_answer = 0;
  bool forbidden = false;
  bool allow_link_local = false;

  Transfer() = default;
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer() {
    curl_slist_free_all(headers);
    curl_easy_cleanup(easy);
  }

  void header(const std::string& line) { headers = curl_slist_append(headers, line.c_str()); }
};

// What a target answers is of no interest past its status; too much of it ends the transfer.
std::size_t discard(const char*, std::size_t size, std::size_t count, void* transfer) {
  auto& self = *static_cast<Transfer*>(transfer);
  self.answered += size * count;
  return self.answered > self.most_answer ? 0 : size * count;
}

int check_address(void* transfer, char* ip, char*, int, int) {
  auto& self = *static_cast<Transfer*>(transfer);
  self.forbidden = !self.allow_link_local && is_forbidden_address(ip);
  return self.forbidden ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

Verdict verdict_of(const Transfer& transfer, CURLcode code) {
  if (transfer.forbidden) return {Verdict::Kind::dead, "forbidden_address", {}};
  long status = 0;
  curl_off_t retry_after = 0;
  curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(transfer.easy, CURLINFO_RETRY_AFTER, &retry_after);
  // An answer that broke off, or went on for too long, told its status all the same.
  const bool answered = code == CURLE_OK || (status > 0 && transfer.answered > transfer.most_answer);
  if (!answered) return verdict_of_failure(curl_easy_strerror(code));
  return verdict_of_status(status, std::chrono::seconds(retry_after));
}

}  // namespace

struct Sender::Core {
  Options options;
  CURLM* multi = nullptr;
  std::map<CURL*, std::unique_ptr<Transfer>> running;
  std::vector<std::unique_ptr<Transfer>> idle;
};

Sender::Sender(Options options) : core_(std::make_unique<Core>()) {
  static const auto once = curl_global_init(CURL_GLOBAL_DEFAULT);
  (void)once;
  core_->options = options;
  core_->multi = curl_multi_init();
}

Sender::~Sender() {
  for (const auto& [easy, transfer] : core_->running) curl_multi_remove_handle(core_->multi, easy);
  core_->running.clear();
  core_->idle.clear();
  curl_multi_cleanup(core_->multi);
}

void Sender::start(const Target& target, const model::Notification& notification) {
  auto transfer = core_->idle.empty() ? std::make_unique<Transfer>() : std::move(core_->idle.back());
  if (!core_->idle.empty()) core_->idle.pop_back();
  auto& self = *transfer;
  curl_easy_reset(self.easy);
  curl_slist_free_all(std::exchange(self.headers, nullptr));
  self.body = notification.body;
  self.sequence = notification.sequence;
  self.answered = 0;
  self.most_answer = core_->options.answer_bytes;
  self.forbidden = false;
  self.allow_link_local = core_->options.allow_link_local;
  for (const auto& line : {std::string("Content-Type: application/json"), std::string("Expect:"),
                           "Webhook-Id: " + notification.id, "Idempotency-Key: " + notification.id})
    self.header(line);
  for (std::size_t at = 0, end = 0; (end = notification.headers.find('\n', at)) != std::string::npos; at = end + 1)
    self.header(notification.headers.substr(at, end - at));
  if (!target.authorization.empty()) self.header("Authorization: " + target.authorization);
  const auto set = [&](CURLoption option, auto value) { curl_easy_setopt(self.easy, option, value); };
  set(CURLOPT_URL, target.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_HTTPHEADER, self.headers);
  set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(self.body.size()));
  set(CURLOPT_POSTFIELDS, self.body.data());
  set(CURLOPT_USERAGENT, "alarum/0.1.0");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(std::chrono::ceil<std::chrono::milliseconds>(target.timeout).count()));
  set(CURLOPT_CONNECTTIMEOUT_MS,
      static_cast<long>(std::chrono::ceil<std::chrono::milliseconds>(core_->options.connect_timeout).count()));
  set(CURLOPT_WRITEFUNCTION, discard);
  set(CURLOPT_WRITEDATA, &self);
  set(CURLOPT_PREREQFUNCTION, check_address);
  set(CURLOPT_PREREQDATA, &self);
  curl_multi_add_handle(core_->multi, self.easy);
  core_->running[self.easy] = std::move(transfer);
}

std::vector<Sender::Ended> Sender::wait(std::chrono::milliseconds most) {
  int running = 0;
  curl_multi_perform(core_->multi, &running);
  std::vector<Ended> ended;
  const auto collect = [&] {
    int left = 0;
    while (const auto* message = curl_multi_info_read(core_->multi, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      auto* easy = message->easy_handle;
      const auto code = message->data.result;
      auto node = core_->running.extract(easy);
      ended.push_back({node.mapped()->sequence, verdict_of(*node.mapped(), code)});
      curl_multi_remove_handle(core_->multi, easy);
      core_->idle.push_back(std::move(node.mapped()));
    }
  };
  collect();
  if (!ended.empty()) return ended;
  curl_multi_poll(core_->multi, nullptr, 0, static_cast<int>(most.count()), nullptr);
  curl_multi_perform(core_->multi, &running);
  collect();
  return ended;
}

void Sender::wake() {
  curl_multi_wakeup(core_->multi);
}

}  // namespace alarum::deliver
