#include "ingest/poll/redfish_catch_up.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/log.h"
#include "ingest/poll/redfish_log.h"
#include "ingest/poll/redfish_pushed.h"
#include "ingest/push/redfish.h"
#include "ingest/settle.h"

namespace alarum::ingest {
namespace {

using namespace std::chrono_literals;
namespace asio = http::asio;

constexpr std::size_t kBatch = 1000;
constexpr std::size_t kMostOfAnswer = 8 << 20;
constexpr Duration kStep = 5s;          // a place is at least so old
constexpr Duration kSetBack = 1h;       // of a clock that was corrected
constexpr Duration kWholeSeconds = 2s;  // logs have whole seconds, and so has a Date
// How long to wait, after the log was read, for pushes that are on their way
constexpr std::chrono::milliseconds kOnTheWay = 5s;

}  // namespace

std::string redfish_place_json(const RedfishPlace& place) {
  return nlohmann::ordered_json{
             {"version", 1},
             {"redfish",
              {{"offset", place.offset}, {"time", place.time.time_since_epoch().count()}}}}
             .dump(1) +
         "\n";
}

Result<RedfishPlace> read_redfish_place(std::string_view json) {
  try {
    const auto root = nlohmann::json::parse(json);
    if (root.at("version") != 1) return fail("bad_state", "a place of another version");
    const auto& place = root.at("redfish");
    return RedfishPlace{place.at("offset").get<model::Offset>(),
                        Time(Duration(place.at("time").get<std::int64_t>()))};
  } catch (const nlohmann::json::exception& fault) {
    return fail("bad_state", fault.what());
  }
}

Time redfish_place_time(std::optional<Time> last, Time clock, Time now) {
  const bool lost = last && clock < *last - kSetBack &&
                    std::chrono::abs(clock - now) > std::chrono::abs(*last - now);
  return lost ? *last : clock;
}

RedfishCatchUp::RedfishCatchUp(const config::Source& source, Feed& feed, Bmc& bmc,
                               const DataFolder& data, std::string_view suffix)
    : config_(source),
      feed_(feed),
      bmc_(bmc),
      file_(data, source.name, suffix),
      service_(source.log) {}

Result<void> RedfishCatchUp::open() {
  const auto text = file_.read();
  if (!text) return std::unexpected(text.error());
  if (!*text) return {};
  const auto place = read_redfish_place(**text);
  if (!place) return feed_.lose_place(file_, place.error(), "it begins with what comes next");
  place_ = *place;
  return {};
}

// The offset lags one step behind the time, because a push may be in the journal before the BMC
// logs it, by its own clock.
void RedfishCatchUp::good() {
  const auto now = feed_.now();
  const auto last = next_ ? next_ : place_;
  const RedfishPlace here{
      std::max(feed_.committed(), last ? last->offset : 0),
      redfish_place_time(last ? std::optional(last->time) : std::nullopt, bmc_.clock(now), now)};
  if (next_ && now - next_at_ < std::max<Duration>(config_.every * 2, kStep)) return;
  const bool first = !place_;
  if (first) place_ = here;
  if (next_) place_ = RedfishPlace{lagging_, next_->time};
  if (first || next_) save();
  lagging_ = next_ ? next_->offset : place_->offset;
  next_ = here;
  next_at_ = now;
}

asio::awaitable<bool> RedfishCatchUp::read() {
  if (!place_) co_return true;
  RedfishLog log(service_, place_->time - kWholeSeconds);
  if (!co_await ask(log)) co_return false;
  if (log.service().empty()) co_return true;
  service_ = log.service();
  co_await feed_.sleep(
      std::min(kOnTheWay, std::chrono::duration_cast<std::chrono::milliseconds>(config_.every)));
  const bool done = co_await feed_missed(log);
  if (done) said_.clear();
  co_return done;
}

asio::awaitable<bool> RedfishCatchUp::ask(RedfishLog& log) {
  for (auto news = RedfishLog::News::none; news == RedfishLog::News::none;) {
    const auto answer = co_await bmc_.ask("GET", log.next(), {}, kMostOfAnswer);
    if (feed_.stopping()) co_return false;
    if (!answer) co_return trouble(answer.error().message);
    news = log.take(answer->head.status, answer->body);
    if (news == RedfishLog::News::fault) co_return trouble(log.text());
    if (news == RedfishLog::News::nothing) {
      log::warn("ingest",
                "the BMC has no log that can be read: what was missed is lost, if anything",
                {{"source", config_.name}, {"reason", log.text()}});
      service_ = config_.log;
      co_return true;
    }
  }
  co_return true;
}

asio::awaitable<bool> RedfishCatchUp::feed_missed(const RedfishLog& log) {
  auto pushed =
      co_await pushed_since(feed_.past(), place_->offset, bmc_.address(), config_.context);
  if (!pushed) co_return trouble(pushed.error().message);
  std::vector<Occurrence> logged;
  for (const auto& entry : log.entries()) logged.push_back(read_occurrence(entry));
  const auto which = missed(logged, std::move(*pushed));
  auto events = events_of(log, which);
  for (std::size_t from = 0; from < events.size(); from += kBatch) {
    std::vector<model::Event> batch(
        events.begin() + static_cast<std::ptrdiff_t>(from),
        events.begin() + static_cast<std::ptrdiff_t>(std::min(from + kBatch, events.size())));
    auto outcomes = co_await feed_.commit(std::move(batch));
    if (!outcomes) co_return false;
  }
  log::info("ingest", "the BMC's log was read",
            {{"source", config_.name},
             {"log", log.service()},
             {"entries", log.entries().size()},
             {"missed", which.size()},
             {"undated", log.undated()}});
  if (log.left_out() > 0)
    feed_.gap(fmt::format(
        "the BMC's log has more than is read after a gap: {} of its entries were left out",
        log.left_out()));
  co_return true;
}

std::vector<model::Event> RedfishCatchUp::events_of(const RedfishLog& log,
                                                    const std::vector<std::size_t>& which) {
  std::vector<model::Event> out;
  for (const auto index : which) {
    const auto& entry = log.entries()[index];
    auto event = decode_redfish_entry(entry, bmc_.address(), config_.context);
    refuse_past(event, config_.event);
    if (event)
      out.push_back(std::move(*event));
    else
      feed_.reject(model::Format::redfish, bmc_.address(), "a log entry", event.error(), entry);
  }
  std::ranges::stable_sort(out, {}, [](const model::Event& event) { return event.time(); });
  return out;
}

bool RedfishCatchUp::trouble(const std::string& why) {
  if (std::exchange(said_, why) != why)
    log::warn("ingest", "the BMC's log is not read yet; it is tried again",
              {{"source", config_.name}, {"reason", why}});
  return false;
}

void RedfishCatchUp::save() {
  const auto written = file_.write(redfish_place_json(*place_));
  if (!written)
    log::error("ingest", "a place is not written: after a restart more of the log is read",
               {{"source", config_.name}, {"detail", written.error().message}});
}

}  // namespace alarum::ingest
