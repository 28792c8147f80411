#include "api/metrics.h"

#include <gtest/gtest.h>

namespace alarum::api {
namespace {

TEST(MetricsPage, ShowsAHistogramAsPrometheusWantsIt) {
  MetricsPage page;
  page.histogram("alarum_wait_seconds", "How long.", {{0.5, 1}, {2, 0, 1}, 4.25},
                 {{"target", "a"}});
  page.histogram("alarum_wait_seconds", "", {{0.5, 1}, {0, 0, 0}, 0}, {{"target", "b"}});
  EXPECT_EQ(page.text(), R"(# HELP alarum_wait_seconds How long.
# TYPE alarum_wait_seconds histogram
alarum_wait_seconds_count{target="a"} 3
alarum_wait_seconds_sum{target="a"} 4.25
alarum_wait_seconds_bucket{target="a",le="0.5"} 2
alarum_wait_seconds_bucket{target="a",le="1"} 2
alarum_wait_seconds_bucket{target="a",le="+Inf"} 3
alarum_wait_seconds_count{target="b"} 0
alarum_wait_seconds_sum{target="b"} 0
alarum_wait_seconds_bucket{target="b",le="0.5"} 0
alarum_wait_seconds_bucket{target="b",le="1"} 0
alarum_wait_seconds_bucket{target="b",le="+Inf"} 0
)");
}

TEST(MetricsPage, KeepsTheValuesOfOneNameTogether) {
  MetricsPage page;
  page.counter("alarum_a_total", "A.", 1, {{"x", "1"}});
  page.gauge("alarum_b", "B.", 2);
  page.counter("alarum_a_total", "", 3, {{"x", "a \"b\"\n"}});
  EXPECT_EQ(page.text(), R"(# HELP alarum_a_total A.
# TYPE alarum_a_total counter
alarum_a_total{x="1"} 1
alarum_a_total{x="a \"b\"\n"} 3
# HELP alarum_b B.
# TYPE alarum_b gauge
alarum_b 2
)");
}

}  // namespace
}  // namespace alarum::api
