#pragma once
#include <chrono>
#include <memory>
#include <vector>

#include "deliver/transport.h"

namespace alarum::deliver {

/// Sends many requests at once on one thread (http/curl_multi.h): HTTP, and SMTP for mail.
/// Connections are reused. Redirects are not followed. Connecting, the first byte and the whole
/// request each have a time-out of the integration. Addresses for which is_forbidden_address() is
/// true are not connected to, unless the integration allows it (`allow_link_local`). All calls
/// belong to the delivery thread, except wake().
class Sender final : public Transport {
 public:
  struct Options {
    std::size_t answer_bytes = 64 * 1024;  ///< of an answer's body that are read
    std::size_t head_bytes = 64 * 1024;    ///< of its head; a longer one is a failure
  };

  explicit Sender(Options options);
  ~Sender() override;

  // See deliver/transport.h.
  void start(const Target& target, const model::Notification& notification, Time now) override;
  std::vector<Ended> wait(std::chrono::milliseconds most) override;
  void wake() override;
  void retain(const std::map<std::string, Target>& targets) override;

 private:
  // Holds the transfers and libcurl's multi handle, so that libcurl stays out of this header.
  struct Core;
  std::unique_ptr<Core> core_;
};

}  // namespace alarum::deliver
