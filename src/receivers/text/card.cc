#include "receivers/text/card.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

namespace alarum::receivers {
namespace {

using model::Alert;
using model::AlertState;
using model::EndReason;
using model::Severity;

std::string_view pick(Language language, std::string_view en, std::string_view zh) {
  return language == Language::zh ? zh : en;
}

std::string severity_word(Severity severity, Language language) {
  if (language == Language::en) return std::string(model::to_text(severity));
  constexpr std::string_view kWords[] = {"", "提示", "警告", "次要", "重要", "紧急"};
  return std::string(kWords[static_cast<std::size_t>(severity)]);
}

std::string state_word(const model::Change& change, Language language) {
  if (change.alert.state == AlertState::resolved)
    return std::string(pick(language, "RESOLVED", "已恢复"));
  if (change.kind == model::Change::Kind::stage_changed)
    return std::string(pick(language, "STAGE", "阶段变化"));
  if (change.kind == model::Change::Kind::acknowledged)
    return std::string(pick(language, "ACKNOWLEDGED", "已确认"));
  if (change.kind == model::Change::Kind::unacknowledged)
    return std::string(pick(language, "NOT ACKNOWLEDGED ANY MORE", "确认已取消"));
  if (change.kind == model::Change::Kind::reminded)
    return std::string(pick(language, "STILL FIRING", "仍在告警"));
  if (change.kind == model::Change::Kind::unconfirmed)
    return std::string(pick(language, "NOT CONFIRMED", "未再确认"));
  return std::string(pick(language, "FIRING", "告警"));
}

// Names of labels that come first in where_of(), and of those that are no place at all.
constexpr std::array kPlaces{"server", "rack", "slot"};
constexpr std::array kNoPlaces{"alertname", "severity", "owner"};

std::string annotation(const Alert& alert, const char* name) {
  const auto found = alert.annotations.find(name);
  return found == alert.annotations.end() ? "" : found->second;
}

std::string label(const Alert& alert, const char* name) {
  const auto found = alert.labels.find(name);
  return found == alert.labels.end() ? "" : found->second;
}

std::string time_text(Time time) {
  auto text = format_rfc3339(std::chrono::floor<std::chrono::seconds>(time));
  text[10] = ' ';
  text.back() = ' ';
  return text + "UTC";
}

std::string head_of(const model::Change& change, Language language) {
  const auto& alert = change.alert;
  const auto summary = annotation(alert, "summary");
  return fmt::format("{} {} {}{}{}", state_word(change, language),
                     severity_word(alert.severity, language), label(alert, "alertname"),
                     summary.empty() ? "" : pick(language, ": ", "："), summary);
}

struct FactList {
  std::vector<Card::Fact> facts;
  Language language;

