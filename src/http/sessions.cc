#include "http/sessions.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>

namespace alarum::http {

void Sessions::open(std::string_view token, const config::Credential& credential, Time now) {
  const std::lock_guard lock(mutex_);
  make_room(credential, now);
  sessions_.insert_or_assign(sha256(token), Session{credential, now, now});
}

// Also forgets what is over, which nobody may ask for again.
void Sessions::make_room(const config::Credential& credential, Time now) {
  std::size_t count = 0;
  auto oldest = sessions_.end();
  for (auto one = sessions_.begin(); one != sessions_.end();) {
    if (one->second.end() <= now) {
      one = sessions_.erase(one);
      continue;
    }
    if (one->second.credential == credential) {
      ++count;
      if (oldest == sessions_.end() || one->second.used < oldest->second.used) oldest = one;
    }
    ++one;
  }
  if (count >= kMostOfOne) sessions_.erase(oldest);
}

std::optional<Sessions::Session> Sessions::find(std::string_view token, Time now) {
  const auto digest = sha256(token);
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(digest);
  if (found == sessions_.end()) return std::nullopt;
  if (found->second.end() <= now) {
    sessions_.erase(found);
    return std::nullopt;
  }
  found->second.used = now;
  return found->second;
}

void Sessions::close(std::string_view token) {
  const auto digest = sha256(token);
  const std::lock_guard lock(mutex_);
  sessions_.erase(digest);
}

std::size_t Sessions::count() const {
  const std::lock_guard lock(mutex_);
  return sessions_.size();
}

std::string SignInLimit::bucket_of(const std::string& address, Time now) {
  auto bucket = address;
  boost::system::error_code fault;
  const auto parsed = boost::asio::ip::make_address(address, fault);
  if (!fault && parsed.is_v6()) {
    const auto bytes = parsed.to_v6().to_bytes();
    bucket.assign(bytes.begin(), bytes.begin() + 8);
  }
  if (free_at_.contains(bucket) || free_at_.size() < kMostAddresses) return bucket;
  std::erase_if(free_at_, [now](const auto& one) { return one.second <= now; });
  return free_at_.size() < kMostAddresses ? bucket : "";
}

std::chrono::seconds SignInLimit::begin(const std::string& address, Time now) {
  const std::lock_guard lock(mutex_);
  auto& free_at = free_at_.try_emplace(bucket_of(address, now), now).first->second;
  // A clock that went back must not lock anybody out for as long.
  free_at = std::clamp(free_at, now, now + kBurst * Duration(kPause));
  const auto over = free_at + Duration(kPause) - (now + kBurst * Duration(kPause));
  if (over > Duration::zero()) return std::chrono::ceil<std::chrono::seconds>(over);
  free_at += kPause;
  return std::chrono::seconds(0);
}

void SignInLimit::succeeded(const std::string& address) {
  const std::lock_guard lock(mutex_);
  const auto found = free_at_.find(bucket_of(address, Time::min()));
  if (found != free_at_.end()) found->second -= kPause;
}

}  // namespace alarum::http
