#include "receivers/receiver.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "receivers/text/card.h"

namespace alarum::receivers {
namespace {

class PlainPost final : public Receiver {
 public:
  model::Content compose(const model::Message& /*message*/,
                         const Setting& /*setting*/) const override {
    return {};
  }
};

bool is_wanted(const model::Change& change, const config::Integration& how) {
  if (change.alert.state == model::AlertState::firing) return true;
  if (!how.send_resolved) return false;
  return how.resolve_on.empty() ||
         std::ranges::find(how.resolve_on, change.alert.reason) != how.resolve_on.end();
}

}  // namespace

void Receiver::prepare(Attempt& /*attempt*/, const std::string& /*id*/, Time /*now*/) const {}

Verdict Receiver::judge_success(const Answer& answer) const {
  return verdict_of_status(answer.status, answer.retry_after);
}

Verdict Receiver::judge_refusal(const Answer& /*answer*/, Verdict plain) const {
  return plain;
}

const Receiver& receiver_of(const config::Integration& how) {
  static const PlainPost plain;
  return how.as ? *how.as : plain;
}

std::optional<model::Content> compose(const model::Message& message, const Setting& setting) {
  const auto& receiver = receiver_of(setting.how);
  const auto again = [](const model::Change& change) { return is_reminder(change.kind); };
  if (!receiver.takes_reminders() && std::ranges::all_of(message.changes, again))
    return std::nullopt;
  const auto wanted = [&](const model::Change& change) { return is_wanted(change, setting.how); };
  if (std::ranges::all_of(message.changes, wanted)) return receiver.compose(message, setting);
  model::Message rest{message.receiver, message.group_key, message.group_labels, {}};
  std::ranges::copy_if(message.changes, std::back_inserter(rest.changes), wanted);
  if (rest.changes.empty()) return std::nullopt;
  return receiver.compose(rest, setting);
}

Verdict judge(const config::Integration& how, const Answer& answer) {
  auto plain = verdict_of_status(answer.status, answer.retry_after);
  if (plain.kind == Verdict::Kind::delivered) return receiver_of(how).judge_success(answer);
  return receiver_of(how).judge_refusal(answer, std::move(plain));
}

}  // namespace alarum::receivers
