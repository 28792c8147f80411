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

/// A message as people read it, before it takes the form of a target. What an operator needs comes
/// first: how bad and what, where, since when, how it ended, what to do, where to look. Texts are
/// as the events have them: whoever writes them out escapes them.
struct Card {
  struct Fact {
    std::string name, value;
    bool link = false;  ///< `value` is a URL of ours or of a rule
  };
  struct Item {
    std::string head;  ///< `FIRING critical NpuLost: bms-1: NPU 3 lost`
    std::vector<Fact> facts;
  };
  std::string title;
  std::vector<Item> items;          ///< worst first
  std::vector<std::string> counts;  ///< of many: `9000 × critical NpuLost firing`, worst first
  std::size_t left_out = 0;         ///< alerts that `items` has not
  std::string link;                 ///< to the alert, or of several to us; empty: none
  model::Severity worst = model::Severity::none;
  bool firing = false;  ///< any of them
  Language language = Language::en;
};

struct CardStyle {
  Language language = Language::en;
  std::string external_url;
  std::size_t most_items = 10;
};
Card card_of(const model::Message& message, const CardStyle& style);

/// Alerts worst first: firing before resolved, by severity, then the oldest.
std::vector<model::Change> worst_first(std::vector<model::Change> changes);

/// `recovered`, `timeout: not confirmed`, …: how people are told of an end.
std::string told_reason(model::EndReason reason, Language language = Language::en);
/// `server=bms-1 rack=r17 npu=3`: what tells one alert from another, the server and its rack first,
/// whether labels or annotations say them.
std::string where_of(const model::Alert& alert);
/// A label of the alert, or else its annotation; "": it has neither.
std::string said_of(const model::Alert& alert, const std::string& name);
/// Where the bridge shows the alert and what became of it; "" without `external_url`.
std::string alert_link(const model::Alert& alert, const std::string& external_url);
/// Whether it only says again that the alert fires.
inline bool is_reminder(model::Change::Kind kind) {
  return kind == model::Change::Kind::reminded || kind == model::Change::Kind::unconfirmed;
}
/// Of a reminder what it adds: `last 2026-11-28 20:22:41 UTC`, `not confirmed since 2026-11-28
/// 20:22:41 UTC`; "" of other changes.
std::string reminder_text(const model::Change& change, Language language = Language::en);
/// `3 h 20 min` would not be understood by machines; `3h20m`, whole seconds.
std::string lasted(const model::Alert& alert);
/// `…and 7 more`
std::string left_out_text(std::size_t count, Language language);

/// How a target marks what is bold and what is a link. `bold` gets text that is escaped already.
struct Markup {
  Escaper escape = escape_plain;
  std::function<std::string(const std::string&)> bold;
  std::function<std::string(const std::string& url)> link;
  std::string line_end = "\n";
};
/// The card's text without its title, in at most `most` bytes: with as many items as fit, the last
/// one cut if there is only that.
std::string body_text(const Card& card, const Markup& markup, std::size_t most);

}  // namespace alarum::receivers
