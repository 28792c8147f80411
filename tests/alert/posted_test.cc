#include "alert/posted.h"

#include <gtest/gtest.h>

#include "alert/active_alerts.h"
#include "model/posted.h"

namespace alarum::alert {
namespace {

TEST(Posted, ComesBackFromItsEvent) {
  const Posted posted{{{"alertname", "Disk \"full\""},
                       {"instance", "h:9100"},
                       {"dotted.name", "x"},
                       {"severity", "critical"},
                       {"startsAt", "no time"},
                       {"na\"me\n", "\\ \x1f"},
                       {"none", ""}},
                      {{"summary", "ä"}, {"labels", "one"}},
                      Time(std::chrono::seconds(5)),
                      Time(std::chrono::seconds(9)),
                      "http://p/graph",
                      std::chrono::minutes(30)};
  const auto event = event_of(posted, "1", "127.0.0.1");
  EXPECT_TRUE(model::is_posted(event));
  EXPECT_EQ(event.type(), "Disk \"full\"");
  EXPECT_EQ(event.subject(), "h:9100");
  EXPECT_EQ(event.severity(), model::Severity::critical);
  const auto back = posted_of(event);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->labels, posted.labels);
  EXPECT_EQ(back->annotations, posted.annotations);
  EXPECT_EQ(back->starts_at, posted.starts_at);
  EXPECT_EQ(back->ends_at, posted.ends_at);
  EXPECT_EQ(back->generator_url, posted.generator_url);
  EXPECT_EQ(back->timeout, posted.timeout);
}

TEST(Posted, WhatIsNoPostedAlertIsSaid) {
  for (const auto* data : {"[1]", R"({"labels":{"alertname":)", ""}) {
    model::EventFields fields;
    fields.id = "p-7";
    fields.data_kind = model::DataKind::json;
    fields.data = data;
    const auto read = posted_of(model::Event(fields));
    ASSERT_FALSE(read) << data;
    EXPECT_EQ(read.error().reason, "bad_record");
    EXPECT_NE(read.error().message.find("p-7"), std::string::npos);
  }
}

constexpr Time at(int minutes) {
  return Time(std::chrono::minutes(minutes));
}
constexpr bool kTimeout = true;

// `now` is 10; the rows are those of Alertmanager's own merge (types.Alert.Merge, and
// mem.Alerts.Put, which asks it where the two overlap).
TEST(Posted, AgainMergesAsAlertmanagerDoes) {
  const auto twice = [](const Activity& old, const Activity& posted) {
    return merged(old, posted, at(10));
  };
  // The earliest start, whichever post has it.
  EXPECT_EQ(twice({at(5), at(14), kTimeout}, {at(7), at(15), kTimeout}),
            (Activity{at(5), at(15), kTimeout}));
  EXPECT_EQ(twice({at(5), at(14), kTimeout}, {at(3), at(15), kTimeout}),
            (Activity{at(3), at(15), kTimeout}));
  EXPECT_EQ(twice({at(5), at(14), kTimeout}, {at(3), at(12), false}),
            (Activity{at(3), at(12), false}));
  // The latest end that was said: a time-out rules over none, and a shorter one not over a longer.
  EXPECT_EQ(twice({at(5), at(60), false}, {at(10), at(15), kTimeout}),
            (Activity{at(5), at(60), kTimeout}));
  EXPECT_EQ(twice({at(5), at(60), false}, {at(5), at(20), false}),
            (Activity{at(5), at(60), false}));
  EXPECT_EQ(twice({at(5), at(20), false}, {at(5), at(60), false}),
            (Activity{at(5), at(60), false}));
  EXPECT_EQ(twice({at(5), at(60), kTimeout}, {at(10), at(15), kTimeout}),
            (Activity{at(5), at(15), kTimeout}))
      << "the end before was no longer one that was said";
  EXPECT_EQ(twice({at(5), at(14), kTimeout}, {at(6), at(12), false}),
            (Activity{at(5), at(12), false}));
  // Over is over, however long it was said to go on, and whatever it overlaps.
  EXPECT_EQ(twice({at(5), at(60), false}, {at(5), at(9), false}), (Activity{at(5), at(9), false}));
  EXPECT_EQ(twice({at(5), at(60), false}, {at(1), at(4), false}), (Activity{at(1), at(4), false}));
  EXPECT_EQ(twice({at(5), at(9), false}, {at(6), at(8), false}), (Activity{at(5), at(9), false}))
      << "of two ends that have come the later";
  // What begins after the end of what was there is another activity.
  EXPECT_EQ(twice({at(5), at(12), false}, {at(12), at(30), false}),
            (Activity{at(12), at(30), false}));
}

TEST(Posted, AgainMovesItsStartAndItsEndAndEndsWithAnEndThatHasPassed) {
  ActiveAlerts active_alerts;
  std::vector<model::Change> changes;
  const auto post = [&](int now, std::optional<Time> starts, std::optional<Time> ends) {
    changes.clear();
    active_alerts.set_clock(at(now), {});
    active_alerts.post({{{"alertname", "A"}},
                        {{"summary", std::to_string(now)}},
                        starts,
                        ends,
                        "",
                        std::chrono::minutes(30)},
                       at(now), static_cast<model::Offset>(now), changes);
    return active_alerts.next() ? std::optional(std::get<0>(*active_alerts.next())) : std::nullopt;
  };
  EXPECT_EQ(post(10, at(10), at(70)), at(70));
  EXPECT_EQ(post(11, at(5), std::nullopt), at(70)) << "without an end it shortens none";
  EXPECT_EQ(changes.at(0).alert.starts_at, at(5));
  EXPECT_EQ(changes.at(0).alert.annotations.at("summary"), "11");
  EXPECT_EQ(post(12, at(6), at(90)), at(90));
  EXPECT_EQ(changes.at(0).alert.starts_at, at(5));
  EXPECT_EQ(post(13, std::nullopt, std::nullopt), at(90));
  EXPECT_EQ(post(14, at(6), at(13)), std::nullopt);
  EXPECT_EQ(changes.at(0).kind, model::Change::Kind::resolved);
  EXPECT_EQ(*changes.at(0).alert.ends_at, at(13));
  EXPECT_EQ(post(20, std::nullopt, std::nullopt), at(50)) << "the resolve_timeout of the config";
}

TEST(Posted, AnEventOfAnotherDoorIsNone) {
  model::EventFields fields;
  fields.id = "1", fields.source = "alertmanager", fields.type = "x",
  fields.extensions = {{"posted", "true"}};
  EXPECT_FALSE(model::is_posted(model::Event(fields)));
}

}  // namespace
}  // namespace alarum::alert
