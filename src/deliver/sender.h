#pragma once
#include <chrono>
#include <memory>
#include <vector>

#include "deliver/transport.h"

namespace alarum::deliver {

/// Many requests at once on one thread (http/curl_multi.h): HTTP, and SMTP for mail. Connections
/// are reused; redirects are not followed; heads and bodies of answers are bounded; connecting, the
/// first byte and the whole have their own time-outs; an address that is_forbidden_address() is not
/// asked.
class Sender final : public Transport {
 public:
  struct Options {
    std::size_t answer_bytes = 64 * 1024;  ///< of a body; the rest is not read
    std::size_t head_bytes = 64 * 1024;    ///< more is a failure
  };

  explicit Sender(Options options);
  ~Sender() override;

  void start(const Target& target, const model::Notification& notification, Time now) override;
  std::vector<Ended> wait(std::chrono::milliseconds most) override;
  void wake() override;
  void retain(const std::map<std::string, Target>& targets) override;

 private:
  struct Core;
  std::unique_ptr<Core> core_;
};

}  // namespace alarum::deliver
