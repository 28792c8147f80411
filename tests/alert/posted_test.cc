#include "alert/posted.h"

#include <gtest/gtest.h>

#include "model/posted.h"

namespace alarum::alert {
namespace {

TEST(Posted, ComesBackFromItsEvent) {
  const Posted posted{{{"alertname", "Disk \"full\""}, {"instance", "h:9100"}, {"dotted.name", "x"}, {"severity", "critical"}}, {{"summary", "ä"}},
                      Time(std::chrono::seconds(5)), Time(std::chrono::seconds(9)), "http://p/graph"};
  const auto event = event_of(posted, "1", "127.0.0.1");
  EXPECT_TRUE(model::is_posted(event));
  EXPECT_EQ(event.type(), "Disk \"full\"");
  EXPECT_EQ(event.subject(), "h:9100");
  EXPECT_EQ(event.severity(), model::Severity::critical);
  const auto back = posted_of(model::FlatEvent::of(event));
  EXPECT_EQ(back.labels, posted.labels);
  EXPECT_EQ(back.annotations, posted.annotations);
  EXPECT_EQ(back.starts_at, posted.starts_at);
  EXPECT_EQ(back.ends_at, posted.ends_at);
  EXPECT_EQ(back.generator_url, posted.generator_url);
}

TEST(Posted, AnEventOfAnotherDoorIsNone) {
  model::EventFields fields;
  fields.id = "1", fields.source = "alertmanager", fields.type = "x", fields.extensions = {{"posted", "true"}};
  EXPECT_FALSE(model::is_posted(model::Event(fields)));
}

}  // namespace
}  // namespace alarum::alert
