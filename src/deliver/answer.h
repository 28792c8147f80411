#pragma once
#include <chrono>
#include <string_view>

#include "config/receiver.h"
#include "deliver/verdict.h"

namespace alarum::deliver {

/// What a target answered, as far as it was read.
struct Answer {
  long status = 0;
  std::string_view body;
  std::chrono::seconds retry_after{};
};

/// Whether a target of this kind took it, by its vendor's own test: DingTalk, Feishu, WeCom and Slack say in the body of a 200 that they
/// did not. Sizes, encodings and shapes of the body are the sender's to choose: anything is understood or is a failure.
Verdict judge(const config::Integration& how, const Answer& answer);

}  // namespace alarum::deliver
