// Whatever a target answers is understood or a failure; whatever an event says, its text is cut and escaped as valid UTF-8.
#include <cstdint>
#include <cstdlib>

#include "base/utf8.h"
#include "deliver/answer.h"
#include "deliver/escape.h"
#include "tests/fuzz/target.h"

namespace fuzz::answers_target {

bool is_utf8(const std::string& text) {
  return alarum::valid_utf8_prefix(text) == text.size();
}

}  // namespace fuzz::answers_target

ALARUM_FUZZ(answers) {
  using namespace alarum::deliver;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const char* kind : {"dingtalk", "feishu", "wecom", "slack", "teams", "pagerduty", "webhook"}) {
    alarum::config::Integration how;
    how.kind = kind;
    for (const long status : {200L, 202L, 302L, 400L, 429L, 503L}) {
      const auto verdict = judge(how, {status, text, {}});
      must(status < 300 || verdict.kind != Verdict::Kind::delivered);
      must(verdict.detail.size() < 64);
    }
  }
  for (const auto escape : {escape_plain, escape_html, escape_slack, escape_markdown, escape_robot}) {
    const auto safe = escape(text);
    must(is_utf8(safe));
    must(escape != escape_html || safe.find('<') == std::string::npos);
    const auto shorter = cut(safe, size / 2);
    must(shorter.size() <= size / 2 || shorter == safe);
    must(is_utf8(shorter));
  }
  return 0;
}
