// Whatever a target answers is understood or a failure; whatever an event says, its text is cut and
// escaped as valid UTF-8.
#include <cstdint>
#include <cstdlib>

#include "base/utf8.h"
#include "config/config.h"
#include "receivers/list.h"
#include "receivers/receiver.h"
#include "receivers/text/escape.h"
#include "tests/fuzz/target.h"

namespace fuzz::answers_target {

bool is_utf8(const std::string& text) {
  return alarum::valid_utf8_prefix(text) == text.size();
}

std::vector<alarum::config::Integration> integrations() {
  alarum::Diagnostics out;
  const auto config = alarum::config::parse(R"(
receivers:
- name: a
  webhook_configs: [{url: 'http://x'}]
  pagerduty_configs: [{routing_key: k}]
  slack_configs: [{url: 'http://x'}]
  teams_configs: [{url: 'http://x'}]
  dingtalk_configs: [{url: 'http://x'}]
  feishu_configs: [{url: 'http://x'}]
  wecom_configs: [{url: 'http://x'}]
)",
                                            "c.yaml", alarum::receivers::kinds(), out);
  must(config.has_value());
  return config->receivers.front().integrations;
}

}  // namespace fuzz::answers_target

ALARUM_FUZZ(answers) {
  using namespace alarum::receivers;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const auto all = fuzz::answers_target::integrations();
  for (const auto& how : all) {
    for (const long status : {200L, 202L, 302L, 400L, 429L, 503L}) {
      const auto verdict = judge(how, {status, text, {}});
      must(status < 300 || verdict.kind != Verdict::Kind::delivered);
      must(verdict.detail.size() < 64);
    }
  }
  for (const auto escape :
       {escape_plain, escape_html, escape_slack, escape_markdown, escape_robot}) {
    const auto safe = escape(text);
    must(is_utf8(safe));
    must(escape != escape_html || safe.find('<') == std::string::npos);
    const auto shorter = cut(safe, size / 2);
    must(shorter.size() <= size / 2 || shorter == safe);
    must(is_utf8(shorter));
  }
  return 0;
}
