#include "ingest/poll/cloud_eye.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <nlohmann/json.hpp>

#include "base/http_date.h"

namespace alarum::ingest {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostNames = 10'000;      // of one list: what gives more is broken
constexpr std::uint64_t kMostRows = 1'000'000;  // of one name in one round: the same
constexpr unsigned kRefusals = 3;               // of a name that is refused while others are not
constexpr unsigned kFailures = 12;              // of one that fails so, an hour or more
constexpr Duration kSlack = 2s;                 // a Date header has whole seconds
constexpr Duration kTooFar = 60s;               // a signature may be refused for it

std::int64_t milliseconds(Time time) {
  return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

}  // namespace

CloudEyePoll::Step CloudEyePoll::next(Time now) {
  if (now < rest_until_) return Pause{rest_until_ - now};
  if (phase_ == Phase::resting) begin(now);
  if (phase_ == Phase::listing)
    return page_of(fmt::format("/V1.0/{}/events", config_.project), now);
  const bool last = names_.empty();
  if (!taken_.empty() && (last || taken_.size() >= kCommit)) {
    std::ranges::stable_sort(taken_, {}, &std::pair<Time, model::Event>::first);
    Commit commit;
    for (const auto& [time, event] : taken_) commit.events.push_back(event);
    return commit;
  }
  if (!last)
    return page_of(fmt::format("/V1.0/{}/event/{}", config_.project, names_.back().name), now);
  finish(now);
  return Pause{std::max(rest_until_ - now, Duration(0))};
}

// Begins a round. All times of a round are by Cloud Eye's clock.
void CloudEyePoll::begin(Time now) {
  const auto there = now + ahead_;
  if (!place_) place_ = there - config_.backfill;
  if (*place_ < there - kHistory) {
    notes_.push_back({Note::Kind::gap,
                      {"too_old", fmt::format("nothing was asked since {}, and Cloud Eye keeps 30 "
                                              "days: what came before them is lost",
                                              format_rfc3339(*place_))},
                      ""});
    place_ = there - kHistory;
  }
  from_ = *place_ - config_.overlap;
  const bool behind = there - *place_ > kStride;
  reached_ = behind ? *place_ + kStride : there;
  to_ = behind ? reached_ : there + kAhead;
  std::erase_if(seen_, [&](const auto& one) { return one.second.first < from_; });
  names_.clear();
  start_ = 0;
  phase_ = Phase::listing;
}

void CloudEyePoll::finish(Time now) {
  const bool behind = to_ == reached_;
  place_ = std::max(*place_, reached_);
  phase_ = Phase::resting;
  rest_until_ = behind ? now : now + config_.every;
}

CloudEyePoll::Ask CloudEyePoll::page_of(std::string path, Time now) const {
  Ask ask{std::move(path), {}, now + ahead_};
  if (phase_ == Phase::detailing) ask.query.emplace_back("event_type", names_.back().type);
  ask.query.insert(ask.query.end(), {{"from", std::to_string(milliseconds(from_))},
                                     {"to", std::to_string(milliseconds(to_))},
                                     {"start", std::to_string(start_)},
                                     {"limit", std::to_string(kPage)}});
  return ask;
}

void CloudEyePoll::answered(const Answer& answer, Time now) {
  const bool moved = learn_clock(answer.date, now);
  if (answer.status != 200) {
    // The signature had the wrong time. The clock is known now, so try once more.
    const bool again =
        (answer.status == 401 || answer.status == 403) && moved && !std::exchange(corrected_, true);
    if (again) return;
    const auto why = fmt::format("answered {}: {}", answer.status, cloud_eye_fault(answer.body));
    const bool ours = answer.status == 401 || answer.status == 403;
    const bool passing = answer.status == 408 || answer.status == 429 || answer.status >= 500;
    if (!ours && leaves_out(why, passing ? kFailures : kRefusals)) return;
    return back_off({"refused", why}, answer.retry_after, now);
  }
  if (auto done = take(answer.body, now); !done) {
    if (leaves_out(done.error().message, kRefusals)) return;
    return back_off(done.error(), {}, now);
  }
  ++good_;
  corrected_ = false;
  if (std::exchange(failures_, 0) > 0) notes_.push_back({Note::Kind::better, {}, ""});
}

// A name whose events cannot be read must not block all others. If it failed `times` times while
// other requests succeeded, this round goes on without it, and the gap is reported. If nothing else
// succeeded, the round begins again with the list.
bool CloudEyePoll::leaves_out(const std::string& why, unsigned times) {
  if (phase_ != Phase::detailing) return false;
  auto& refused = refused_.try_emplace(names_.back().name, Refused{0, good_}).first->second;
  if (++refused.times < times) return false;
  if (good_ == refused.good) {
    phase_ = Phase::resting;
    return false;
  }
  if (std::has_single_bit(++left_out_))
    notes_.push_back(
        {Note::Kind::gap,
         {"left_out", fmt::format("the events of {} cannot be had and are left out: {}",
                                  names_.back().name, why)},
         ""});
  refused_.erase(names_.back().name);
  names_.pop_back();
  start_ = 0;
  return true;
}

Result<void> CloudEyePoll::take(std::string_view body, Time now) {
  if (phase_ == Phase::listing) {
    const auto page = read_cloud_eye_counts(body);
    if (!page) return std::unexpected(page.error());
    take_counts(*page);
    return {};
  }
  auto page = read_cloud_eye_items(body, config_.project, sender_, now);
  if (!page) return std::unexpected(page.error());
  take_items(std::move(*page));
  return {};
}

void CloudEyePoll::take_counts(const CloudEyeCounts& page) {
  const bool fresh = !page.rows.empty() && std::ranges::find(names_, page.rows.front().name,
                                                             &CloudEyeCount::name) == names_.end();
  for (const auto& row : page.rows) {
    if (!row.name.empty() && names_.size() < kMostNames) names_.push_back(row);
  }
  if (!page_ends({page.rows.size(), fresh}, page.total, "names")) return;
  drop_known();
  phase_ = Phase::detailing;
}

void CloudEyePoll::take_items(CloudEyeItems page) {
  const auto name = names_.back().name;
  Rows rows{page.items.size(), false};
  for (auto& item : page.items) {
    if (!seen_.emplace(item.id, std::pair(item.time, name)).second) continue;
    rows.fresh = true;
    if (item.event)
      taken_.emplace_back(item.time, std::move(*item.event));
    else
      notes_.push_back({Note::Kind::refused, item.event.error(), std::move(item.raw)});
  }
  if (!page_ends(rows, page.total, "events of " + name)) return;
  refused_.erase(name);
  names_.pop_back();
}

// Whether this was the last page. A full page may have a successor whatever the total says, unless
// it only repeats earlier rows.
bool CloudEyePoll::page_ends(Rows rows, std::uint64_t total, const std::string& of) {
  start_ += rows.count;
  const bool more = start_ < total || (rows.count >= kPage && rows.fresh);
  if (rows.count > 0 && more && start_ < kMostRows) return false;
  shorts_ += start_ < total;
  if (start_ < total && std::has_single_bit(shorts_))
    notes_.push_back({Note::Kind::gap,
                      {"short", fmt::format("Cloud Eye says that there are {} {} and shows {}",
                                            total, of, start_)},
                      ""});
  start_ = 0;
  return true;
}

// Drops names of which we have as many events as the list counts, since they have nothing new.
void CloudEyePoll::drop_known() {
  std::map<std::string_view, std::uint64_t> here;
  for (const auto& [id, one] : seen_) {
    if (one.first >= from_ && one.first <= to_) ++here[one.second];
  }
  std::erase_if(names_, [&](const auto& row) { return here[row.name] == row.count; });
}

// Learns Cloud Eye's clock from the header Date. True if the clock has moved too far for the
// signature that was sent.
bool CloudEyePoll::learn_clock(std::string_view date, Time now) {
  const auto there = http_date(date);
  if (!there) return false;
  const auto off = *there - now;
  const auto before = std::exchange(ahead_, off > -kSlack && off < kSlack ? Duration(0) : off);
  const auto moved = ahead_ > before ? ahead_ - before : before - ahead_;
  if (moved < kTooFar) return false;
  notes_.push_back(
      {Note::Kind::trouble,
       {"clock",
        fmt::format(
            "our clock is {} s {} Cloud Eye's, which is used; see to it",
            std::chrono::abs(std::chrono::duration_cast<std::chrono::seconds>(ahead_)).count(),
            ahead_ > Duration(0) ? "behind" : "before")},
       ""});
  return true;
}

void CloudEyePoll::back_off(const Error& error, std::chrono::seconds retry_after, Time now) {
  const Duration own = std::min<Duration>(1s * (1 << std::min(failures_, 9U)), 5min);
  rest_until_ =
      now + (retry_after.count() > 0 ? std::clamp<Duration>(retry_after, 1s, 10min) : own);
  // Report the first failure, the second, the fourth and so on.
  if (std::has_single_bit(++failures_)) notes_.push_back({Note::Kind::trouble, error, ""});
}

std::string cloud_eye_state_json(Time place) {
  return nlohmann::ordered_json{{"version", 1}, {"cloud_eye", {{"place", milliseconds(place)}}}}
             .dump(1) +
         "\n";
}

Result<Time> read_cloud_eye_state(std::string_view json) {
  try {
    const auto root = nlohmann::json::parse(json);
    if (root.at("version") != 1) return fail("bad_state", "a place of another version");
    const auto place = root.at("cloud_eye").at("place").get<std::int64_t>();
    if (place < 0 || place > 253'402'300'799'999) return fail("bad_state", "a place in no year");
    return Time(std::chrono::milliseconds(place));
  } catch (const nlohmann::json::exception& fault) {
    return fail("bad_state", fault.what());
  }
}

}  // namespace alarum::ingest
