#include "ingest/ndjson.h"

#include <deque>

#include "http/offload.h"
#include "http/timer.h"
#include "ingest/cloudevents.h"
#include "ingest/json_walk.h"
#include "ingest/lines.h"
#include "ingest/report.h"
#include "ingest/settle.h"

namespace alarum::ingest {
namespace {

using namespace std::chrono_literals;
namespace asio = http::asio;

// The commits of one body: gathers events, submits them in batches with a few submissions under
// way, and counts their outcomes.
class Stream {
 public:
  Stream(const NdjsonOptions& options, Intake& intake, Report& report)
      : options_(options), intake_(intake), report_(report) {}

  asio::awaitable<Result<void>> add(model::Event event) {
    bytes_ += event.bytes().size();
    events_.push_back(std::move(event));
    if (events_.size() < options_.commit_events && bytes_ < options_.commit_bytes)
      co_return Result<void>();
    auto done = co_await flush();
    co_return done;
  }

  asio::awaitable<Result<void>> flush() {
    if (events_.empty()) co_return Result<void>();
    if (under_way_.size() >= options_.commits_under_way) {
      auto settled = co_await settle();
      if (!settled) co_return settled;
    }
    auto submitted = co_await submit_patiently();
    co_return submitted;
  }

  /// Bytes that wait for their commit to be made.
  std::size_t held() const { return bytes_; }

  /// Waits for all that is under way, whatever became of the others: what was committed is counted.
  asio::awaitable<Result<void>> finish() {
    Result<void> outcome;
    while (!under_way_.empty()) {
      auto settled = co_await settle();
      if (!settled && outcome) outcome = settled;
    }
    co_return outcome;
  }

 private:
  asio::awaitable<Result<void>> settle() {
    auto pending = std::move(under_way_.front());
    under_way_.pop_front();
    auto outcomes = co_await pending.wait();
    if (!outcomes) co_return std::unexpected(outcomes.error());
    for (const auto& outcome : *outcomes)
      ++(outcome.duplicate ? report_.duplicate : report_.accepted);
    co_return Result<void>();
  }

  asio::awaitable<Result<void>> submit_patiently() {
    const auto executor = co_await asio::this_coro::executor;
    http::Timer timer(executor);
    for (auto waited = 0ms;; waited += 20ms) {
      auto copy = events_;
      const bool last = waited >= options_.patience;
      auto pending = intake_.submit(std::move(copy), executor, !last);
      if (pending) {
        under_way_.push_back(std::move(*pending));
        events_.clear();
        bytes_ = 0;
        co_return Result<void>();
      }
      if (last) co_return std::unexpected(pending.error());
      co_await timer.pause(20ms);
    }
  }

  const NdjsonOptions& options_;
  Intake& intake_;
  Report& report_;
  std::vector<model::Event> events_;
  std::size_t bytes_ = 0;
  std::deque<Intake::Pending> under_way_;
};

// Good lines are slowed down by their commits. Rejected lines would cost the sender nothing, so
// their number is limited.
std::unexpected<Error> too_many_refused() {
  return fail("too_many_items", "more than " + std::to_string(kMostItems) +
                                    " lines of one body were refused; the rest was not read");
}

asio::awaitable<Result<void>> take_lines(const NdjsonOptions& options, Lines& lines, Stream& stream,
                                         Intake& intake, Report& report,
                                         const http::Request& request, http::BodyStream& body) {
  for (unsigned count = 1; auto line = lines.next(); ++count) {
    if (count % http::kYieldEvery == 0) co_await http::yield_now();
    auto event = Decoded(fail("event_too_large", "the line is longer than an event may be"));
    if (!line->too_long) {
      const auto decode = [&] { return decode_structured(line->text, request.peer); };
      event = co_await http::apart(body, line->text.size(), decode, http::kLargeEvents);
    }
    refuse_past(event, options.event);
    if (!event) {
      if (report.rejected_count == kMostItems) co_return too_many_refused();
      report.reject(line->index, event.error());
      const bool keep = report.rejected_count <= Report::kListed;
      intake.reject(model::Format::cloudevents, request.peer, event.error(), line->text, keep);
      continue;
    }
    auto added = co_await stream.add(std::move(*event));
    if (!added) co_return added;
  }
  co_return Result<void>();
}

asio::awaitable<Result<void>> take_body(const NdjsonOptions& options, Lines& lines, Stream& stream,
                                        Intake& intake, Report& report,
                                        const http::Request& request, http::BodyStream& body) {
  while (true) {
    auto piece = co_await body.read();
    if (!piece) {
      (void)refuse_body(piece.error(), model::Format::cloudevents, intake, request);
      co_return std::unexpected(piece.error());
    }
    const bool last = piece->empty();
    if (!body.hold(lines.held() + stream.held() + piece->size()))
      co_return fail("overloaded",
                     "the bodies that are being read take as much memory as they may; send the "
                     "rest again later");
    lines.feed(std::move(*piece));
    if (last) lines.end();
    auto taken = co_await take_lines(options, lines, stream, intake, report, request, body);
    if (!taken || last) co_return taken;
  }
}

}  // namespace

asio::awaitable<http::Response> take_ndjson(NdjsonOptions options, Intake& intake,
                                            http::Request& request, http::BodyStream& body) {
  Report report;
  Lines lines(options.event.bytes);
  Stream stream(options, intake, report);
  auto outcome = co_await take_body(options, lines, stream, intake, report, request, body);
  if (report.rejected_count > 0)
    intake.say_refused(model::Format::cloudevents, request.peer, report.rejected.front().error,
                       report.rejected_count);
  // Commit and report the events that were read whole, even if the body broke off.
  auto flushed = co_await stream.flush();
  auto finished = co_await stream.finish();
  for (const auto& later : {flushed, finished}) {
    if (outcome && !later) outcome = later;
  }
  http::Response response;
  if (!outcome) {
    response = failure(outcome.error());
    response.close = true;
  } else if (report.none_valid()) {
    response.status = 400;
  }
  response.body = report.json(outcome ? nullptr : &outcome.error());
  co_return response;
}

}  // namespace alarum::ingest
