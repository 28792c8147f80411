#include "model/suppression_reasons.h"

#include <algorithm>
#include <array>

namespace alarum::model {
namespace {

using Why = Suppressed::Why;

constexpr std::array<SuppressionReason, 16> kReasons{{
    {Why::silenced, "silenced", ""},
    {Why::acknowledged, "acknowledged", ""},
    {Why::inhibited, "inhibited", ""},
    {Why::muted, "muted", ""},
    {Why::logged, "logged", ""},
    {Why::no_integration, "no_integration", ""},
    {Why::absorbed, "absorbed", ""},
    {Why::waiting, "waiting", ""},
    {Why::annulled, "annulled", ""},
    {Why::late, "late", ""},
    {Why::filtered, "filtered", "unwanted"},
    {Why::never_notified, "never_notified", "untold"},
    {Why::refired, "refired", ""},
    {Why::already_notified, "already_notified", "known"},
    {Why::config_changed, "config_changed", "rerouted"},
    {Why::lost, "lost", ""},
}};

const SuppressionReason* found(auto member, auto value) {
  const auto at = std::ranges::find(kReasons, value, member);
  return at == kReasons.end() ? nullptr : &*at;
}

}  // namespace

std::span<const SuppressionReason> suppression_reasons() {
  return kReasons;
}

std::string suppression_words() {
  std::string out;
  for (const auto& reason : kReasons) out.append(out.empty() ? "" : ", ").append(reason.word);
  return out;
}

const SuppressionReason* suppression_reason(std::string_view word) {
  return found(&SuppressionReason::word, word);
}

const SuppressionReason* renamed_suppression_reason(std::string_view old_word) {
  return old_word.empty() ? nullptr : found(&SuppressionReason::old_word, old_word);
}

std::string current_suppression_word(std::string_view stored) {
  const auto* renamed = renamed_suppression_reason(stored);
  return std::string(renamed ? renamed->word : stored);
}

std::string_view to_text(Suppressed::Why why) {
  return found(&SuppressionReason::why, why)->word;
}

}  // namespace alarum::model
