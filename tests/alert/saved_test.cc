#include "alert/saved.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "alert/codec.h"

namespace alarum::alert {
namespace {

ActiveAlerts::ActiveAlert full() {
  ActiveAlerts::ActiveAlert live;
  auto& a = live.alert;
  a.id = "0123456789abcdef", a.rule = "Card", a.key = "npu=3",
  a.labels = {{"a", "1"}, {"b", std::string("\xC3\xA9\0x", 4)}}, a.annotations = {{"summary", "s"}};
  a.generator_url = "http://x", a.severity = model::Severity::critical,
  a.reason = model::EndReason::timeout, a.late = true, a.count = 1'000'000;
  a.starts_at = Time(Duration(-5)), a.last_seen = Time(Duration(7)), a.ends_at = Time(Duration(8)),
  a.changed_at = Time(Duration(9));
  a.opened_by = 1ULL << 40, a.changed_by = 2, a.inhibited_by = {"x", "y"},
  a.absorbed = {"Rack", "Hall"}, a.waiting = {"Site"};
  a.acknowledged =
      model::Acknowledgement{"kim", "on \"it\"", Time(Duration(15)), Time(Duration(16))},
  live.ack_due = Time(Duration(18));
  live.due = Time(Duration(11)), live.matched_at = Time(Duration(12)), live.by_signature = "by",
  live.hold = Duration(13), live.ending = model::EndReason::none;
  live.ended_at = Time(Duration(14)), live.flaps = 17, live.extra = {{"e", "f"}},
  live.inhibitors = {{"R", "k"}}, live.told = false, live.over = true;
  return live;
}

std::string bytes_of(std::vector<ActiveAlerts::ActiveAlert> all) {
  ActiveAlerts active_alerts;
  active_alerts.restore(std::move(all));
  ByteWriter out;
  put(out, active_alerts);
  return out.take();
}

TEST(Saved, ALiveAlertComesBackWhole) {
  const auto bytes = bytes_of({full()});
  ByteReader in(bytes);
  const auto back = get_live(in);
  ASSERT_TRUE(in.good() && in.at_end());
  ASSERT_EQ(back.size(), 1u);
  const auto &one = back[0], expected = full();
  EXPECT_EQ(alert_json(one.alert), alert_json(expected.alert));
  EXPECT_EQ(std::tie(one.due, one.matched_at, one.by_signature, one.hold, one.ending, one.ended_at,
                     one.flaps, one.extra, one.inhibitors, one.told, one.over, one.ack_due),
            std::tie(expected.due, expected.matched_at, expected.by_signature, expected.hold,
                     expected.ending, expected.ended_at, expected.flaps, expected.extra,
                     expected.inhibitors, expected.told, expected.over, expected.ack_due));
}

// As the engine's state had it up to version 6.
TEST(Saved, AnAlertFromBeforeAcknowledgementsWereSavedWithItIsRead) {
  auto alert = full().alert;
  ByteWriter out;
  out.number(1);
  put(out, alert);
  out.number(0), out.time(Time(Duration(12))), out.text("by"), out.integer(13), out.number(0),
      out.time(Time()), out.number(17), out.number(0), out.number(0), out.number(1);
  const auto bytes = out.take();
  ByteReader in(bytes);
  const auto back = get_live(in, false, false);
  ASSERT_TRUE(in.good() && in.at_end());
  alert.acknowledged.reset(), alert.absorbed.clear(), alert.waiting.clear();
  EXPECT_EQ(alert_json(back.at(0).alert), alert_json(alert));
  EXPECT_EQ(std::tuple(back[0].by_signature, back[0].flaps, back[0].ack_due),
            std::tuple("by", 17u, std::nullopt));
}

TEST(Saved, BytesCutAnywhereAreNoticed) {
  const auto bytes = bytes_of({full()});
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ByteReader in(std::string_view(bytes).substr(0, size));
    (void)get_live(in);
    EXPECT_FALSE(in.good()) << size;
  }
}

TEST(Codec, TextsAreEscapedAsJsonHasIt) {
  const auto alert = full().alert;
  const auto back = parse_alert(alert_json(alert));
  ASSERT_TRUE(back);
  EXPECT_EQ(alert_json(*back), alert_json(alert));
  EXPECT_EQ(list_json({"a\"b\\", "\x01\n", "\xff", "\xC3\xA9", "\x7f"}),
            "[\"a\\\"b\\\\\",\"\\u0001\\n\",\"\xEF\xBF\xBD\",\"\xC3\xA9\",\"\x7f\"]");
}

// The order of a tree's members is another one.
std::string in_another_order(const std::string& json) {
  return nlohmann::json::parse(json).dump();
}

TEST(Codec, WhatIsReadAsItWasWrittenIsWhatAnyReaderOfJsonReads) {
  auto alert = full().alert;
  for (const char* text : {"plain", "\xE5\x86\x8D\"\\/\b\n\x01", "\xF0\x9F\x94\xA5", ""}) {
    alert.annotations["summary"] = alert.labels["reason"] = alert.key = text;
    for (const bool bare : {false, true}) {
      if (bare)
        alert.inhibited_by.clear(), alert.waiting.clear(), alert.acknowledged.reset(),
            alert.ends_at.reset(), alert.generator_url.clear();
      const auto json = alert_json(alert);
      EXPECT_EQ(alert_json(*parse_alert(json)), json);
      EXPECT_EQ(alert_json(*parse_alert(in_another_order(json))), json);
      model::Message message{
          "ops",
          "g",
          {{"a", text}},
          {{model::Change::Kind::acknowledged, alert, 7, Time(Duration(8)), text, "why"},
           {model::Change::Kind::fired, alert, 9, Time(Duration(-1))}}};
      EXPECT_EQ(message_json(*parse_message(message_json(message))), message_json(message));
      EXPECT_EQ(message_json(*parse_message(in_another_order(message_json(message)))),
                message_json(message));
    }
  }
}

TEST(Codec, WhatIsNoJsonIsNotRead) {
  const auto json = alert_json(full().alert);
  const auto with = [&](const std::string& from, const std::string& to) {
    auto text = json;
    return text.replace(text.find(from), from.size(), to);
  };
  EXPECT_FALSE(parse_alert(json + "x"));
  EXPECT_FALSE(parse_alert(with("Card", "C\xFFrd")));
  EXPECT_FALSE(parse_alert(with("Card", "C\nrd")));
  EXPECT_FALSE(parse_alert(with("Card", "C\\xrd")));
  EXPECT_FALSE(parse_alert(with("Card", "C\\uD800rd")));
  EXPECT_FALSE(parse_alert(with(":1000000", ":01000000")));
  EXPECT_TRUE(parse_alert(with(":1000000", ": 1000000")));
  for (std::size_t size = 0; size < json.size(); ++size)
    EXPECT_FALSE(parse_alert(json.substr(0, size))) << size;
  EXPECT_FALSE(parse_message(R"({"receiver":"a","group_key":"g","group_labels":{},"changes":[]})"));
}

TEST(Codec, KindsAndReasonsAreFoundInAnyOrder) {
  model::Change change{
      model::Change::Kind::acknowledged, full().alert, 7, Time(Duration(8)), "\",\"kind\":\"x", ""};
  change.alert.labels = {{"a", "b"}, {"reason", "7"}};
  const auto line = history_line(change), alert = alert_json(change.alert);
  EXPECT_EQ(kind_in(line), "acknowledged");
  EXPECT_EQ(kind_in(in_another_order(line)), "acknowledged");
  EXPECT_EQ(reason_in(alert), "3");
  EXPECT_EQ(reason_in(in_another_order(alert)), "3");
  for (const char* text : {"", "{}", "[]", "{\"offset\":1", "{\"id\":\"x\""})
    EXPECT_FALSE(kind_in(text) || reason_in(text)) << text;
}

}  // namespace
}  // namespace alarum::alert
