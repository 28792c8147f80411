#include "deliver/sender.h"

#include <curl/curl.h>

#include <algorithm>
#include <map>
#include <utility>

#include "deliver/attempt.h"
#include "deliver/transfer.h"

namespace alarum::deliver {

struct Sender::Core {
  Options options;
  CURLM* multi = nullptr;
  std::map<CURL*, std::unique_ptr<Transfer>> running;
  std::vector<std::unique_ptr<Transfer>> idle;

  void end(CURL* easy, const Verdict& verdict, std::vector<Ended>& ended) {
    auto node = running.extract(easy);
    ended.push_back({node.mapped()->sequence(), verdict});
    curl_multi_remove_handle(multi, easy);
    idle.push_back(std::move(node.mapped()));
  }

  void collect(std::vector<Ended>& ended) {
    int left = 0;
    while (const auto* message = curl_multi_info_read(multi, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      auto* easy = message->easy_handle;
      end(easy, running.at(easy)->verdict(message->data.result), ended);
    }
  }

  void cut_off_the_silent(std::vector<Ended>& ended) {
    const auto now = std::chrono::steady_clock::now();
    std::vector<CURL*> silent;
    for (const auto& [easy, transfer] : running) {
      if (transfer->is_silent_too_long(now)) silent.push_back(easy);
    }
    for (auto* easy : silent) end(easy, running.at(easy)->silence(), ended);
  }
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

void Sender::start(const Target& target, const model::Notification& notification, Time now) {
  auto transfer = core_->idle.empty() ? std::make_unique<Transfer>() : std::move(core_->idle.back());
  if (!core_->idle.empty()) core_->idle.pop_back();
  transfer->prepare(target, attempt_of(target, notification, now), notification.sequence, core_->options);
  auto* easy = transfer->easy();
  curl_multi_add_handle(core_->multi, easy);
  core_->running[easy] = std::move(transfer);
}

std::vector<Transport::Ended> Sender::wait(std::chrono::milliseconds most) {
  int running = 0;
  curl_multi_perform(core_->multi, &running);
  std::vector<Ended> ended;
  core_->collect(ended);
  if (!ended.empty()) return ended;
  curl_multi_poll(core_->multi, nullptr, 0, static_cast<int>(most.count()), nullptr);
  curl_multi_perform(core_->multi, &running);
  core_->collect(ended);
  core_->cut_off_the_silent(ended);
  return ended;
}

void Sender::wake() {
  curl_multi_wakeup(core_->multi);
}

}  // namespace alarum::deliver
