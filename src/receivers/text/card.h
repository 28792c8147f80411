#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "config/receiver.h"
#include "model/notification.h"
#include "receivers/text/escape.h"

namespace alarum::receivers {

using config::Language;

/// A message in the order in which people read it, before it is written in a target's format. What
/// an operator needs comes first: how bad and what, where, since when, how it ended, what to do,
/// where to look. Texts come from events and are not escaped: the code that writes them must escape
/// them.
struct Card {
  struct Fact {
    std::string name, value;
    bool link = false;  ///< `value` is a URL of this daemon or of a rule
  };
  struct Item {
    std::string head;  ///< `FIRING critical NpuLost: bms-1: NPU 3 lost`
    std::vector<Fact> facts;
  };
  std::string title;
  std::vector<Item> items;          ///< worst first
  std::vector<std::string> counts;  ///< if there are many: `9000 × critical NpuLost firing`
  std::size_t left_out = 0;         ///< alerts that are not in `items`
  std::string link;                 ///< to the alert, or to the list if there are several; or empty
  model::Severity worst = model::Severity::none;
  bool firing = false;  ///< at least one alert fires
  Language language = Language::en;
};

/// How a card is made.
struct CardStyle {
  Language language = Language::en;
  std::string external_url;     ///< empty: no links
  std::size_t most_items = 10;  ///< more alerts are counted only
};
/// The card of a message that has at least one change.
Card card_of(const model::Message& message, const CardStyle& style);

/// Sorts changes: firing before resolved, then by severity, then the oldest first.
std::vector<model::Change> worst_first(std::vector<model::Change> changes);

/// How people are notified of the reason of an end: `recovered`, `timeout: not confirmed`, …
std::string told_reason(model::EndReason reason, Language language = Language::en);
/// What distinguishes the alert from others: `server=bms-1 rack=r17 npu=3`. Server and rack come
/// first, whether they are labels or annotations.
std::string where_of(const model::Alert& alert);
/// The label of that name, or else the annotation; empty if the alert has neither.
std::string said_of(const model::Alert& alert, const std::string& name);
/// The page of this daemon about the alert; empty without `external_url`.
std::string alert_link(const model::Alert& alert, const std::string& external_url);
/// Whether the change only repeats that the alert fires.
inline bool is_reminder(model::Change::Kind kind) {
  return kind == model::Change::Kind::reminded || kind == model::Change::Kind::unconfirmed;
}
/// What a reminder adds: `last 2026-11-28 20:22:41 UTC`, or `not confirmed since 2026-11-28
/// 20:22:41 UTC`. Empty for other changes.
std::string reminder_text(const model::Change& change, Language language = Language::en);
/// How long the alert lasted, in whole seconds, as machines read it: `3h20m`.
std::string lasted(const model::Alert& alert);
/// The line about alerts that are not shown: `…and 7 more`.
std::string left_out_text(std::size_t count, Language language);

/// How a target marks bold text and links. `bold` is given text that is escaped already.
struct Markup {
  Escaper escape = escape_plain;
  std::function<std::string(const std::string&)> bold;
  std::function<std::string(const std::string& url)> link;
  std::string line_end = "\n";
};
/// The card's text without its title, in at most `most` bytes: as many items as fit, or a part of
/// the first one if it does not fit.
std::string body_text(const Card& card, const Markup& markup, std::size_t most);

}  // namespace alarum::receivers
