#pragma once
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "base/time.h"
#include "config/auth.h"

namespace alarum::http {

/// Who is signed in: sessions of people whose browsers have a cookie (docs/auth.md "Sign-in"). They
/// live in memory and end with the process. A session stands for the credential that was proved
/// when it began; whether the config still has that credential is the caller's business.
///
/// Bounded: kMostOfOne sessions of one credential; a further one ends the one that was used the
/// longest time ago. Tokens are found by their SHA-256, so that neither the memory nor the time of
/// a search tells a token. A call costs O(log n); open() O(n). Any thread.
class Sessions {
 public:
  static constexpr std::size_t kMostOfOne = 256;
  /// A session ends when it was not used for kIdle, and at the latest kLongest after its begin.
  static constexpr Duration kIdle = std::chrono::hours(12), kLongest = std::chrono::days(7);

  struct Session {
    config::Credential credential;
    Time begun, used;
    /// When it ends if it is not used any more.
    Time end() const { return std::min(used + kIdle, begun + kLongest); }
  };

  /// A session begins. `token`: 256 random bits or more, for its owner alone.
  void open(std::string_view token, const config::Credential& credential, Time now);
  /// The session of that token, which counts as used now; nullopt: there is none, or it is over.
  std::optional<Session> find(std::string_view token, Time now);
  /// Does nothing if there is none.
  void close(std::string_view token);
  std::size_t count() const;

 private:
  void make_room(const config::Credential& credential, Time now);

  mutable std::mutex mutex_;  // guards sessions_: every http thread reads and changes it in place
  std::map<Sha256, Session> sessions_;  // by the digest of the token
};

/// How often sign-ins may fail: kBurst at once, then one in each kPause, for each address. IPv6
/// addresses of one /64 count as one. Bounded: kMostAddresses, then all others count as one. Any
/// thread.
class SignInLimit {
 public:
  static constexpr unsigned kBurst = 5;
  static constexpr std::chrono::seconds kPause{12};
  static constexpr std::size_t kMostAddresses = 4096;

  /// An attempt begins. Returns how long the sender must wait before one; 0: it may go on.
  std::chrono::seconds begin(const std::string& address, Time now);
  /// The attempt that began last succeeded, and does not count.
  void succeeded(const std::string& address);

 private:
  std::string bucket_of(const std::string& address, Time now);

  std::mutex mutex_;  // guards free_at_: every http thread reads and changes it in place
  std::map<std::string, Time> free_at_;  // when all kBurst attempts will be possible again
};

}  // namespace alarum::http
