#include "deliver/sender.h"

#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "deliver/attempt.h"
#include "deliver/transfer.h"
#include "http/curl_multi.h"

namespace alarum::deliver {
namespace {

constexpr std::size_t kMostIdle = 64;  // transfers that are kept for reuse, about 10 KiB each

}  // namespace

struct Sender::Core {
  Options options;
  http::CurlMulti multi;
  std::map<CURL*, std::unique_ptr<Transfer>> running;
  /// By the integration for which they are set up, because another attempt for it needs little
  /// setup.
  std::unordered_multimap<const config::Integration*, std::unique_ptr<Transfer>> idle;

  std::unique_ptr<Transfer> take_transfer(const Target& target) {
    auto found = idle.find(target.how.get());
    if (found == idle.end() && idle.size() >= kMostIdle) found = idle.begin();
    if (found == idle.end()) return std::make_unique<Transfer>();
    return std::move(idle.extract(found).mapped());
  }

  void end(CURL* easy, const Verdict& verdict, std::vector<Ended>& ended) {
    auto transfer = std::move(running.extract(easy).mapped());
    ended.push_back({transfer->sequence(), verdict});
    multi.remove(easy);
    const auto* how = transfer->how();
    if (idle.size() < kMostIdle) idle.emplace(how, std::move(transfer));
  }

  void collect(std::vector<Ended>& ended) {
    while (const auto one = multi.ended())
      end(one->easy, running.at(one->easy)->verdict(one->code), ended);
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
  core_->options = options;
}

Sender::~Sender() {
  for (const auto& [easy, transfer] : core_->running) core_->multi.remove(easy);
}

void Sender::start(const Target& target, const model::Notification& notification, Time now) {
  auto transfer = core_->take_transfer(target);
  transfer->prepare(target, attempt_of(target, notification, now), notification.sequence,
                    core_->options);
  auto* easy = transfer->easy();
  core_->multi.add(easy);
  core_->running[easy] = std::move(transfer);
}

std::vector<Transport::Ended> Sender::wait(std::chrono::milliseconds most) {
  std::vector<Ended> ended;
  core_->multi.run_due();
  core_->collect(ended);
  core_->multi.wait(ended.empty() ? most : std::chrono::milliseconds(0));
  core_->collect(ended);
  core_->cut_off_the_silent(ended);
  return ended;
}

void Sender::wake() {
  core_->multi.wake();
}

void Sender::retain(const std::map<std::string, Target>& targets) {
  std::set<const config::Integration*> in_force;
  for (const auto& [name, target] : targets) in_force.insert(target.how.get());
  std::erase_if(core_->idle, [&](const auto& one) { return !in_force.contains(one.first); });
}

}  // namespace alarum::deliver
