#include "ingest/stream/sse.h"

#include <fmt/format.h>

#include "base/ascii.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/url.h"
#include "http/offload.h"
#include "ingest/random_id.h"
#include "ingest/stream/pump.h"

namespace alarum::ingest {
namespace {

using namespace std::chrono_literals;
namespace asio = http::asio;

// Between two writes of the position, while more waits to be read
constexpr auto kSavePosition = 100ms;

std::string hint_of(const http::AnswerHead& head) {
  if (head.status == 401 || head.status == 403)
    return ": are the credentials right (http_config), and may the account read it?";
  if (head.status >= 300 && head.status < 400)
    return fmt::format(": redirections are not followed; it names {}",
                       without_query(head.header("location")));
  return "";
}

}  // namespace

Sse::Sse(config::Source config, Intake& intake, const Snapshot<config::PushIngest>& pushes,
         const DataFolder& data, http::Client& client)
    : Source(std::move(config), intake),
      decoder_(config_, pushes),
      client_(client),
      how_(std::make_shared<const config::Http>(config_.http)),
      file_(data, config_.name),
      sender_(Url(config_.url.reveal()).host()) {
  if (config_.log.empty()) return;
  bmc_.emplace(config_, client);
  catch_up_.emplace(config_, feed_, *bmc_, data, ".log.json");
}

Result<void> Sse::open(Workers& workers) {
  disk_ = &workers.disk();
  const auto text = file_.read();
  if (!text) return std::unexpected(text.error());
  auto position = *text ? read_sse_position(**text) : Result<SsePosition>(SsePosition{});
  if (position)
    position_ = saved_ = std::move(*position);
  else if (auto done = feed_.lose_place(file_, position.error(), "it begins with what comes next");
           !done)
    return done;
  continuity_ = SseContinuity(position_.last_id, position_.steady);
  return catch_up_ ? catch_up_->open() : Result<void>();
}

void Sse::start(Workers& workers) {
  log::info("ingest", "reading an event stream",
            {{"source", config_.name}, {"last_event_id", position_.last_id}});
  tasks_.keep(workers.next(), config_.name, [this] { return run(); });
  if (!catch_up_) return;
  behind_ = catch_up_->has_place();  // events may have been missed while the daemon did not run
  tasks_.keep(workers.disk(), config_.name, [this] { return look_after(); });
}

void Sse::stop() {
  *over_ = true;
  if (bmc_) bmc_->over();
  client_.nudge();
  Source::stop();
}

void Sse::missed(const std::string& what) {
  feed_.gap(what);
  behind_ = true;
}

// A silent stream may be dead. Therefore the place moves only if the stream has brought something
// since the last round.
asio::awaitable<void> Sse::look_after() {
  for (std::uint64_t heard_before = 0; !feed_.stopping();) {
    const bool connected = feed_.counts().connections > 0;
    const bool behind = connected && behind_.exchange(false);
    if (behind && !co_await catch_up_->read()) behind_ = true;
    const auto heard = heard_.load();
    const bool good = connected && !behind_ && (heard != heard_before || !catch_up_->has_place());
    if (good) catch_up_->good();
    if (good) heard_before = heard;
    co_await feed_.sleep(std::chrono::duration_cast<std::chrono::milliseconds>(config_.every));
  }
}

asio::awaitable<void> Sse::run() {
  // Save the epoch before the first event that has it in its identity.
  while (!feed_.stopping() && saved_.epoch.empty()) {
    if (!co_await save()) co_await feed_.sleep(1s);
  }
  while (!feed_.stopping()) {
    std::optional<Reconnect::Span> asked;
    const auto begun = std::chrono::steady_clock::now();
    const auto fault = co_await connection(asked);
    if (!fault)
      reconnect_.stood(
          std::chrono::duration_cast<Reconnect::Span>(std::chrono::steady_clock::now() - begun));
    feed_.counts().connections = 0;
    if (feed_.stopping()) break;
    if (reconnect_.failures() == 0) said_.clear();
    const auto wait = reconnect_.wait(feed_.random().share(), asked);
    const auto reason = fault ? fault->message : "the server closed it";
    const bool news = std::exchange(said_, reason) != reason || reconnect_.failures() % 10 == 0;
    log::write(fault && news ? log::Level::warn : log::Level::debug, "ingest",
               "an event stream ended; it is asked for again",
               {{"source", config_.name}, {"reason", reason}, {"in_ms", wait.count()}});
    co_await feed_.sleep(wait);
  }
  if (position_ != saved_) co_await save();
}

http::ClientRequest Sse::ask() const {
  http::ClientRequest ask;
  ask.url = config_.url.reveal();
  ask.headers = {"Accept: text/event-stream", "Cache-Control: no-cache"};
  if (!position_.last_id.empty()) ask.headers.push_back("Last-Event-ID: " + position_.last_id);
  ask.how = how_;
  ask.whole = 0ms;
  ask.idle = std::chrono::duration_cast<std::chrono::milliseconds>(config_.idle_timeout);
  ask.over = over_;
  return ask;
}

asio::awaitable<std::optional<Error>> Sse::connection(std::optional<Reconnect::Span>& asked) {
  auto request = ask();
  auto download = co_await client_.open(std::move(request));
  if (!download) co_return download.error();
  if (auto fault = judge((*download)->head(), asked)) co_return fault;
  connected((*download)->head());
  auto fault = co_await read(**download);
  if (position_ != saved_) co_await save();
  co_return fault;
}

std::optional<Error> Sse::judge(const http::AnswerHead& head,
                                std::optional<Reconnect::Span>& asked) {
  if (head.retry_after.count() > 0) asked = head.retry_after;
  const bool forgotten = head.status == 400 || head.status == 410 || head.status == 412;
  if (forgotten && !position_.last_id.empty()) {
    missed(
        fmt::format("the server answers {} to the id of the last event that was read ({}): "
                    "the stream is read without it now",
                    head.status, position_.last_id));
    position_.last_id.clear();
    position_.read = position_.steady = false;
    continuity_ = SseContinuity("", false);
  }
  if (head.status != 200)
    return Error{"no_stream", fmt::format("{} answered {}{}", sender_, head.status, hint_of(head))};
  const auto type = head.header("content-type");
  if (!lowered(type).starts_with("text/event-stream"))
    return Error{
        "no_stream",
        fmt::format("{} answered with \"{}\" in place of text/event-stream: is it the right URL?",
                    sender_, type)};
  return std::nullopt;
}

void Sse::connected(const http::AnswerHead& head) {
  if (!head.peer.empty()) sender_ = head.peer;
  continuity_.connected();
  feed_.counts().connections = 1;
  log::info("ingest", "an event stream is open",
            {{"source", config_.name}, {"peer", sender_}, {"last_event_id", position_.last_id}});
  if (position_.read && position_.last_id.empty())
    missed(
        "the server gives its events no ids: what it sent while we were not connected is lost, if "
        "anything");
}

asio::awaitable<std::optional<Error>> Sse::read(http::Download& download) {
  SseFrames frames(config_.event.bytes);
  while (!feed_.stopping()) {
    auto piece = co_await download.read();
    if (!piece) co_return piece.error();
    if (piece->empty()) co_return std::nullopt;
    ++heard_;
    frames.feed(std::move(*piece));
    std::vector<model::Event> events;
    unsigned count = 0;
    while (const auto event = frames.next()) {
      if (++count % http::kYieldEvery == 0) co_await http::yield_now();
      take(*event, event->has_id ? frames.last_id() : std::string(), events);
    }
    if (const auto span = frames.retry()) reconnect_.base(*span);
    if (!events.empty()) {
      auto outcomes = co_await feed_.commit(std::move(events));
      if (!outcomes) co_return outcomes.error();
      past_old_ = past_old_ || !outcomes->back().duplicate;
    }
    if (count > 0) reconnect_.succeeded();
    position_.read = position_.read || count > 0;
    if (frames.knows_id()) position_.last_id = frames.last_id();
    position_.steady = continuity_.steady();
    const bool due =
        !download.has_more() || std::chrono::steady_clock::now() - saved_at_ >= kSavePosition;
    if (due && position_ != saved_) co_await save();
  }
  co_return std::nullopt;
}

void Sse::take(const SseFrames::Event& event, const std::string& id,
               std::vector<model::Event>& events) {
  ++count_;
  if (const auto gap = id.empty() ? std::nullopt : continuity_.next(id)) missed(*gap);
  int number = 0;  // of the event among those of its data
  const auto new_id = [&] {
    if (id.empty()) return random_id(feed_.random());
    return sha256_hex(fmt::format("{}\n{}\n{}\n{}", position_.epoch, id, number++, event.data))
        .substr(0, 32);
  };
  take_message({event.data, event.too_long, sender_,
                [&] {
                  return id.empty() ? fmt::format("event {}", count_)
                                    : fmt::format("event with id {}", id);
                }},
               decoder_, new_id, feed_, events);
}

// Writes on `source-files` while the stream waits. Nothing is read meanwhile, so every event after
// this position has the new epoch.
asio::awaitable<bool> Sse::save() {
  auto next = position_;
  if (past_old_ || next.epoch.empty()) next.epoch = random_id(feed_.random());
  const auto executor = co_await asio::this_coro::executor;
  http::Completion<bool> done(executor);
  asio::post(*disk_, [done, file = file_, name = config_.name, text = sse_position_json(next)] {
    const auto written = file.write(text);
    if (!written)
      log::error("ingest", "a position is not written: after a crash more is read again",
                 {{"source", name}, {"detail", written.error().message}});
    done.complete(written.has_value());
  });
  const bool written = co_await done.wait();
  saved_at_ = std::chrono::steady_clock::now();
  if (written) position_ = saved_ = std::move(next);
  co_return written;
}

}  // namespace alarum::ingest
