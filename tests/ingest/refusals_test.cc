#include "ingest/refusals.h"

#include <gtest/gtest.h>

namespace alarum::ingest {
namespace {

TEST(Refusals, AreCountedForEachSenderAndReason) {
  Refusals refusals;
  EXPECT_EQ(refusals.count(model::Format::redfish, "10.0.0.1", "bad_json"), 1U);
  EXPECT_EQ(refusals.count(model::Format::redfish, "10.0.0.1", "bad_json"), 2U);
  EXPECT_EQ(refusals.count(model::Format::redfish, "10.0.0.1", "missing_member"), 1U)
      << "another fault is news";
  EXPECT_EQ(refusals.count(model::Format::redfish, "10.0.0.2", "bad_json"), 1U);
  EXPECT_EQ(refusals.count(model::Format::json, "10.0.0.1", "bad_json"), 1U);
}

TEST(Refusals, SendersWithoutNumberCostNoMoreThanTheBound) {
  Refusals refusals;
  for (std::size_t i = 0; i < Refusals::kMost; ++i)
    EXPECT_EQ(refusals.count(model::Format::json, std::to_string(i), "r"), 1U);
  EXPECT_EQ(refusals.count(model::Format::json, "one more", "r"), 1U);
  EXPECT_EQ(refusals.count(model::Format::json, "another", "r"), 2U) << "counted as one";
  EXPECT_EQ(refusals.count(model::Format::json, "0", "r"), 2U) << "who is known stays known";
}

}  // namespace
}  // namespace alarum::ingest
