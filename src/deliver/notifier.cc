#include "deliver/notifier.h"

#include <algorithm>

#include "deliver/console.h"

namespace alarum::deliver {
namespace {

struct Composer {
  const model::Message& message;
  const Setting& setting;

  model::Content operator()(const config::Webhook& how) const { return webhook_content(message, how, setting); }
  model::Content operator()(const config::CloudEvents& how) const { return cloudevents_content(message, how, setting); }
  model::Content operator()(const config::Alertmanager&) const { return alertmanager_content(message, setting); }
  model::Content operator()(const config::PagerDuty& how) const { return pagerduty_content(message, how, setting); }
  model::Content operator()(const config::Slack& how) const { return slack_content(message, how, setting); }
  model::Content operator()(const config::Teams&) const { return teams_content(message, setting); }
  model::Content operator()(const config::DingTalk& how) const { return dingtalk_content(message, how, setting); }
  model::Content operator()(const config::Feishu&) const { return feishu_content(message, setting); }
  model::Content operator()(const config::WeCom&) const { return wecom_content(message, setting); }
  model::Content operator()(const config::Smn&) const { return smn_content(message, setting); }
  model::Content operator()(const config::Email& how) const { return email_content(message, how, setting); }
  model::Content operator()(const config::Console&) const { return {console_lines(message, setting.colour), {}}; }
  model::Content operator()(const config::File&) const { return file_content(message, setting); }
};

bool is_wanted(const model::Change& change, const config::Integration& how) {
  if (change.alert.state == model::AlertState::firing) return true;
  if (!how.send_resolved) return false;
  return how.resolve_on.empty() || std::ranges::find(how.resolve_on, change.alert.reason) != how.resolve_on.end();
}

}  // namespace

std::optional<model::Content> compose(const model::Message& message, const Setting& setting) {
  const auto wanted = [&](const model::Change& change) { return is_wanted(change, setting.how); };
  if (std::ranges::all_of(message.changes, wanted)) return std::visit(Composer{message, setting}, setting.how.as);
  model::Message rest{message.receiver, message.group_key, message.group_labels, {}};
  std::ranges::copy_if(message.changes, std::back_inserter(rest.changes), wanted);
  if (rest.changes.empty()) return std::nullopt;
  return std::visit(Composer{rest, setting}, setting.how.as);
}

}  // namespace alarum::deliver
