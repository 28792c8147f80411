#include "api/metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <limits>
#include <map>

namespace alarum::api {

struct MetricsPage::Families {
  std::vector<prometheus::MetricFamily> all;
  std::map<std::string, std::size_t> by_name;

  prometheus::ClientMetric& add(const std::string& name, const std::string& help,
                                prometheus::MetricType type, const Labels& labels) {
    const auto [at, fresh] = by_name.try_emplace(name, all.size());
    if (fresh) all.push_back({name, help, type, {}});
    auto& metric = all[at->second].metric.emplace_back();
    for (const auto& [label, value] : labels) metric.label.push_back({label, value});
    return metric;
  }
};

MetricsPage::MetricsPage() : families_(std::make_unique<Families>()) {}
MetricsPage::~MetricsPage() = default;

void MetricsPage::counter(const std::string& name, const std::string& help, double value,
                          const Labels& labels) {
  families_->add(name, help, prometheus::MetricType::Counter, labels).counter.value = value;
}

void MetricsPage::gauge(const std::string& name, const std::string& help, double value,
                        const Labels& labels) {
  families_->add(name, help, prometheus::MetricType::Gauge, labels).gauge.value = value;
}

void MetricsPage::histogram(const std::string& name, const std::string& help,
                            const HistogramValues& values, const Labels& labels) {
  auto& histogram = families_->add(name, help, prometheus::MetricType::Histogram, labels).histogram;
  const auto& [bounds, counts, sum] = values;
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    total += counts[i];
    histogram.bucket.push_back(
        {total, i < bounds.size() ? bounds[i] : std::numeric_limits<double>::infinity()});
  }
  histogram.sample_count = total;
  histogram.sample_sum = sum;
}

std::string MetricsPage::text() const {
  return prometheus::TextSerializer().Serialize(families_->all);
}

}  // namespace alarum::api
