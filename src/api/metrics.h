#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/histogram.h"
#include "base/time.h"

namespace alarum::api {

/// A point of time as metrics have it.
inline double unix_seconds(Time at) {
  return std::chrono::duration<double>(at.time_since_epoch()).count();
}

/// Builds one metrics page in Prometheus' text exposition format 0.0.4. Names follow Prometheus'
/// conventions: base units, `_total` for counters. A page is made for each request from counters
/// that the parts own; nothing is stored here between two pages. One thread.
class MetricsPage {
 public:
  using Labels = std::vector<std::pair<std::string, std::string>>;

  MetricsPage();
  ~MetricsPage();
  /// Values of one name stand together, whatever the order of the calls.
  void counter(const std::string& name, const std::string& help, double value,
               const Labels& labels = {});
  void gauge(const std::string& name, const std::string& help, double value,
             const Labels& labels = {});
  void histogram(const std::string& name, const std::string& help, const HistogramValues& values,
                 const Labels& labels = {});

  std::string text() const;

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace alarum::api