  void add(std::string_view en, std::string_view zh, std::string value, bool link = false) {
    if (!value.empty())
      facts.push_back({std::string(pick(language, en, zh)), std::move(value), link});
  }
};

// `anna, 2026-11-28 10:00:00 UTC, until 2026-11-28 14:00:00 UTC: looking into it`
std::string care_text(const model::Acknowledgement& ack, Language language) {
  const auto until =
      ack.until ? fmt::format("{}{}", pick(language, ", until ", "，至 "), time_text(*ack.until))
                : std::string();
  return fmt::format("{}{}{}{}{}{}", ack.by, pick(language, ", ", "，"), time_text(ack.at), until,
                     ack.comment.empty() ? "" : pick(language, ": ", "："), ack.comment);
}

// The person who took the acknowledgement back.
std::string taken_back_text(const model::Change& change, Language language) {
  return fmt::format("{}{}{}", change.by,
                     change.by.empty() || change.comment.empty() ? "" : pick(language, ": ", "："),
                     change.comment);
}

bool is_url(const std::string& text) {
  return (text.starts_with("https://") || text.starts_with("http://")) &&
         text.find_first_of(" \n\r\t\"<>()[]|") == std::string::npos;
}

// From an inventory: the owner, what runs there, and what it depends on.
void add_inventory(FactList& list, const Alert& alert) {
  list.add("Owner", "负责人", said_of(alert, "owner"));
  list.add("Runs there", "运行任务", said_of(alert, "job"));
  list.add("Switch", "交换机", said_of(alert, "switch"));
  list.add("PDU", "配电单元", said_of(alert, "pdu"));
}

Card::Item item_of(const model::Change& change, const CardStyle& style, bool alone) {
  const auto language = style.language;
  const auto& alert = change.alert;
  const bool resolved = alert.state == AlertState::resolved;
  FactList list{{}, language};
  list.add("Where", "对象", where_of(alert));
  list.add("Since", "开始", time_text(alert.starts_at));
  if (is_reminder(change.kind)) list.add("Reported", "最近上报", reminder_text(change, language));
  if (resolved) {
    const auto after = lasted(alert);
    list.add("Ended", "结束",
             (alert.ends_at ? time_text(*alert.ends_at) : std::string()) +
                 fmt::format("{}{}", pick(language, ", after ", "，持续 "), after));
    list.add("How", "方式", told_reason(alert.reason, language));
  }
  list.add("Stage", "阶段", annotation(alert, "stage"));
  list.add("What", "说明", annotation(alert, "description"));
  add_inventory(list, alert);
  if (alert.count > 1) list.add("Seen", "次数", std::to_string(alert.count));
  if (alert.acknowledged)
    list.add("Acknowledged", "确认", care_text(*alert.acknowledged, language));
  if (change.kind == model::Change::Kind::unacknowledged)
    list.add("Taken back", "取消确认", taken_back_text(change, language));
  const auto runbook = annotation(alert, "runbook");
  if (!resolved) list.add("Do", "处理", runbook, is_url(runbook));
  list.add("Source", "来源", alert.generator_url, is_url(alert.generator_url));
  if (!alone) list.add("Link", "链接", alert_link(alert, style.external_url), true);
  return {head_of(change, language), std::move(list.facts)};
}

// Numbers of alerts by name, the worst first.
std::vector<std::string> counts_of(const std::vector<model::Change>& changes, Language language) {
  std::map<std::tuple<bool, int, std::string>, std::size_t> counts;
  for (const auto& change : changes) {
    const bool resolved = change.alert.state == AlertState::resolved;
    ++counts[{resolved, -static_cast<int>(change.alert.severity),
              label(change.alert, "alertname")}];
  }
  std::vector<std::string> out;
  for (const auto& [key, count] : counts) {
    const auto& [resolved, severity, name] = key;
    out.push_back(fmt::format(
        "{} × {} {} {}", count, severity_word(static_cast<Severity>(-severity), language), name,
        resolved ? pick(language, "resolved", "已恢复") : pick(language, "firing", "告警中")));
  }
  return out;
}

std::string title_of(const std::vector<model::Change>& changes, Language language) {
  if (changes.size() == 1) return head_of(changes.front(), language);
  const auto firing = static_cast<std::size_t>(std::ranges::count_if(
      changes, [](const auto& c) { return c.alert.state == AlertState::firing; }));
  const auto resolved = changes.size() - firing;
  const auto& worst = changes.front();
  std::string out;
  if (firing > 0) out = fmt::format("{} {}", firing, pick(language, "firing", "条告警"));
  if (resolved > 0)
    out += fmt::format("{}{} {}", out.empty() ? "" : pick(language, ", ", "，"), resolved,
                       pick(language, "resolved", "条已恢复"));
  return fmt::format("{}{}{}", out, pick(language, "; worst: ", "；最严重："),
                     head_of(worst, language));
}

std::string written(const Card& card, const Markup& markup, std::size_t items) {
  std::string out;
  for (const auto& count : card.counts) out += markup.escape(count) + markup.line_end;
  for (std::size_t i = 0; i < items; ++i) {
    const auto& item = card.items[i];
    if (!out.empty()) out += markup.line_end;
    // With a single alert, the title says everything already.
    if (card.items.size() > 1) out += markup.bold(markup.escape(item.head)) + markup.line_end;
    for (const auto& fact : item.facts) {
      out += markup.escape(fact.name) + (card.language == Language::zh ? "：" : ": ") +
             (fact.link ? markup.link(fact.value) : markup.escape(fact.value)) + markup.line_end;
    }
  }
  const auto more = card.left_out + card.items.size() - items;
  if (more > 0) out += markup.escape(left_out_text(more, card.language)) + markup.line_end;
  if (!card.link.empty()) out += markup.link(card.link) + markup.line_end;
  return out;
}

}  // namespace

std::vector<model::Change> worst_first(std::vector<model::Change> changes) {
  std::ranges::stable_sort(changes, [](const model::Change& a, const model::Change& b) {
    const auto rank = [](const model::Change& c) {
      return std::tuple(c.alert.state == AlertState::resolved, -static_cast<int>(c.alert.severity),
                        c.alert.starts_at);
    };
    return rank(a) < rank(b);
  });
  return changes;
}

std::string told_reason(EndReason reason, Language language) {
  if (language == Language::en) {
    const bool unconfirmed = reason == EndReason::timeout || reason == EndReason::lost;
    return std::string(model::to_text(reason)) + (unconfirmed ? ": not confirmed" : "");
  }
  constexpr std::string_view kWords[] = {"",         "已恢复", "窗口已清空", "超时：未确认恢复",
                                         "人工关闭", "已升级", "规则已变更", "已丢失：未确认恢复"};
  return std::string(kWords[static_cast<std::size_t>(reason)]);
}

std::string said_of(const Alert& alert, const std::string& name) {
  auto text = label(alert, name.c_str());
  return text.empty() ? annotation(alert, name.c_str()) : text;
}

std::string where_of(const Alert& alert) {
  std::string out;
  const auto add = [&](const std::string& name, const std::string& value) {
    out += (out.empty() ? "" : " ") + name + "=" + value;
  };
  for (const char* name : kPlaces) {
    if (const auto value = said_of(alert, name); !value.empty()) add(name, value);
  }
  const auto among = [](const auto& names, const std::string& name) {
    return std::ranges::find(names, name) != names.end();
  };
  for (const auto& [name, value] : alert.labels) {
    if (!among(kPlaces, name) && !among(kNoPlaces, name)) add(name, value);
  }
  return out;
}

std::string alert_link(const Alert& alert, const std::string& external_url) {
  return external_url.empty() ? "" : external_url + "/api/v1/history?alert=" + alert.id;
}

std::string reminder_text(const model::Change& change, Language language) {
  if (!is_reminder(change.kind)) return "";
  const bool unconfirmed = change.kind == model::Change::Kind::unconfirmed;
  const auto when = time_text(change.alert.last_seen);
  if (language == Language::zh)
    return fmt::format("{}{}", unconfirmed ? "此后未再确认：" : "", when);
  return fmt::format("{} {}", unconfirmed ? "not confirmed since" : "last", when);
}

std::string lasted(const Alert& alert) {
  const auto seconds =
      alert.ends_at ? std::chrono::floor<std::chrono::seconds>(*alert.ends_at - alert.starts_at)
                    : std::chrono::seconds(0);
  return format_duration(std::max(seconds, std::chrono::seconds(0)));
}

std::string left_out_text(std::size_t count, Language language) {
  return language == Language::zh ? fmt::format("……另有 {} 条", count)
                                  : fmt::format("… and {} more", count);
}

Card card_of(const model::Message& message, const CardStyle& style) {
  const auto changes = worst_first(message.changes);
  Card card;
  card.language = style.language;
  card.title = title_of(changes, style.language);
  const auto shown = std::min(changes.size(), style.most_items);
  for (std::size_t i = 0; i < shown; ++i)
    card.items.push_back(item_of(changes[i], style, changes.size() == 1));
  if (shown < changes.size()) card.counts = counts_of(changes, style.language);
  card.left_out = changes.size() - shown;
  if (changes.size() == 1)
    card.link = alert_link(changes.front().alert, style.external_url);
  else
    card.link = style.external_url.empty() ? "" : style.external_url + "/";
  for (const auto& change : changes) {
    if (change.alert.state == AlertState::resolved) continue;
    card.firing = true;
    card.worst = std::max(card.worst, change.alert.severity);
  }
  return card;
}

std::string body_text(const Card& card, const Markup& markup, std::size_t most) {
  auto items = card.items.size();
  auto out = written(card, markup, items);
  while (out.size() > most && items > 1) out = written(card, markup, --items);
  return cut(std::move(out), most);
}

}  // namespace alarum::receivers
