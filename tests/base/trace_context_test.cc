#include "base/trace_context.h"

#include <gtest/gtest.h>

#include <vector>

namespace alarum {
namespace {

constexpr const char* kParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(TraceContext, ReadsWhatTheStandardShows) {
  const auto parent = parse_traceparent(kParent);
  ASSERT_TRUE(parent);
  EXPECT_EQ(parent->trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(parent->span_id, "00f067aa0ba902b7");
  EXPECT_TRUE(parent->sampled);
  EXPECT_FALSE(
      parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00")->sampled);
}

TEST(TraceContext, IgnoresWhatIsInvalid) {
  const std::string good = kParent;
  const std::vector<std::string> texts{"",
                                       good.substr(0, 54),
                                       good + "-x",
                                       good + "x",
                                       "ff" + good.substr(2),
                                       "0x" + good.substr(2),
                                       "00-" + std::string(32, '0') + good.substr(35),
                                       good.substr(0, 36) + std::string(16, '0') + "-01",
                                       "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                                       "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                                       "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0g",
                                       "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7_01"};
  for (const auto& text : texts) EXPECT_FALSE(parse_traceparent(text)) << text;
}

TEST(TraceContext, ReadsVersionsThatAreStillToCome) {
  const auto rest = std::string(kParent).substr(2);
  EXPECT_TRUE(parse_traceparent("01" + rest));
  EXPECT_TRUE(parse_traceparent("cc" + rest + "-what-the-future-adds"));
  EXPECT_FALSE(parse_traceparent("cc" + rest + ".what-the-future-adds"));
}

TEST(TraceContext, AChildHasTheTraceAndASpanOfItsOwnThatIsAlwaysTheSame) {
  const auto parent = *parse_traceparent(kParent);
  const auto child = child_traceparent(parent, "ntf-1");
  const auto read = parse_traceparent(child);
  ASSERT_TRUE(read) << child;
  EXPECT_EQ(read->trace_id, parent.trace_id);
  EXPECT_NE(read->span_id, parent.span_id);
  EXPECT_TRUE(read->sampled);
  EXPECT_EQ(child, child_traceparent(parent, "ntf-1"));
  EXPECT_NE(child, child_traceparent(parent, "ntf-2"));
  EXPECT_TRUE(child_traceparent({parent.trace_id, parent.span_id, false}, "x").ends_with("-00"));
}

TEST(TraceContext, PassesOnAStateThatAHeaderCanHold) {
  EXPECT_TRUE(is_tracestate("congo=t61rcWkgMzE,rojo=00f067aa0ba902b7"));
  EXPECT_FALSE(is_tracestate(""));
  EXPECT_FALSE(is_tracestate("a=b\nX: y"));
  EXPECT_FALSE(is_tracestate(std::string(513, 'a')));
  EXPECT_TRUE(is_tracestate(std::string(512, 'a')));
}

}  // namespace
}  // namespace alarum
